package sqlite

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/hub/journal/journaltest"
)

// What is pruned after a scrub has begun, and before the parts of the index are to become one,
// leaves the index with them, and is counted no more.
func TestWhatIsPrunedAsAScrubBeginsIsOfThatScrub(t *testing.T) {
	t.Parallel()
	const anew, merged = 0, 20 // Options.smallIndex
	for _, small := range []int{anew, merged} {
		s := still(t, newPath(t), Options{Sync: Off, Keep: time.Hour, smallIndex: small})
		task := &maintenance{s: s, scrub: scrubState{merged: time.Now()}}
		var in []journal.Entry
		for i := range 600 {
			text := hanLine(40)
			if i < 150 {
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
		require.Less(t, began, uint64(150))
		require.NoError(t, task.scrubStep(time.Now()))
		require.Equal(t, scrubSort, task.scrub.phase)
		prune()
		require.Greater(t, s.garbage.Load(), uint64(150))
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
		require.NoError(t, s.w.conn.QueryRowContext(t.Context(), "SELECT count(*) FROM words_data WHERE instr(block, 'xyzzy')").Scan(&left))
		assert.Zero(t, left, "the words of what is gone have gone")
	}
}

// What is too large waits for one merge of all that had gone when it was found so, and not for
// one that leaves no garbage: other bounds bring more all the time.
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
