package hub

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// The longest lag of the last second counts, and for no longer than another.
func TestALagIsForgotten(t *testing.T) {
	var l deliveryDelay
	start := time.Now()
	at := func(d time.Duration) time.Time { return start.Add(d) }
	assert.Zero(t, l.at(start))
	l.note(start, at(5*time.Second))
	l.note(at(5400*time.Millisecond), at(5500*time.Millisecond))
	assert.Equal(t, 5*time.Second, l.at(at(5900*time.Millisecond)))
	for d := 6 * time.Second; d < 7*time.Second; d += 100 * time.Millisecond { // however much is told
		l.note(at(d), at(d+time.Millisecond))
	}
	assert.Equal(t, time.Millisecond, l.at(at(7100*time.Millisecond)))
	assert.Zero(t, l.at(at(9500*time.Millisecond)))
}
