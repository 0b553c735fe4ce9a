package state

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/protocol"
)

// A restart is a break of which no member is told: a session that is resumed in time has not left.
func TestG12ARestartIsQuiet(t *testing.T) {
	f := newScene(t, nil)
	f.open("ann", nil)
	f.open("bob", nil)
	f.open("bare", func(op *Open) { op.Code = Secret{} })
	head := f.head
	assert.Equal(t, []string{"Started", "ann: Detached", "bob: Detached", "#lobby| -- bare left (the connection broke)", "bare: Ended"}, f.restarts(time.Hour, nil))
	assert.Equal(t, head+1, f.head)
	ann := f.of("ann")
	assert.Equal(t, []any{protocol.Lobby, true, uint64(0), f.clock.Add(2 * time.Minute)}, []any{ann.Room, ann.Quiet, ann.Conn, ann.Until})
	f.clock = f.clock.Add(time.Minute)
	assert.Equal(t, "ann: Attached", f.resumes("ann", "ann")[0])
	assert.Equal(t, []any{head + 1, false, time.Time{}}, []any{f.head, ann.Quiet, ann.Until})
	assert.Equal(t, []string{"#lobby| -- bob left (the connection broke)", "bob: Ended"}, f.waits(time.Minute))
}

func TestSettingsCountFromAStartOn(t *testing.T) {
	f := newScene(t, nil)
	assert.Equal(t, []string{"Started"}, f.restarts(time.Hour, nil))
	assert.Equal(t, []string{"Configured", "Started"}, f.restarts(time.Hour, func(s *Settings) { s.Hold = time.Minute }))
	assert.Equal(t, time.Minute, f.Settings.Hold)
}

// No client could come back while the server was away: a hold begins again, but not for ever.
func TestHoldsBeginAgain(t *testing.T) {
	f := newScene(t, nil)
	f.open("ann", nil)
	f.clock = f.clock.Add(time.Hour)
	f.loses("ann", protocol.Lost)
	for n := range maxStarts {
		f.restarts(59*time.Minute, nil)
		assert.Equal(t, f.clock.Add(2*time.Minute), f.of("ann").Until, "start %d", n)
	}
	f.restarts(59*time.Minute, nil)
	assert.True(t, f.of("ann").Until.Before(f.clock))
	f.waits(0)
	assert.Nil(t, f.of("ann"))
	f.open("bob", nil)
	f.loses("bob", protocol.Lost)
	f.restarts(time.Hour, nil)
	assert.Equal(t, []any{1, f.clock.Add(2 * time.Minute)}, []any{f.Starts, f.of("bob").Until})
	assert.False(t, f.of("bob").Quiet, "others were told that it has gone")
}

func TestLongHoldsGoOn(t *testing.T) {
	f := newScene(t, nil)
	f.open("ann", nil)
	f.do("ann", protocol.Desk{Text: protocol.MustText("hello")})
	f.loses("ann", protocol.Departed)
	until := f.of("ann").Until
	f.restarts(6*24*time.Hour, nil)
	assert.Equal(t, until, f.of("ann").Until)

	f = newScene(t, func(s *Settings) { s.Hold = 2 * time.Hour })
	f.open("ann", nil)
	f.loses("ann", protocol.Lost)
	until = f.of("ann").Until
	f.restarts(90*time.Minute, nil)
	assert.Equal(t, until, f.of("ann").Until, "of more than an hour")
}

func TestTheDeskOverARestart(t *testing.T) {
	f := newScene(t, nil)
	f.open("op", func(op *Open) { op.Operator = true })
	f.open("ann", nil)
	f.open("bob", nil)
	f.do("ann", protocol.Desk{Text: protocol.MustText("hello")})
	f.do("bob", protocol.Desk{})
	f.do("op", protocol.Next{})
	f.restarts(time.Minute, nil)
	assert.Equal(t, f.ids["op"], f.desk.tickets[1].Operator)
	assert.Equal(t, "bob: Attached", f.resumes("bob", "bob")[0])
	assert.NotContains(t, f.resumes("ann", "ann"), "#desk| -- @1 ann is back")
	lines := f.waits(2 * time.Minute)
	assert.Equal(t, "#lobby| -- op left (the connection broke)", lines[0])
	assert.Contains(t, lines, "#desk| -- @1 ann waits again, since op has lost the connection")
	assert.Equal(t, protocol.Ticket(1), f.of("ann").Ticket)
}

// A visitor that does not come back after a restart has gone, or left a message.
func TestVisitorsWhoDoNotComeBackAfterARestart(t *testing.T) {
	f := newScene(t, nil)
	f.open("ann", nil)
	f.open("bob", nil)
	f.do("ann", protocol.Desk{Text: protocol.MustText("hello")})
	f.do("bob", protocol.Desk{})
	f.restarts(time.Minute, nil)
	assert.Equal(t, []string{
		"@ann#desk| -- ann left (the connection broke)", "#desk| -- @1 ann has gone, and what was said waits to be answered", "ann: NameReleased", "ann: Detached",
		"@bob#desk| -- bob left (the connection broke)", "#desk| -- @2 bob has gone", "bob: Ended",
	}, f.waits(2*time.Minute))
	assert.Contains(t, f.resumes("ann", "ann"), "#desk| -- @1 ann is back")
}

// A desk that was all there was: its visitors are in the lobby now, and what they have said is a message.
func TestADeskThatIsNoMore(t *testing.T) {
	f := newScene(t, func(s *Settings) { s.Desk = true })
	f.open("ann", nil)
	f.open("bob", nil)
	f.open("eve", nil)
	f.do("ann", protocol.Say{Text: protocol.MustText("hello")})
	f.do("eve", protocol.Say{Text: protocol.MustText("hello")})
	f.loses("eve", protocol.Lost)
	lines := f.restarts(time.Minute, func(s *Settings) { s.Desk = false })
	assert.Equal(t, []string{
		"#desk| -- @1 ann has gone, and what was said waits to be answered", "@ann#desk| -- ann went to #lobby", "ann: MessageLeft", "#lobby| -- ann joined",
		"#desk| -- @2 bob has gone", "@bob#desk| -- bob went to #lobby", "#lobby| -- bob joined",
	}, lines[5:])
	assert.Equal(t, []any{protocol.Lobby, protocol.Ticket(1), protocol.Ticket(0)}, []any{f.of("ann").Room, f.of("ann").Message, f.of("ann").Ticket})
	assert.Contains(t, f.resumes("ann", "ann"), "ann< -- You are ann in #lobby (1 here). Type to talk, /help for more.")
	assert.Contains(t, f.resumes("eve", "eve"), "#desk| -- @3 eve is back")
}

// A server that is only a desk now: a member of a room goes to the desk on coming back.
func TestRoomsThatAreNoMore(t *testing.T) {
	f := newScene(t, nil)
	f.open("ann", nil)
	f.open("op", func(op *Open) { op.Operator = true })
	f.open("bob", nil)
	head := f.head
	assert.Len(t, f.restarts(time.Minute, func(s *Settings) { s.Desk = true }), 5)
	assert.Equal(t, head, f.head)
	assert.Equal(t, []string{"ann: Attached", "#lobby| -- ann left", "@ann#desk| -- ann joined", "#desk| -- @1 ann waits at the desk"}, f.resumes("ann", "ann")[:4])
	assert.Equal(t, []string{"op: Attached", "#lobby| -- op went to #operators", "#operators| -- op joined"}, f.resumes("op", "op")[:3])
	assert.Subset(t, f.waits(2*time.Minute), []string{"#lobby| -- bob left (the connection broke)", "bob: Ended"})
}

// However many sessions are not resumed in time, a Tick ends a few of them, so that no client waits long.
func TestSessionsEndAFewAtATime(t *testing.T) {
	f := newScene(t, nil)
	for n := range 2*endedAtOnce + 1 {
		f.open(fmt.Sprint("p", n), nil)
	}
	f.restarts(time.Minute, nil)
	assert.Equal(t, f.clock.Add(2*time.Minute), f.NextDue())
	f.clock = f.clock.Add(2 * time.Minute)
	for _, n := range []int{endedAtOnce, endedAtOnce, 1} {
		assert.False(t, f.NextDue().After(f.clock))
		assert.Len(t, f.decide("", Tick{}), 2*n)
	}
	assert.True(t, f.NextDue().IsZero())
	assert.Empty(t, f.sessions)
}
