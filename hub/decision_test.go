package hub

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"chinwag/hub/journal"
)

func TestSpareDecisionsHoldNothingAndAreFew(t *testing.T) {
	var s spareDecisions
	for range 2 {
		for range maxSpare + 100 {
			s.add(&decision{number: 1, one: [1]journal.Entry{{Seq: 1}}})
		}
		for range 100 {
			assert.Zero(t, *s.take(), "those that are delivered are not broadcast yet")
		}
		s.free()
		assert.LessOrEqual(t, len(s.zero), maxSpare)
		assert.Empty(t, s.delivered)
	}
	for range maxSpare + 1 {
		assert.Zero(t, *s.take())
	}
	assert.Empty(t, s.zero)
}
