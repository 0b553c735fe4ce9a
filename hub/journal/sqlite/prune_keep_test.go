package sqlite

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/hub/journal/journaltest"
	"chinwag/protocol"
)

// Whatever prunes, it leaves what stands after the position, and takes it when the position is past it.
func TestNoPruningReachesWhatIsKept(t *testing.T) {
	t.Parallel()
	box := journal.Mailbox(uuid.New())
	for name, o := range map[string]Options{
		"time":    {Keep: time.Hour},
		"lines":   {Lines: 10},
		"size":    {Size: 1 << 17},
		"mailbox": {Mailbox: time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o.Sync = Off
			s := still(t, newPath(t), o)
			st := journal.Stream("#a")
			if name == "mailbox" {
				st = box
			}
			for i := range 20 {
				var in []journal.Entry
				for range 50 {
					in = append(in, ago(st, 2*time.Hour, fmt.Sprint(i, hanLine(400))))
				}
				journaltest.Commit(t, s, in...)
			}
			journaltest.Commit(t, s, journaltest.Said("#b", "the last"))
			s.KeepAfter(700)
			pruneHard(t, s)
			first := firstOf(t, s)
			assert.LessOrEqual(t, first, uint64(701))
			assert.Greater(t, first, uint64(1), "what is before goes")
			got, err := s.Tail(700, 999)
			require.NoError(t, err)
			assert.Len(t, got, 301)

			s.KeepAfter(900)
			pruneHard(t, s)
			got, err = s.Tail(900, 999)
			require.NoError(t, err)
			assert.Len(t, got, 101)
			assert.LessOrEqual(t, firstOf(t, s), uint64(901))
			assert.Greater(t, firstOf(t, s), first, "and what is not kept any more")

			n, err := s.Redact(got[0].Author, []journal.Stream{st}, math.MaxInt64)
			require.NoError(t, err)
			assert.Positive(t, n)
			erased, err := s.Tail(900, 1)
			require.NoError(t, err)
			assert.IsType(t, protocol.Redacted{}, erased[0].Event)
		})
	}
}

// pruneHard prunes until there is nothing left to do, and merges the index for the size.
func pruneHard(t *testing.T, s *Store) {
	t.Helper()
	task := &maintenance{s: s, scrub: scrubState{merged: time.Now()}}
	for range 400 {
		pruneAll(t, s)
		if task.scrubIsDue(time.Now()) {
			require.NoError(t, task.scrubStep(time.Now()))
		} else if s.unmerged.Load() {
			require.NoError(t, task.merge(time.Now()))
		}
	}
}

func firstOf(t *testing.T, s *Store) uint64 {
	t.Helper()
	got, err := s.Tail(0, 1)
	require.NoError(t, err)
	return got[0].Seq
}

// A store that is held prunes nothing before it is told what is kept.
func TestAStoreThatDefersPruningPrunesNothingBefore(t *testing.T) {
	path := newPath(t)
	s := opened(t, path, Options{})
	journaltest.Commit(t, s, ago("#a", 3*time.Hour, "x"), ago("#a", 2*time.Hour, "y"), ago("#a", 2*time.Hour, "z"))
	require.NoError(t, s.Close())
	s = opened(t, path, Options{Keep: time.Hour, DeferPruning: true})
	pruneAll(t, s)
	assert.Equal(t, uint64(1), firstOf(t, s))
	s.KeepAfter(1)
	pruneAll(t, s)
	assert.Equal(t, uint64(2), firstOf(t, s))
}
