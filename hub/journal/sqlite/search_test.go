package sqlite

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/hub/journal/journaltest"
)

// endless is a question that only an interruption ends.
func endless(ctx context.Context, r *reader) error {
	var n int
	return r.conn.QueryRowContext(ctx, "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) SELECT count(*) FROM c, entries").Scan(&n)
}

// What takes long ends with its context, with the store, and for a checkpoint; then it begins anew.
func TestASearchIsInterrupted(t *testing.T) {
	s := opened(t, newPath(t), Options{Sync: Off})
	alone(s)
	journaltest.Commit(t, s, journaltest.Said("#a", "tea"))
	ctx, cancel := context.WithCancel(t.Context())
	began, ended := make(chan struct{}, 9), make(chan error)
	look := func(ctx context.Context) {
		ended <- s.withSearcher(ctx, func(ctx context.Context, r *reader) error {
			began <- struct{}{}
			return endless(ctx, r)
		})
	}
	go look(ctx)
	<-began
	s.longWAL, s.longWALAt, s.patience = 1, 1, time.Minute
	require.NoError(t, s.checkpoint())
	<-began // anew
	cancel()
	require.Error(t, <-ended)

	found, looked, err := s.Search(t.Context(), []journal.Stream{"#a"}, "tea", 1, 9)
	require.NoError(t, err, "the reader is as good as before")
	assert.Len(t, found, 1)
	assert.Equal(t, uint64(1), looked)

	go look(t.Context())
	<-began
	s.end()
	require.Error(t, <-ended)
}

// hasty is a context whose time to follow is over, but not its time to look.
type hasty struct{ context.Context }

func (hasty) Deadline() (time.Time, bool) { return time.Now().Add(-time.Hour), true }

// Where the index is behind, a search tells how far it has looked.
func TestASearchTellsHowFarItHasLooked(t *testing.T) {
	s := opened(t, newPath(t), Options{})
	alone(s)
	journaltest.Commit(t, s, journaltest.Said("#a", "green tea"))
	for more := true; more; {
		var err error
		more, err = s.index()
		require.NoError(t, err)
	}
	journaltest.Commit(t, s, journaltest.Said("#a", "black tea"))
	found, looked, err := s.Search(hasty{t.Context()}, []journal.Stream{"#a"}, "tea", 2, 9)
	require.NoError(t, err)
	assert.Equal(t, []string{"green tea"}, journaltest.Texts(found))
	assert.Equal(t, uint64(1), looked)
	found, looked, err = s.Search(t.Context(), []journal.Stream{"#a"}, "tea", 2, 9)
	require.NoError(t, err)
	assert.Equal(t, []string{"green tea", "black tea"}, journaltest.Texts(found))
	assert.Equal(t, uint64(2), looked)
}

// Searches have a reader of their own: however many wait for it, pages are read.
func TestASearchTakesNobodysReader(t *testing.T) {
	s := opened(t, newPath(t), Options{})
	journaltest.Commit(t, s, journaltest.Said("#a", "tea"))
	ctx, cancel := context.WithCancel(t.Context())
	began := make(chan struct{}, 2*readerCount)
	var all sync.WaitGroup
	for range 2 * readerCount {
		all.Go(func() {
			_ = s.withSearcher(ctx, func(ctx context.Context, r *reader) error {
				began <- struct{}{}
				return endless(ctx, r)
			})
		})
	}
	<-began
	last, _, err := s.Newest([]journal.Stream{"#a"}, 1, 9)
	require.NoError(t, err)
	assert.Len(t, last, 1)
	cancel()
	all.Wait()
}
