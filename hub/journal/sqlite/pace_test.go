package sqlite

import (
	"bytes"
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

// settle does the maintenance of a still store until there is nothing to do.
func settle(task *maintenance, isDone func() bool) {
	for idle := false; !idle || !isDone(); {
		_, idle = task.work()
	}
}

func TestACommitGoesBeforeMaintenance(t *testing.T) {
	var writing writeLock
	var order []string
	var all sync.WaitGroup
	hurried := make(chan struct{})
	writing.LockForMaintenance(func() { close(hurried) })
	all.Go(func() {
		writing.Lock()
		order = append(order, "commit")
		writing.Unlock()
	})
	<-hurried // the maintenance that has the turn is told
	require.Eventually(t, writing.commitWaits, 10*time.Second, time.Millisecond)
	all.Go(func() {
		writing.LockForMaintenance(nil)
		order = append(order, "maintenance")
		writing.Unlock()
	})
	writing.Unlock()
	all.Wait()
	assert.Equal(t, []string{"commit", "maintenance"}, order)
}

func TestACommitThatWaitsEndsTheStep(t *testing.T) {
	s := still(t, newPath(t), Options{})
	var all sync.WaitGroup
	require.NoError(t, s.runStep(lazy, func(step *maintenanceStep) error {
		step.deadline = time.Now().Add(time.Hour)
		assert.True(t, step.spend(1))
		all.Go(func() { assert.NoError(t, s.Commit([]journal.Entry{journaltest.Said("#a", "first")}, nil)) })
		require.Eventually(t, s.writing.commitWaits, 10*time.Second, time.Millisecond)
		assert.False(t, step.spend(1))
		step.urgent = true
		assert.True(t, step.spend(1), "but not what must be as fast as commits are")
		step.deadline = time.Now()
		assert.False(t, step.spend(1), "for a moment")
		return nil
	}))
	all.Wait()
	assert.Equal(t, uint64(1), s.Head())
}

// Whatever people say, the work in one slice is bounded.
func TestAStepIsBoundedInWords(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var slices, most int
	measured := func(what string, rows int, f func()) {
		mu.Lock()
		slices, most = 0, 0
		mu.Unlock()
		f()
		mu.Lock()
		defer mu.Unlock()
		assert.LessOrEqual(t, most, stepBytes+rowCost+5000, "%s: no more than one line above", what)
		assert.GreaterOrEqual(t, slices, rows*4000/stepBytes, what)
	}
	s := still(t, newPath(t), Options{Sync: Off, Keep: time.Hour, watch: func(step *maintenanceStep) {
		mu.Lock()
		defer mu.Unlock()
		slices, most = slices+1, max(most, step.spent)
	}})
	bob := uuid.New()
	var in []journal.Entry
	for i := range 50 {
		e := ago("#a", 2*time.Hour, hanLine(1360))
		if i >= 25 {
			e.Author = bob
		}
		in = append(in, e)
	}
	journaltest.Commit(t, s, append(in, journaltest.Said("#a", "last"))...)
	measured("index", 50, func() {
		for more := true; more; {
			var err error
			more, err = s.index()
			require.NoError(t, err)
		}
	})
	measured("forget", 25, func() {
		n, err := s.Redact(bob, []journal.Stream{"#a"}, math.MaxInt64)
		require.NoError(t, err)
		assert.Equal(t, 25, n)
	})
	measured("prune", 25, func() { pruneAll(t, s) })
	assert.Len(t, everything(t, s, "#a"), 1)
}

// What is no longer kept before it was indexed costs the index nothing.
func TestWhatIsPrunedUnindexedCostsNoWords(t *testing.T) {
	s := still(t, newPath(t), Options{Keep: time.Hour})
	var in []journal.Entry
	for range 200 {
		in = append(in, ago("#a", 2*time.Hour, hanLine(1360)))
	}
	journaltest.Commit(t, s, in...)
	before := 0
	require.NoError(t, s.w.conn.QueryRowContext(t.Context(), "SELECT count(*) FROM words_data").Scan(&before))
	pruneAll(t, s)
	after := 0
	require.NoError(t, s.w.conn.QueryRowContext(t.Context(), "SELECT count(*) FROM words_data").Scan(&after))
	assert.Equal(t, before, after)
	assert.Zero(t, s.garbage.Load())
	assert.Len(t, everything(t, s, "#a"), 1)
}

// However much is indexed and pruned, the index is merged, and gives its room back.
func TestTheIndexIsMerged(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := still(t, path, Options{Sync: Off, Keep: time.Hour})
	task := &maintenance{s: s, scrub: scrubState{merged: time.Now()}}
	parts := func() (n int) {
		require.NoError(t, s.w.conn.QueryRowContext(t.Context(), "SELECT count(DISTINCT segid) FROM words_idx").Scan(&n))
		return n
	}
	var in []journal.Entry
	for i := range 900 {
		in = append(in, ago("#a", 2*time.Hour, fmt.Sprintf("xyzzy%d %s", i, hanLine(40))))
	}
	journaltest.Commit(t, s, in...)
	task.pruneAt = time.Now().Add(time.Hour)
	settle(task, func() bool { return s.indexed.Load() == s.Head() && !s.unmerged.Load() })
	assert.Less(t, parts(), 6, "of more slices")
	pruneAll(t, s)
	assert.Equal(t, uint64(899), s.garbage.Load())
	settle(task, func() bool { return s.garbage.Load() == 0 && !s.unmerged.Load() })
	var left int
	require.NoError(t, s.w.conn.QueryRowContext(t.Context(), "SELECT sum(length(block)) FROM words_data").Scan(&left))
	assert.Less(t, left, 10_000, "the words of what is gone have gone")
	require.NoError(t, s.Close())
	r, err := Verify(path)
	require.NoError(t, err)
	assert.Empty(t, r.Problems)
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

func TestTooManyCannotWaitToRedact(t *testing.T) {
	s := opened(t, newPath(t), Options{})
	s.redactCalls.Store(maxRedactCalls)
	_, err := s.Redact(uuid.New(), []journal.Stream{"#a"}, math.MaxInt64)
	assert.ErrorIs(t, err, journal.ErrBusy)
	assert.EqualValues(t, maxRedactCalls, s.redactCalls.Load())
}

// Streams that hold nothing leave no rows. A client that has read one of them is never told
// that nothing is missing, or how much, when it has begun anew.
func TestStreamsThatHoldNothingAreDropped(t *testing.T) {
	t.Parallel()
	s := still(t, newPath(t), Options{Keep: time.Hour, Sync: Off})
	var in []journal.Entry
	const n = 1000 // of each kind: several steps of a sweep
	for i := range n {
		in = append(in, ago(journal.Mailbox(uuid.New()), 2*time.Hour, "psst"), ago(journal.Stream(fmt.Sprint("#", i)), 2*time.Hour, "anybody here"))
	}
	for range 5 {
		in = append(in, ago("#tea", 2*time.Hour, "tea"))
	}
	journaltest.Commit(t, s, in...)
	journaltest.Commit(t, s, journaltest.Said("#a", "hello"))
	pruneAll(t, s)
	var streams int
	require.NoError(t, s.w.conn.QueryRowContext(t.Context(), "SELECT count(*) FROM streams").Scan(&streams))
	assert.Equal(t, 1, streams)

	reading := func(after, nth uint64) *journal.Cursor {
		return &journal.Cursor{Seq: after, Streams: []journal.StreamCursor{{Stream: "#tea", StreamSeq: nth}}}
	}
	unsure := func(cur *journal.Cursor, want bool) {
		t.Helper()
		p, err := s.Read(cur, s.Head()-1, 1)
		require.NoError(t, err)
		assert.Equal(t, want, p.AtLeast)
		p, err = s.Read(cur, s.Head(), 1)
		require.NoError(t, err)
		assert.False(t, p.AtLeast, "once")
	}
	unsure(reading(2*n+2, 2), true)
	unsure(reading(2*n+5, 5), false)
	journaltest.Commit(t, s, ago("#tea", 2*time.Hour, "again"), journaltest.Said("#tea", "and again"))
	unsure(reading(2*n+2, 2), true)
	pruneAll(t, s)
	unsure(reading(2*n+2, 2), true)
	p, err := s.Read(reading(2*n+6, 0), s.Head(), 9)
	require.NoError(t, err)
	assert.False(t, p.AtLeast)
	assert.Equal(t, 1, p.Pruned, "who has come since then is told exactly")
}

// However much is said, the file stays as small as it is to be, and the oldest goes.
func TestTheSizeIsBounded(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	const most = 192 << 10
	s := still(t, path, Options{Sync: Off, Size: most, smallIndex: 16})
	task := &maintenance{s: s, scrub: scrubState{merged: time.Now()}}
	for range 8 {
		var in []journal.Entry
		for range 20 {
			in = append(in, journaltest.Said("#a", hanLine(150)))
		}
		journaltest.Commit(t, s, in...)
		task.indexAt = time.Now()
		for range 2 { // the index, and then what is too much with it
			task.pruneAt = time.Time{}
			settle(task, func() bool {
				return s.indexed.Load() == s.Head() && !s.unmerged.Load() && s.pruned.goal == 0 && !s.compact.Load() && task.scrub.phase == scrubIdle
			})
		}
		used, _, err := s.used()
		require.NoError(t, err)
		require.LessOrEqual(t, used, int64(most))
	}
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Less(t, info.Size(), int64(2*most), "the room of what is gone is used again")
	left := everything(t, s, "#a")
	assert.Greater(t, len(left), 25, "no more goes than must")
	assert.Equal(t, s.Head(), left[len(left)-1].Seq)
	assert.Greater(t, left[0].Seq, uint64(60))
	require.NoError(t, s.Close())
	r, err := Verify(path)
	require.NoError(t, err)
	assert.Empty(t, r.Problems)
}

// The size is bounded also where something else goes all the time: what that leaves in the
// index is not worth a merge each time.
func TestTheSizeIsBoundedBesideOtherBounds(t *testing.T) {
	t.Parallel()
	const most = 200 << 10
	s := still(t, newPath(t), Options{Sync: Off, Size: most, Lines: 600, smallIndex: 16})
	task := &maintenance{s: s, scrub: scrubState{merged: time.Now()}}
	var in []journal.Entry
	for range 300 {
		in = append(in, journaltest.Said("#b", hanLine(50)), journaltest.Said("#a", "x"), journaltest.Said("#a", "y"))
	}
	journaltest.Commit(t, s, in...)
	used := func() int64 {
		used, _, err := s.used()
		require.NoError(t, err)
		return used
	}
	for s.indexed.Load() < s.Head() {
		_, err := s.index()
		require.NoError(t, err)
	}
	require.Greater(t, used(), int64(most))
	for i := 0; i < 2000 && used() > most; i++ {
		journaltest.Commit(t, s, journaltest.Said("#a", "z"))
		task.pruneAt, task.pruneStreamsAt, task.indexAt = time.Time{}, time.Time{}, time.Time{}
		task.work()
	}
	assert.LessOrEqual(t, used(), int64(most))
	assert.Greater(t, len(everything(t, s, "#b")), 50, "no more goes than must")
}

// However long the streams have too much in them, the index follows and is merged.
func TestPruningOfStreamsLeavesTimeForTheRest(t *testing.T) {
	t.Parallel()
	s := still(t, newPath(t), Options{Sync: Off, Lines: 1})
	task := &maintenance{s: s, scrub: scrubState{merged: time.Now()}, pruneAt: time.Now().Add(time.Hour)}
	isDone := false
	for range 20 {
		in := make([]journal.Entry, 2*indexBatch)
		for i := range in {
			in[i] = journaltest.Said("#a", "x")
		}
		journaltest.Commit(t, s, in...)
		task.pruneStreamsAt, task.indexAt = time.Time{}, time.Now()
		task.work()
		isDone = isDone || s.indexed.Load() > 0 && !s.unmerged.Load()
	}
	assert.True(t, isDone)
}

func TestHowOftenItIsPruned(t *testing.T) {
	for _, c := range []struct {
		o    Options
		want time.Duration
	}{
		{Options{}, time.Minute},
		{Options{Keep: 90 * 24 * time.Hour}, time.Minute},
		{Options{Keep: time.Minute}, 6 * time.Second},
		{Options{Keep: 10 * time.Second}, time.Second},
		{Options{Keep: time.Millisecond}, time.Second},
		{Options{Size: 1}, time.Second},
	} {
		s := &Store{opts: c.o}
		assert.Equal(t, time.Second, s.pruneEvery(), "while nothing may go")
		s.KeepAfter(1)
		assert.Equal(t, c.want, s.pruneEvery())
	}
}

func TestTheStructureOfAnIndexIsRead(t *testing.T) {
	for _, c := range []struct {
		structure     string
		levels, pages int
		err           error
	}{
		{"\x00\x00\x00\x04\x02\x02\x00\x00\x02\x04\x01\x01\x01\x01\x01\x00\x00", 1, 2, nil},
		{"\x00\x00\x00\x04\x02\x02\x81\x00\x00\x01\x04\x01\x01\x01\x02\x05\x03\x81\x02\x01\x00\x00", 2, 129, nil},
		{"\x00\x00\x00\x01\x00\x00\x00", 0, 0, nil},
		{"", 0, 0, errStructure},
		{"\x00\x00\x00\x04\x02\x02\x00\x00\x02\x04\x01", 1, 0, errStructure},
	} {
		levels, pages, err := partsOf([]byte(c.structure))
		assert.Equal(t, c.err, err)
		if err == nil {
			assert.Equal(t, []int{c.levels, c.pages}, []int{levels, pages}, "%q", c.structure)
		}
	}
}

// Vacuum leaves nothing of what was forgotten, however large the file is.
func TestVacuumRemovesRedactedWords(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := still(t, path, Options{Sync: Off})
	bob := uuid.New()
	for i := range 50 {
		journaltest.Commit(t, s, journaltest.SaidBy(bob, "#a", fmt.Sprintf("xyzzy%d", i)), journaltest.Said("#a", "innocent"))
	}
	_, err := s.index()
	require.NoError(t, err)
	_, err = s.Redact(bob, []journal.Stream{"#a"}, math.MaxInt64)
	require.NoError(t, err)
	require.NoError(t, s.Close())
	require.NoError(t, Vacuum(path))
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.NotContains(t, string(b), "xyzzy")
	assert.False(t, opened(t, path, Options{}).marked.Load(), "there is nothing left to scrub")
	r, err := Verify(path)
	require.NoError(t, err)
	assert.Empty(t, r.Problems)
}
