package state

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/protocol"
)

func TestHowASessionGoes(t *testing.T) {
	for _, c := range []struct {
		name    string
		program bool
		bare    bool // it has no code
		does    func(f *scene) []string
		lines   []string
		held    time.Duration
		free    bool // its name
	}{
		{
			name: "a connection breaks", does: func(f *scene) []string { return f.loses("ann", protocol.Lost) },
			lines: []string{"#lobby| -- ann left (the connection broke)", "ann: Detached", "ann< -- goodbye: the connection broke"}, held: 2 * time.Minute,
		},
		{
			name: "one stalls", does: func(f *scene) []string { return f.loses("ann", protocol.Stalled) },
			lines: []string{"#lobby| -- ann left (took nothing for too long)", "ann: Detached", "ann< -- goodbye: your side took nothing for too long"}, held: 2 * time.Minute,
		},
		{
			name: "a person hangs up", does: func(f *scene) []string { return f.loses("ann", protocol.Departed) },
			lines: []string{"#lobby| -- ann left", "ann: Detached", "ann: NameReleased", "ann< -- goodbye: see you"}, held: 2 * time.Minute, free: true,
		},
		{
			name: "a program hangs up", program: true, does: func(f *scene) []string { return f.loses("ann", protocol.Departed) },
			lines: []string{"#lobby| -- ann left (the connection broke)", "ann: Detached", "ann< -- goodbye: the connection broke"}, held: 2 * time.Minute,
		},
		{
			name: "one that cannot come back", bare: true, does: func(f *scene) []string { return f.loses("ann", protocol.Lost) },
			lines: []string{"#lobby| -- ann left (the connection broke)", "ann: Ended", "ann< -- goodbye: the connection broke"}, free: true,
		},
		{
			name: "and hangs up", bare: true, does: func(f *scene) []string { return f.loses("ann", protocol.Departed) },
			lines: []string{"#lobby| -- ann left", "ann: Ended", "ann< -- goodbye: see you"}, free: true,
		},
		{
			name: "one says so", does: func(f *scene) []string { return f.do("ann", protocol.Quit{Text: protocol.MustText("tea time")}) },
			lines: []string{"#lobby| -- ann left: tea time", "ann: Ended", "ann< -- goodbye: see you"}, free: true,
		},
		{
			name: "one is nowhere before its hello", does: func(f *scene) []string { return f.decide("ann", Withdraw{}) },
			lines: []string{"#lobby| -- ann left", "ann: Ended"}, free: true,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newScene(t, nil)
			f.open("ann", func(op *Open) {
				op.Program = c.program
				if c.bare {
					op.Code = Secret{}
				}
			})
			lines := c.does(f)
			assert.Equal(t, c.lines, lines)
			assert.Equal(t, c.free, f.Holder(protocol.MustNick("ann")) == nil)
			if s := f.of("ann"); c.held == 0 {
				assert.Nil(t, s)
			} else {
				assert.Equal(t, f.clock.Add(c.held), s.Until)
				assert.Equal(t, []any{protocol.Room{}, protocol.Lobby, uint64(0)}, []any{s.Room, s.Resume, s.Conn})
				assert.Equal(t, c.held, f.NextDue().Sub(f.clock))
				f.waits(c.held)
				assert.Nil(t, f.of("ann"))
			}
			assert.Nil(t, f.room("lobby"))
		})
	}
}

// What a visitor has said at the desk waits to be answered when the visitor has gone, and so does the session.
func TestAVisitorGoesWithAWord(t *testing.T) {
	visits := func(t *testing.T) *scene {
		f := newScene(t, nil)
		f.open("ann", nil)
		f.do("ann", protocol.Desk{Text: protocol.MustText("hello")})
		return f
	}
	message, left := "#desk| -- @1 ann has gone, and what was said waits to be answered", "@ann#desk| -- ann left"
	t.Run("by hanging up", func(t *testing.T) {
		f := visits(t)
		assert.Equal(t, []string{left, message, "ann: Detached", "ann: NameReleased"}, f.loses("ann", protocol.Departed)[:4])
		assert.Equal(t, 7*24*time.Hour, f.of("ann").Until.Sub(f.clock))
	})
	t.Run("by saying so", func(t *testing.T) {
		f := visits(t)
		assert.Equal(t, []string{left, message, "ann: Detached"}, f.do("ann", protocol.Quit{})[:3])
		assert.Equal(t, []any{2 * time.Minute, f.head - 2}, []any{f.of("ann").Until.Sub(f.clock), f.of("ann").Seen})
		f.waits(2 * time.Minute)
		assert.Equal(t, []any{true, 7 * 24 * time.Hour}, []any{f.of("ann").Released, f.of("ann").Until.Sub(f.clock)})
		assert.Contains(t, f.resumes("ann", "ann"), "#desk| -- @1 ann is back")
	})
	t.Run("and does not come back", func(t *testing.T) {
		f := visits(t)
		f.loses("ann", protocol.Lost)
		f.waits(8 * 24 * time.Hour)
		assert.Nil(t, f.of("ann"))
		assert.Empty(t, f.desk.tickets)
	})
}

func TestAVisitorGoesWithoutAWord(t *testing.T) {
	f := newScene(t, nil)
	f.open("ann", nil)
	f.do("ann", protocol.Desk{})
	assert.Equal(t, []string{"@ann#desk| -- ann left (the connection broke)", "#desk| -- @1 ann has lost the connection, and may come back", "ann: Detached"}, f.loses("ann", protocol.Lost)[:3])
	assert.Equal(t, []string{"#desk| -- @1 ann has gone", "ann: Ended"}, f.waits(2*time.Minute))
}

// The operators are told that an operator has gone before they are told which visitor it had.
func TestTheOrderInWhichAnOperatorGoes(t *testing.T) {
	f := newScene(t, nil)
	f.open("op", func(op *Open) { op.Operator = true })
	f.open("ann", nil)
	f.do("ann", protocol.Desk{Text: protocol.MustText("hello")})
	f.do("op", protocol.Next{})
	lines := f.loses("op", protocol.Lost)
	assert.Equal(t, "#lobby| -- op left (the connection broke)", lines[0])
	assert.Equal(t, "#desk| -- @1 ann waits again, since op has lost the connection", lines[2])
	assert.Equal(t, []string{"op: Attached", "#lobby| -- op joined", "#desk| -- op is on duty"}, f.resumes("op", "op")[:3])
}

func TestTheLastStaysAreRemembered(t *testing.T) {
	f := newScene(t, nil)
	f.open("ann", nil)
	for n := range MaxStays + 1 {
		f.do("ann", protocol.Join{Room: aRoom(fmt.Sprint("r", n))})
	}
	s := f.of("ann")
	assert.Len(t, s.Stays, MaxStays)
	assert.Equal(t, s.Stays[0].From-1, s.StaysCut, "the going from the last room that is forgotten")
	assert.Equal(t, Stay{"#r1", 5, 6}, s.Stays[0], "up to its going")
	assert.Equal(t, Stay{"#r16", 35, 0}, s.Stays[MaxStays-1])
	was := s.Stays
	f.loses("ann", protocol.Lost)
	f.resumes("ann", "ann")
	assert.Equal(t, was, s.Stays, "what was said meanwhile belongs to the last")
}
