package sqlite

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/hub/journal/journaltest"
)

// What is pruned after a scrub has begun, and before the parts of the index are to become one, leaves the index with
// them, and is counted no more.
func TestWhatIsPrunedAsAScrubBeginsIsOfThatScrub(t *testing.T) {
	t.Parallel()
	const anew, merged = 0, 20 // Options.smallIndex
	for _, small := range []int{anew, merged} {
		s := still(t, newPath(t), Options{Sync: Off, Keep: time.Hour, smallIndex: small})
		task := &maintenance{s: s, scrub: scrubState{merged: time.Now()}}
		var in []journal.Entry
		for i := range 600 {
			text := hanLine(40)
			if i < 100 {
				text = fmt.Sprintf("xyzzy%d %s", i, text)
			}
			in = append(in, ago("#a", 2*time.Hour, text))
		}
		journaltest.Commit(t, s, append(in, journaltest.Said("#a", "innocent"))...)
		prune := func() {
			_, err := s.pruneSome()
			require.NoError(t, err)
		}
		for s.indexed.Load() < s.Head() {
			_, err := s.index()
			require.NoError(t, err)
		}
		prune()
		began := s.garbage.Load()
		require.Less(t, began, uint64(100))
		require.NoError(t, task.scrubStep(time.Now()))
		require.Equal(t, scrubSort, task.scrub.phase)
		prune()
		require.Greater(t, s.garbage.Load(), uint64(100))
		for range 1000 {
			if task.scrubIsDue(time.Now()) {
				require.NoError(t, task.scrubStep(time.Now()))
			} else if s.unmerged.Load() {
				require.NoError(t, task.merge(time.Now()))
			}
		}
		require.Equal(t, scrubIdle, task.scrub.phase)
		assert.Equal(t, small == anew, s.indexed.Load() == 0)
		assert.Zero(t, s.garbage.Load())
		var left int
		require.NoError(t, s.words.conn.QueryRowContext(t.Context(), "SELECT count(*) FROM words_data WHERE instr(block, 'xyzzy')").Scan(&left))
		assert.Zero(t, left, "the words of what is gone have gone")
	}
}

// What is too large waits for one merge of all that had gone when it was found so, and not for one that leaves no
// garbage: other bounds bring more all the time.
func TestRoomIsKnownAfterOneMerge(t *testing.T) {
	s := still(t, newPath(t), Options{})
	assert.True(t, s.isMerged(), "nothing has gone")
	s.garbage.Store(5)
	s.scrubs.Store(1) // under way: it may have begun before
	assert.False(t, s.isMerged())
	assert.True(t, s.compact.Swap(false))
	s.mergedBy.Store(1)
	assert.False(t, s.isMerged())
	assert.True(t, s.compact.Swap(false))
	s.scrubs.Store(2)
	assert.False(t, s.isMerged())
	assert.False(t, s.compact.Load(), "it has begun")
	s.mergedBy.Store(2)
	assert.True(t, s.isMerged())
	assert.False(t, s.compact.Load())
}

// A page that cannot be read leaves the cursor as it was: what is missing before it is told by the next.
func TestAPageThatCannotBeReadTakesNothing(t *testing.T) {
	t.Parallel()
	s := still(t, newPath(t), Options{Sync: Off, Keep: time.Hour})
	for range 5 {
		journaltest.Commit(t, s, ago("#a", 2*time.Hour, "hello"))
	}
	journaltest.Commit(t, s, journaltest.Said("#a", "hello"), journaltest.Said("#b", "hello"))
	pruneHard(t, s)
	damage := func(event string) {
		_, err := s.w.conn.ExecContext(t.Context(), "UPDATE entries SET event=? WHERE seq=7", event)
		require.NoError(t, err)
	}
	var sound string
	require.NoError(t, s.w.conn.QueryRowContext(t.Context(), "SELECT event FROM entries WHERE seq=7").Scan(&sound))
	cur := &journal.Cursor{Streams: []journal.StreamCursor{{Stream: "#a"}, {Stream: "#b"}}}
	damage("{")
	_, err := s.Read(cur, 7, 10)
	require.Error(t, err)
	damage(sound)
	page, err := s.Read(cur, 7, 10)
	require.NoError(t, err)
	assert.Equal(t, 5, page.Pruned)
	assert.Len(t, page.Entries, 2)
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
	require.NoError(t, s.words.conn.QueryRowContext(t.Context(), "SELECT count(*) FROM words_data").Scan(&before))
	pruneAll(t, s)
	after := 0
	require.NoError(t, s.words.conn.QueryRowContext(t.Context(), "SELECT count(*) FROM words_data").Scan(&after))
	assert.Equal(t, before, after)
	assert.Zero(t, s.garbage.Load())
	assert.Len(t, everything(t, s, "#a"), 1)
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

// The size is bounded also where something else goes all the time: what that leaves in the index is not worth a merge
// each time.
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

func TestWhatIsOldIsPrunedInSmallSteps(t *testing.T) {
	path := newPath(t)
	s := opened(t, path, Options{Keep: 90 * 24 * time.Hour})
	var in []journal.Entry
	for i := range 300 {
		in = append(in, ago([]journal.Stream{"#a", "#b", "#b"}[i%3], time.Duration(299-i)*24*time.Hour+12*time.Hour, fmt.Sprint("line ", i)))
	}
	journaltest.Commit(t, s, in...) // 210 of them are too old: 70 of #a, 140 of #b
	pruneAll(t, s)
	for range 2 {
		cur := journaltest.From(0, "#a", "#b")
		p, err := s.Read(cur, s.Head(), 500)
		require.NoError(t, err)
		assert.Equal(t, 90, len(p.Entries))
		assert.Equal(t, 210, p.Pruned)
		assert.False(t, p.AtLeast)
		found, _, err := s.Search(t.Context(), []journal.Stream{"#a", "#b"}, "line", s.Head(), 500)
		require.NoError(t, err)
		assert.Equal(t, 90, len(found))
		require.NoError(t, s.Close())
		s = opened(t, path, Options{Keep: 90 * 24 * time.Hour})
	}
	require.NoError(t, s.Close())
	r, err := Verify(path)
	require.NoError(t, err)
	assert.Empty(t, r.Problems)
}

func TestTheLastEntryIsKeptWhateverItsAge(t *testing.T) {
	path := newPath(t)
	s := opened(t, path, Options{Keep: time.Hour})
	journaltest.Commit(t, s, ago("#a", 9*time.Hour, "x"), ago("#a", 8*time.Hour, "y"))
	pruneAll(t, s)
	require.NoError(t, s.Close())
	s = opened(t, path, Options{Keep: time.Hour})
	assert.Equal(t, uint64(2), s.Head(), "positions go on")
	assert.Equal(t, []string{"y"}, journaltest.Texts(everything(t, s, "#a")))
}

// However long a flood lasts, what is too much goes.
func TestAFloodIsPruned(t *testing.T) {
	t.Parallel()
	s := still(t, newPath(t), Options{Keep: time.Minute, Lines: 10})
	task := maintenance{s: s}
	for i := range 50 {
		in := []journal.Entry{ago("#a", time.Hour, "x"), ago("#a", time.Hour, "x")}
		for range 20 {
			in = append(in, journaltest.Said("#a", "x"))
		}
		journaltest.Commit(t, s, in...)
		task.pruneAt, task.pruneStreamsAt = time.Time{}, time.Time{} // it is time again
		for range 20 {
			task.work()
		}
		assert.LessOrEqual(t, len(everything(t, s, "#a")), 11, "round %d", i)
	}
}
