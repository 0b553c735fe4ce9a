package sqlite

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/hub/journal/journaltest"
)

// Redacted words leave the index whatever parts it has after earlier scrubs: an index that is made anew, and one whose
// parts are merged, where they are on one level and where they are on several.
func TestAllRedactedWordsLeaveTheIndex(t *testing.T) {
	t.Parallel()
	anew, spread, merged := 0, 0, 0
	for _, c := range []struct{ words, rest, small int }{ // of a line that is forgotten, Han letters of one that stays, Options.smallIndex
		{1, 0, 0},
		{1, 0, 4}, {20, 0, 4}, {20, 100, 4}, // no less than a slice of these lines and markEntry have, so that there is an end
	} {
		path := newPath(t)
		s := still(t, path, Options{Sync: Off, scrubDelay: 1, scrubEvery: 1, quiet: 1, smallIndex: c.small})
		task := &maintenance{s: s, scrub: scrubState{merged: time.Now()}}
		bobs, innocent := make([]uuid.UUID, 6), 0
		say := func(b, lines int) {
			bobs[b] = uuid.New()
			for i := range lines {
				var words strings.Builder
				for w := range c.words {
					fmt.Fprintf(&words, "xyzzy%dx%dx%d ", b, i, w)
				}
				journaltest.Commit(t, s, journaltest.SaidBy(bobs[b], "#a", words.String()), journaltest.Said("#a", "innocent "+hanLine(c.rest)))
				innocent++
				_, err := s.index() // a part of its own
				require.NoError(t, err)
				if b%2 == 0 { // on a level of its own, often
					_, err = s.mergeStep()
					require.NoError(t, err)
				}
			}
		}
		for b := range 4 {
			say(b, 12)
		}
		for b := range bobs {
			if b >= 4 { // when next to nothing is left of the first ones
				say(b, 6)
			}
			_, err := s.Redact(bobs[b], []journal.Stream{"#a"}, math.MaxInt64)
			require.NoError(t, err)
			for n := 0; s.marked.Load() || s.indexed.Load() < s.Head(); n++ {
				require.Less(t, n, 10_000, "it comes to an end")
				task.indexAt = time.Now()
				if task.scrub.phase == scrubIdle {
					task.scrub.due, task.scrub.after = time.Now(), time.Time{}
				}
				was := task.scrub.phase
				task.work()
				switch is := task.scrub.phase; {
				case was != scrubSort || is == scrubSort:
				case s.indexed.Load() == 0:
					anew++
				case is == scrubSpread:
					spread++
				default:
					merged++
				}
			}
			assertGone(t, path, fmt.Sprintf("xyzzy%dx", b))
		}
		found, _, err := s.Search(t.Context(), []journal.Stream{"#a"}, "innocent", s.Head(), 1000)
		require.NoError(t, err)
		assert.Len(t, found, innocent)
		require.NoError(t, s.Close())
		r, err := Verify(path)
		require.NoError(t, err)
		assert.Empty(t, r.Problems)
	}
	assert.Positive(t, anew)
	assert.Positive(t, spread)
	assert.Positive(t, merged)
}

// However much is indexed and pruned, the index is merged, and gives its room back.
func TestTheIndexIsMerged(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := still(t, path, Options{Sync: Off, Keep: time.Hour})
	task := &maintenance{s: s, scrub: scrubState{merged: time.Now()}}
	parts := func() (n int) {
		require.NoError(t, s.words.conn.QueryRowContext(t.Context(), "SELECT count(DISTINCT segid) FROM words_idx").Scan(&n))
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
	require.NoError(t, s.words.conn.QueryRowContext(t.Context(), "SELECT sum(length(block)) FROM words_data").Scan(&left))
	assert.Less(t, left, 10_000, "the words of what is gone have gone")
	require.NoError(t, s.Close())
	r, err := Verify(path)
	require.NoError(t, err)
	assert.Empty(t, r.Problems)
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
