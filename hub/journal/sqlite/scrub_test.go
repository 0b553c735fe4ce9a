package sqlite

import (
	"bytes"
	"database/sql"
	"fmt"
	"math"
	"os"
	"strings"
	"sync"
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

// unquiet is a store in which something was forgotten, and people never pause, so that the file is yet to be written
// anew.
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
	require.False(t, isSmall(s.path))
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

// A scrub that waits for another program which reads the WAL does not keep the index from being merged where room is
// needed.
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

// Twenty calls of Redact at the same time are one scrub.
func TestManyRedactionsAreOneScrub(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := still(t, path, Options{scrubDelay: 1, quiet: 1})
	authors := make([]uuid.UUID, 20)
	for i := range authors {
		authors[i] = uuid.New()
		journaltest.Commit(t, s, journaltest.SaidBy(authors[i], "#a", "xyzzy"), journaltest.Said("#a", "innocent"))
	}
	_, err := s.index()
	require.NoError(t, err)
	var all sync.WaitGroup
	for _, a := range authors {
		all.Go(func() {
			n, err := s.Redact(a, []journal.Stream{"#a"}, math.MaxInt64)
			assert.NoError(t, err)
			assert.Equal(t, 1, n)
		})
	}
	all.Wait()
	assert.True(t, s.marked.Load())
	task := &maintenance{s: s}
	settle(task, func() bool { return !s.marked.Load() })
	assert.Equal(t, uint64(1), s.scrubs.Load())
	assertGone(t, path, "xyzzy")

	// What is forgotten while a scrub is under way is of the next, and that waits a minute.
	journaltest.Commit(t, s, journaltest.SaidBy(authors[0], "#a", "plugh"))
	_, err = s.Redact(authors[0], []journal.Stream{"#a"}, math.MaxInt64)
	require.NoError(t, err)
	for range 100 {
		task.work()
	}
	assert.Equal(t, uint64(1), s.scrubs.Load())
	task.scrub.due, task.scrub.after = time.Time{}, time.Time{}
	settle(task, func() bool { return !s.marked.Load() })
	assertGone(t, path, "plugh")
}

// What is indexed while the index is merged does not end that before its time.
func TestAScrubMergesAllThatThereWas(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := still(t, path, Options{Sync: Off, scrubDelay: 1, quiet: 1, smallIndex: 16})
	bob := uuid.New()
	for i := range 400 {
		if journaltest.Commit(t, s, journaltest.Said("#a", hanLine(100))); i%10 == 0 {
			journaltest.Commit(t, s, journaltest.SaidBy(bob, "#a", fmt.Sprintf("xyzzy%d", i)))
		}
	}
	indexed := func() {
		for more := true; more; {
			var err error
			more, err = s.index()
			require.NoError(t, err)
		}
	}
	indexed()
	require.NoError(t, s.runStep(lazy, func(*maintenanceStep) error { // into one part, so that there are more new ones
		_, err := s.mergePages(-1000)
		return err
	}))
	_, err := s.Redact(bob, []journal.Stream{"#a"}, math.MaxInt64)
	require.NoError(t, err)
	task := &maintenance{s: s}
	for task.scrub.phase != scrubMerge {
		s.unmerged.Store(false)
		task.work()
	}
	for range 3 {
		journaltest.Commit(t, s, journaltest.Said("#a", "innocent"))
		indexed()
	}
	settle(task, func() bool { return !s.marked.Load() })
	assertGone(t, path, "xyzzy")
}

// assertGone checks that a word is nowhere in the files.
func assertGone(t testing.TB, path, word string) {
	t.Helper()
	for _, suffix := range []string{"", "-wal"} {
		b, err := os.ReadFile(path + suffix)
		require.NoError(t, err)
		assert.Zero(t, bytes.Count(b, []byte(word)), suffix)
	}
}

// A process that is killed after it has told that something is forgotten leaves the rest to the next.
func TestAScrubIsEndedByTheNextProcess(t *testing.T) {
	t.Parallel()
	path, next := newPath(t), newPath(t)
	s := still(t, path, Options{})
	bob := uuid.New()
	for i := range 150 {
		journaltest.Commit(t, s, journaltest.SaidBy(bob, "#a", fmt.Sprintf("xyzzy%d %s", i, strings.Repeat("plugh", i%50))), journaltest.Said("#a", "innocent"))
	}
	_, err := s.index()
	require.NoError(t, err)
	n, err := s.Redact(bob, []journal.Stream{"#a"}, math.MaxInt64)
	require.NoError(t, err)
	assert.Equal(t, 150, n)
	for _, words := range []string{"xyzzy7", "plugh"} {
		found, _, err := s.Search(t.Context(), []journal.Stream{"#a"}, words, s.Head(), 9)
		require.NoError(t, err)
		assert.Empty(t, found, "nobody finds it from then on")
	}
	copyFiles(t, path, next)
	s = opened(t, next, Options{scrubDelay: 1, quiet: 1})
	require.Eventually(t, func() bool { return s.scrubs.Load() > 0 && !s.marked.Load() }, time.Minute, time.Millisecond)
	assertGone(t, next, "xyzzy")
	assertGone(t, next, "plugh")
	require.NoError(t, s.Close())
	r, err := Verify(next)
	require.NoError(t, err)
	assert.Empty(t, r.Problems)
}

// A file is not rewritten while people talk, and a commit does not wait for a rewrite.
func TestAFileIsNotRewrittenWhilePeopleTalk(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := still(t, path, Options{quiet: time.Hour, scrubDelay: 1})
	bob := uuid.New()
	journaltest.Commit(t, s, journaltest.SaidBy(bob, "#a", "xyzzy"), journaltest.Said("#a", "innocent"))
	_, err := s.Redact(bob, []journal.Stream{"#a"}, math.MaxInt64)
	require.NoError(t, err)
	task := &maintenance{s: s}
	settle(task, func() bool { return task.scrub.phase == scrubRewrite })
	assert.True(t, s.marked.Load(), "there is something left to do")
	assertGone(t, path, "xyzzy") // as far as anybody can see

	in := lines(5000)
	journaltest.Commit(t, s, in...)
	for range 5 { // cut short or not, the journal is whole
		var all sync.WaitGroup
		all.Go(func() { assert.NoError(t, s.Commit(anew(in[:1]), nil)) })
		_, err := s.rewrite()
		require.NoError(t, err)
		all.Wait()
	}
	journaltest.Commit(t, s, anew(in[:1])...)
	s.lastCommit.Store(0)
	settle(task, func() bool { return !s.marked.Load() })
	require.NoError(t, s.Close())
	r, err := Verify(path)
	require.NoError(t, err)
	assert.Empty(t, r.Problems)
	assert.Equal(t, 5008, r.Entries)
}
