package sqlite

import (
	"bytes"
	"database/sql"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/hub/journal/journaltest"
)

// Also while others talk, and the index follows them.
func TestRedactedWordsLeaveTheFilesWhileOthersTalk(t *testing.T) {
	path := newPath(t)
	s := opened(t, path, Options{Sync: Off, scrubDelay: 1, scrubEvery: 1, quiet: 1})
	bob := uuid.New()
	for i := range 40 {
		journaltest.Commit(t, s, journaltest.SaidBy(bob, "#a", fmt.Sprintf("xyzzy%d is %s", i, strings.Repeat("plugh", i%50))), journaltest.Said("#a", fmt.Sprint("innocent ", i)))
		if i%5 == 0 {
			_, err := s.index()
			require.NoError(t, err)
		}
	}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			_ = s.Commit([]journal.Entry{journaltest.Said("#b", fmt.Sprint("meanwhile ", i))}, nil)
			_, _ = s.index()
		}
	}()
	_, err := s.Redact(bob, []journal.Stream{"#a"}, math.MaxInt64)
	require.NoError(t, err)
	require.Eventually(t, func() bool { return s.scrubs.Load() > 0 }, time.Minute, time.Millisecond)
	close(stop)
	<-stopped
	awaitScrub(t, s)
	for _, suffix := range []string{"", "-wal"} {
		b, err := os.ReadFile(path + suffix)
		require.NoError(t, err)
		assert.Zero(t, bytes.Count(b, []byte("xyzzy")), suffix)
	}
}

// unquiet is a store in which something was forgotten, and people never pause, so that the file
// is yet to be written anew.
func unquiet(t *testing.T, path string, o Options) (s *Store, task *maintenance) {
	o.Sync, o.scrubDelay, o.quiet = Off, 1, 24*time.Hour
	s = still(t, path, o)
	bob := uuid.New()
	journaltest.Commit(t, s, journaltest.SaidBy(bob, "#a", "xyzzy"), journaltest.Said("#a", "innocent"))
	_, err := s.Redact(bob, []journal.Stream{"#a"}, math.MaxInt64)
	require.NoError(t, err)
	task = &maintenance{s: s, scrub: scrubState{merged: time.Now()}}
	settle(task, func() bool { return task.scrub.phase == scrubRewrite })
	return s, task
}

// Where a file waits to be written anew, what is pruned meanwhile leaves the index as always.
func TestTheIndexIsMergedWherePeopleNeverPause(t *testing.T) {
	t.Parallel()
	s, task := unquiet(t, newPath(t), Options{Keep: time.Hour})
	var in []journal.Entry
	for range 1500 {
		in = append(in, ago("#a", 2*time.Hour, "plugh"))
	}
	journaltest.Commit(t, s, append(in, journaltest.Said("#a", "innocent"))...)
	for s.indexed.Load() < s.Head() {
		_, err := s.index()
		require.NoError(t, err)
	}
	task.pruneAt = time.Time{}
	for range 1000 {
		task.work()
	}
	assert.Greater(t, s.mergedBy.Load(), uint64(1))
	assert.False(t, task.isWorthMerging(time.Now()))
	assert.True(t, s.marked.Load(), "it waits still")
}

// A file that has become large meanwhile is not written anew.
func TestALargeFileIsNotRewritten(t *testing.T) {
	t.Parallel()
	s, task := unquiet(t, newPath(t), Options{})
	_, err := s.w.conn.ExecContext(t.Context(), "CREATE TABLE ballast (b); INSERT INTO ballast VALUES (zeroblob(?))", rewritten)
	require.NoError(t, err)
	require.NoError(t, s.checkpoint())
	require.False(t, s.isSmall())
	pages := func() (n int) {
		require.NoError(t, s.w.conn.QueryRowContext(t.Context(), "SELECT freelist_count FROM pragma_freelist_count").Scan(&n))
		return n
	}
	_, err = s.w.conn.ExecContext(t.Context(), "DROP TABLE ballast")
	require.NoError(t, err)
	free := pages()
	s.lastCommit.Store(0)
	settle(task, func() bool { return !s.marked.Load() })
	assert.GreaterOrEqual(t, pages(), free)
}

// A scrub that waits for another program which reads the log does not keep the index from
// being merged where room is needed.
func TestRoomIsMadeWhileAnotherProgramReads(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := still(t, path, Options{Sync: Off, scrubDelay: 1})
	bob := uuid.New()
	journaltest.Commit(t, s, journaltest.SaidBy(bob, "#a", "xyzzy"), journaltest.Said("#a", "innocent"))
	require.NoError(t, readSnapshot(path, func(_ *sql.Conn, r *reader) error {
		require.NoError(t, r.droppedSeq.QueryRow().Scan(new(int)))
		_, err := s.Redact(bob, []journal.Stream{"#a"}, math.MaxInt64)
		require.NoError(t, err)
		task := &maintenance{s: s, scrub: scrubState{merged: time.Now()}}
		settle(task, func() bool { return task.scrub.phase == scrubWAL })
		s.garbage.Store(1)
		s.compact.Store(true)
		for range 1000 {
			task.work()
		}
		assert.Zero(t, s.garbage.Load())
		return nil
	}))
}
