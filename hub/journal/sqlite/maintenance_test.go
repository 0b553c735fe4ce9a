package sqlite

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/hub/journal/journaltest"
	"chinwag/protocol"
)

// ago is a line that was said some time ago.
func ago(st journal.Stream, d time.Duration, text string) journal.Entry {
	e := journaltest.Said(st, text)
	e.Event = e.Event.WithMeta(protocol.Meta{Time: time.Now().Add(-d).UTC()})
	return e
}

// However much is committed, the WAL begins anew again and again.
func TestTheWALStaysShort(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := opened(t, path, Options{Sync: Off})
	for range 20 {
		journaltest.Commit(t, s, lines(500)...)
		require.NoError(t, s.checkpointIfLong())
	}
	info, err := os.Stat(path + "-wal")
	require.NoError(t, err)
	assert.Less(t, info.Size(), int64(9<<20))
	assert.Equal(t, uint64(10_000), s.Head())
}

// still is a store whose maintenance the test does by itself. However slow the machine is, each of its slices does what
// it can do on a quick one.
func still(t testing.TB, path string, o Options) *Store {
	t.Helper()
	o.stepTime = time.Hour
	s := opened(t, path, o)
	s.end()
	<-s.ended
	s.stop, s.end = context.WithCancel(context.Background())
	s.ended = make(chan struct{})
	close(s.ended)
	return s
}

// awaitScrub waits until nothing that was forgotten is left in the files.
func awaitScrub(t testing.TB, s *Store) {
	t.Helper()
	require.Eventually(t, func() bool { return !s.marked.Load() }, time.Minute, time.Millisecond)
}

// settle does the maintenance of a still store until there is nothing to do.
func settle(task *maintenance, isDone func() bool) {
	for idle := false; !idle || !isDone(); {
		_, idle = task.work()
	}
}
