package sqlite

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/hub/journal/storetest"
)

// However the parts of the index stand after those who have forgotten before, what the next
// ones forget leaves it: a short index, and one of some pages.
func TestEverybodysForgottenWordsLeaveTheIndex(t *testing.T) {
	t.Parallel()
	for _, length := range []int{1, 20, 50, 200} {
		path := newPath(t)
		s := still(t, path, Options{Sync: Off, scrubDelay: 1, scrubEvery: 1, quiet: 1})
		task := &tidying{s: s, scrub: scrubbing{merged: time.Now()}}
		bobs := make([]uuid.UUID, 6)
		say := func(b, lines int) {
			bobs[b] = uuid.New()
			for i := range lines {
				var words strings.Builder
				for w := range length {
					fmt.Fprintf(&words, "xyzzy%dx%dx%d ", b, i, w)
				}
				storetest.Commit(t, s, storetest.SaidBy(bobs[b], "#a", words.String()), storetest.Said("#a", "innocent"))
				_, err := s.index() // a part of its own
				require.NoError(t, err)
				_, err = s.mergeSome()
				require.NoError(t, err)
			}
		}
		for b := range 4 {
			say(b, 20)
		}
		for b := range bobs {
			if b >= 4 { // when next to nothing is left of the first ones
				say(b, 10)
			}
			_, err := s.Forget(bobs[b], []journal.Stream{"#a"})
			require.NoError(t, err)
			for n := 0; n < 10_000 && s.marked.Load(); n++ {
				if task.scrub.phase == scrubIdle {
					task.scrub.due = time.Now()
				}
				task.step()
			}
			require.False(t, s.marked.Load())
			assertGone(t, path, fmt.Sprintf("xyzzy%dx", b))
		}
		found, _, err := s.Search(t.Context(), []journal.Stream{"#a"}, "innocent", s.Head(), 1000)
		require.NoError(t, err)
		assert.Len(t, found, 100)
		require.NoError(t, s.Close())
		r, err := Verify(path)
		require.NoError(t, err)
		assert.Empty(t, r.Problems)
	}
}
