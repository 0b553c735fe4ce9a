package sqlite

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/hub/journal/journaltest"
)

func TestALatchWaitsForThoseInside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l latch
		require.NoError(t, l.acquire(t.Context()))
		require.NoError(t, l.acquire(t.Context()))
		hurried := false
		l.onExclude(func() { hurried = true })
		l.release()
		start := time.Now()
		assert.False(t, l.exclude(time.Second))
		assert.True(t, hurried)
		assert.Equal(t, time.Second, time.Since(start))

		entered := false
		go func() {
			assert.NoError(t, l.acquire(t.Context()))
			entered = true
		}()
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		assert.ErrorIs(t, l.acquire(gone), context.Canceled)
		synctest.Wait()
		assert.False(t, entered)
		l.readmit()
		synctest.Wait()
		assert.True(t, entered)

		go func() {
			time.Sleep(time.Millisecond)
			l.release()
			l.release()
		}()
		start = time.Now()
		assert.True(t, l.exclude(time.Second))
		assert.Equal(t, time.Millisecond, time.Since(start))
		l.readmit()
		assert.True(t, l.exclude(0) || l.readers == 0)
		l.readmit()
	})
}

// alone ends the maintenance: the test does it.
func alone(s *Store) {
	s.end()
	<-s.ended
	s.ended = make(chan struct{})
	close(s.ended)
	s.stop, s.end = context.WithCancel(context.Background())
}

// relay runs n readers of which one is always inside: each leaves when another has come, or when none can come.
func relay(t *testing.T, s *Store, n int) (end func()) {
	var over atomic.Bool
	var came atomic.Int64
	var all sync.WaitGroup
	for range n {
		all.Go(func() {
			for !over.Load() {
				assert.NoError(t, s.withReader(func(r *reader) error {
					mine := came.Add(1)
					err := r.droppedSeq.QueryRow().Scan(new(int)) // it sees a moment of the journal from here on
					for came.Load() == mine && !isClosed(&s.latch) && !over.Load() {
						runtime.Gosched()
					}
					return err
				}))
			}
		})
	}
	for came.Load() < 10 {
		runtime.Gosched()
	}
	return func() {
		over.Store(true)
		all.Wait()
	}
}

func isClosed(l *latch) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.excluded != nil
}

// The WAL begins anew although there is always a reader in it.
func TestTheWALIsBoundedWhileReadersNeverPause(t *testing.T) {
	path := newPath(t)
	s := opened(t, path, Options{Sync: Off})
	alone(s)
	s.longWAL, s.longWALAt, s.patience = walPages, walPages, time.Minute
	journaltest.Commit(t, s, journaltest.Said("#a", "x"))
	end := relay(t, s, 3)
	defer end()
	group := make([]journal.Entry, 100)
	for i := range group {
		group[i] = journaltest.Said("#a", strings.Repeat("tea and cake ", 250))
	}
	largest := int64(0)
	for range 50 { // 20 MB
		journaltest.Commit(t, s, anew(group)...)
		require.NoError(t, s.checkpointIfLong())
		info, err := os.Stat(path + "-wal")
		require.NoError(t, err)
		largest = max(largest, info.Size())
	}
	assert.Less(t, largest, int64(2*walPages*4120))
}

// A WAL with redacted words in it is truncated at once, in spite of readers.
func TestTheLogIsEmptiedWhileReadersNeverPause(t *testing.T) {
	path := newPath(t)
	s := opened(t, path, Options{Sync: Off})
	alone(s)
	s.patience = time.Minute
	journaltest.Commit(t, s, journaltest.Said("#a", "x"))
	end := relay(t, s, 3)
	defer end()
	for i := range 20 {
		journaltest.Commit(t, s, journaltest.Said("#a", fmt.Sprint("tea ", i)))
		s.walScrubDue.Store(true)
		require.NoError(t, s.checkpoint())
		assert.False(t, s.walScrubDue.Load())
		info, err := os.Stat(path + "-wal")
		require.NoError(t, err)
		assert.Zero(t, info.Size())
	}
}

// A reader that stays inside for longer than a checkpoint waits costs it nothing else: the next one tries again.
func TestAReaderThatStaysIsNotWaitedFor(t *testing.T) {
	s := opened(t, newPath(t), Options{Sync: Off})
	alone(s)
	s.longWAL, s.longWALAt, s.patience = 1, 1, time.Nanosecond
	journaltest.Commit(t, s, journaltest.Said("#a", "x"))
	require.NoError(t, s.withReader(func(r *reader) error {
		require.NoError(t, r.droppedSeq.QueryRow().Scan(new(int)))
		journaltest.Commit(t, s, journaltest.Said("#a", "y"))
		require.NoError(t, s.checkpoint())
		s.walScrubDue.Store(true)
		return r.droppedSeq.QueryRow().Scan(new(int))
	}))
	require.NoError(t, s.withReader(func(r *reader) error { return r.droppedSeq.QueryRow().Scan(new(int)) }), "the gate is open")
	s.patience = time.Minute
	require.NoError(t, s.checkpoint())
	assert.False(t, s.walScrubDue.Load())
}
