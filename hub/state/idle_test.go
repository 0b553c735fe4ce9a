package state

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/protocol"
)

// An operator whose connection a restart has broken keeps its visitors until its time is up, and is not there for
// others.
func TestAnOperatorAfterARestart(t *testing.T) {
	restarted := func(t *testing.T, only bool) *shift {
		set := shiftSettings()
		set.Desk, set.Silence = only, 30*time.Second
		f := newShift(t, set, 2, 2)
		f.do("op0", protocol.Take{Ticket: 1})
		f.decide("", Start{Settings: set})
		f.forget()
		assert.Equal(t, "op0", f.holder(1))
		assert.Zero(t, f.onDuty())
		assert.Len(t, f.desk.operators, 2)
		return f
	}
	t.Run("who comes back", func(t *testing.T) {
		f := restarted(t, false)
		f.waits(90 * time.Second)
		f.returns("v1")
		f.returns("op0")
		assert.Equal(t, "op0", f.holder(1))
		assert.Equal(t, 1, f.onDuty())
		assert.Equal(t, "@1 v1", f.where("op0"))
		f.waits(29 * time.Second)
		assert.Equal(t, "op0", f.holder(1), "it has the whole time to answer")
		f.waits(time.Second)
		assert.Equal(t, "waits", f.holder(1))
	})
	t.Run("who does not", func(t *testing.T) {
		f := restarted(t, false)
		f.returns("op1")
		f.returns("v1")
		f.forget()
		f.waits(f.Settings.Hold)
		assert.Equal(t, "waits", f.holder(1))
		assert.Contains(t, f.words("op1"), "@1 v1 waits again")
		assert.Len(t, f.desk.operators, 1)
	})
	t.Run("whose target has gone", func(t *testing.T) {
		f := restarted(t, false)
		f.returns("v1")
		f.do("v1", protocol.Quit{})
		assert.Equal(t, "nobody", f.where("op0"))
		f.waits(time.Minute)
		assert.Equal(t, "nobody", f.where("op0"), "it was told nothing yet")
		f.returns("op0")
		f.forget()
		f.says("op0", "hello v1")
		assert.Contains(t, f.words("op0"), "nobody has heard that: @1 v1 has gone")
		f.waits(2 * time.Second)
		assert.Contains(t, f.words("op0"), "#lobby")
	})
	t.Run("who is alone now", func(t *testing.T) {
		f := restarted(t, true)
		f.returns("v2")
		f.returns("op1")
		assert.Equal(t, "op1", f.holder(2), "of two one is here")
		assert.Equal(t, "op0", f.holder(1))
	})
}

// Nothing is due that would not happen.
func TestWhatIsDueHappens(t *testing.T) {
	set := shiftSettings()
	set.Silence = time.Minute
	f := newShift(t, set, 2, 1)
	f.do("op0", protocol.Take{Ticket: 1})
	for range 20 {
		next := f.nextOperatorDue()
		assert.True(t, next.After(f.clock))
		f.clock = next
		f.now = next
		f.operatorsDue()
	}
	assert.Equal(t, "waits", f.holder(1))
	f.Settings.Silence = 0
	assert.Zero(t, f.nextOperatorDue())
}
