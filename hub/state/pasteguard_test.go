package state

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/protocol"
)

// staysWithNobody checks that the lines of an operator that says nothing have no target for a whole second from now on.
func (f *shift) staysWithNobody(who string) {
	f.t.Helper()
	f.waits(999 * time.Millisecond)
	assert.Equal(f.t, "nobody", f.where(who))
	f.waits(time.Millisecond)
	assert.NotEqual(f.t, "nobody", f.where(who))
}

func TestTheMomentIsASecond(t *testing.T) {
	t.Run("when the visitor goes", func(t *testing.T) {
		f := newShift(t, shiftSettings(), 1, 1)
		f.do("op0", protocol.Take{Ticket: 1})
		f.waits(time.Minute)
		f.do("v1", protocol.Quit{})
		f.staysWithNobody("op0")
	})
	t.Run("when it is closed", func(t *testing.T) {
		f := newShift(t, shiftSettings(), 1, 1)
		f.do("op0", protocol.Take{Ticket: 1})
		f.waits(time.Minute)
		f.do("op0", protocol.Close{})
		f.staysWithNobody("op0")
	})
	t.Run("when one is assigned", func(t *testing.T) {
		f := aloneAtTheDesk(t)
		f.waits(time.Minute)
		f.visits("v1")
		f.staysWithNobody("op0")
	})
	t.Run("and begins anew when that one goes", func(t *testing.T) {
		f := aloneAtTheDesk(t)
		f.visits("v1")
		f.waits(900 * time.Millisecond)
		f.do("v1", protocol.Quit{})
		f.staysWithNobody("op0")
		assert.Equal(t, "#operators", f.where("op0"))
	})
	t.Run("and is over when that is told", func(t *testing.T) {
		f := newShift(t, shiftSettings(), 1, 1)
		f.do("op0", protocol.Take{Ticket: 1}, protocol.Close{})
		f.clock = f.clock.Add(time.Hour) // what is due comes late
		f.says("op0", "hello")
		assert.Contains(t, f.words("op0"), "nobody has heard that: where your lines go has just changed")
	})
	t.Run("after which one who was given back is nobody's", func(t *testing.T) {
		set := shiftSettings()
		set.Desk, set.Silence = true, 500*time.Millisecond
		f := newShift(t, set, 1, 0)
		f.visits("v1")
		assert.Equal(t, "op0", f.holder(1))
		f.waits(time.Minute)
		assert.Equal(t, "waits", f.holder(1))
		assert.Equal(t, "#operators", f.where("op0"))
	})
	t.Run("also after a restart", func(t *testing.T) {
		set := shiftSettings()
		set.Silence = 10 * time.Second
		f := newShift(t, set, 1, 2)
		f.do("op0", protocol.Take{Ticket: 1}, protocol.Take{Ticket: 2})
		f.decide("", Start{Settings: set})
		f.returns("v1")
		f.returns("v2")
		f.do("v2", protocol.Quit{})
		f.waits(time.Minute)
		f.decide("", Tick{})
		assert.Equal(t, "nobody", f.where("op0"), "it was told nothing yet")
		assert.Equal(t, "op0", f.holder(1), "whoever is away is not silent")
		f.returns("op0")
		f.staysWithNobody("op0")
	})
}

// An operator that closes a conversation is not told that the next visitor comes to it, but only, a second later, that
// its lines go there.
func TestTheNextVisitorIsToldOnce(t *testing.T) {
	f := aloneAtTheDesk(t)
	f.visits("v1")
	f.waits(2 * time.Second)
	f.visits("v2")
	f.forget()
	f.do("op0", protocol.Close{})
	assert.Equal(t, "op0", f.holder(2))
	assert.NotContains(t, f.words("op0"), "comes to you")
	f.waits(time.Second)
	assert.Contains(t, f.words("op0"), "-- you have @2 v2: what you type goes there")
}

// No visitor is assigned to an operator that has one, or has chosen its target.
func TestWhoHasChosenIsGivenNobody(t *testing.T) {
	f := aloneAtTheDesk(t)
	f.visits("v1")
	f.do("op0", protocol.To{})
	f.visits("v2")
	assert.Equal(t, "waits", f.holder(2))
	t.Run("who waits again", func(t *testing.T) {
		set := shiftSettings()
		set.Desk, set.Silence = true, time.Minute
		f := newShift(t, set, 1, 0)
		f.visits("v1")
		f.waits(time.Hour)
		f.do("op0", protocol.Duty{On: true})
		assert.Equal(t, "waits", f.holder(1), "the lines go there, and may be for that one")
		f.says("op0", "here again")
		assert.Equal(t, "op0", f.holder(1))
	})
}

// A line that tells that it is for the room shows that its author knows that the visitor has gone.
func TestWhoKnowsThatOneHasGone(t *testing.T) {
	f := newShift(t, shiftSettings(), 2, 1)
	f.do("op0", protocol.Take{Ticket: 1})
	f.do("v1", protocol.Quit{})
	f.waits(2 * time.Second)
	f.do("op0", protocol.Say{Text: protocol.MustText("one"), Room: protocol.Lobby})
	f.says("op0", "two")
	assert.Contains(t, f.words("op1"), "<op0> one\n<op0> two")
}

// An operator whose connection broke has no visitor when it comes back, and its lines go to the room.
func TestAnOperatorComesBackToNobody(t *testing.T) {
	f := newShift(t, shiftSettings(), 1, 1)
	f.do("op0", protocol.Take{Ticket: 1})
	f.breaks("op0")
	f.returns("op0")
	assert.Equal(t, "waits", f.holder(1))
	assert.Equal(t, Target{}, f.of("op0").Target)
	assert.Equal(t, "#lobby", f.where("op0"))
}

// No session can ignore an operator, however that has become one.
func TestEverybodyHearsAnOperator(t *testing.T) {
	for name, becomes := range map[string]func(f *shift){
		"in a room":   func(f *shift) { f.decide("bob", Promote{}) },
		"at the desk": func(f *shift) { f.do("bob", protocol.Desk{}); f.decide("bob", Promote{}) },
		"on coming":   func(f *shift) { f.do("bob", protocol.Quit{}); f.comes("bob", true) },
	} {
		t.Run(name, func(t *testing.T) {
			f := newShift(t, shiftSettings(), 0, 0)
			f.comes("ann", false)
			f.comes("bob", false)
			f.do("ann", protocol.Ignore{Nick: protocol.MustNick("bob")})
			assert.Len(t, f.of("ann").Ignoring, 1)
			becomes(f)
			assert.Empty(t, f.of("ann").Ignoring)
		})
	}
}
