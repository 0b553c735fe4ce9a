package journaltest

import (
	"fmt"
	"math"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
)

// keepAfter: entries after a position are kept, however many lines there are, until the position is a higher one.
// Redact erases them all the same.
func keepAfter(t *testing.T, newStore Maker) {
	s, prune := newStore(t, 3)
	bob := uuid.New()
	line := func(n int) journal.Entry { return SaidBy(bob, "#a", fmt.Sprint(n)) }
	for i := range 6 {
		Commit(t, s, line(i+1))
	}
	prune()
	require.Equal(t, []string{"4", "5", "6"}, Texts(tailOf(t, s, 0, 99)), "nothing is kept back")

	s.KeepAfter(4)
	for i := range 6 {
		Commit(t, s, line(i+7))
	}
	prune()
	assert.Equal(t, []string{"5", "6", "7", "8", "9", "10", "11", "12"}, Texts(tailOf(t, s, 0, 99)))
	p := read(t, s, From(0, "#a"), 12, 99)
	assert.Equal(t, 4, p.Pruned)

	s.KeepAfter(2)
	s.KeepAfter(7)
	prune()
	assert.Equal(t, []string{"8", "9", "10", "11", "12"}, Texts(tailOf(t, s, 0, 99)))

	_, err := s.Redact(bob, []journal.Stream{"#a"}, math.MaxInt64)
	require.NoError(t, err)
	assert.Equal(t, []string{"", "", "", "", ""}, Texts(tailOf(t, s, 0, 99)))

	s.KeepAfter(99)
	prune()
	Commit(t, s, line(13))
	prune()
	assert.Equal(t, []uint64{11, 12, 13}, seqs(tailOf(t, s, 0, 99)))
}
