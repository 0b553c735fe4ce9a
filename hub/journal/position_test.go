package journal

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"chinwag/protocol"
)

// An event that has its position is kept as it is: a copy of it is what a place costs.
func TestAGivenPositionCostsNoCopy(t *testing.T) {
	e := said("#a", "hello")
	next := uint64(0)
	assert.Equal(t, 1.0, testing.AllocsPerRun(100, func() { next++; e.SetPosition(next, next) }))
	assert.Equal(t, next, protocol.MetaOf(e.Event).Seq)
	assert.Zero(t, testing.AllocsPerRun(100, func() { e.SetPosition(next, next) }))
}
