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

// Forgotten words leave the index whatever parts it has after earlier scrubs: an index that is
// made anew, and one whose parts are merged, where they are on one level and where they are
// on several.
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
