package sqlite

import (
	"math"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/hub/journal/journaltest"
)

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
	measured := func(what string, rows, bound int, f func()) {
		mu.Lock()
		slices, most = 0, 0
		mu.Unlock()
		f()
		mu.Lock()
		defer mu.Unlock()
		assert.LessOrEqual(t, most, bound+rowCost+5000, "%s: no more than one line above", what)
		assert.GreaterOrEqual(t, slices, rows*4000/bound, what)
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
	measured("index", 50, wordsSteps*stepBytes, func() {
		for more := true; more; {
			var err error
			more, err = s.index()
			require.NoError(t, err)
		}
	})
	measured("forget", 25, stepBytes, func() {
		n, err := s.Redact(bob, []journal.Stream{"#a"}, math.MaxInt64)
		require.NoError(t, err)
		assert.Equal(t, 25, n)
	})
	measured("prune", 25, stepBytes, func() { pruneAll(t, s) })
	assert.Len(t, everything(t, s, "#a"), 1)
}
