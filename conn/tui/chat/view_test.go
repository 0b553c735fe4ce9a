package chat

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"chinwag/conn/tui"
	"chinwag/conn/tui/tuitest"
	"chinwag/protocol"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func nickOf(s string) protocol.Nick {
	n, err := protocol.ParseNick(s)
	if err != nil {
		panic(err)
	}
	return n
}

// types is what becomes of a typed line.
func types(v *View, line string) protocol.Command {
	return v.Parse(tui.Typed{Text: line, Prompt: v.roster.prompt()})
}

func TestTheViewAsksForThePassword(t *testing.T) {
	v := New(Options{Terminal: tuitest.New()})
	v.Enter(protocol.Welcome{Nick: nickOf("bob"), Room: protocol.Lobby, Here: 1})
	assert.Equal(t, PasswordPrompt, v.secretPrompt("/operator"))
	assert.Empty(t, v.secretPrompt("hello"))
	assert.Empty(t, v.secretPrompt("//operator"))
	assert.Nil(t, types(v, "/operator"), "it is sent with the password")
	assert.Equal(t, protocol.Operator{Password: "/quit 芝麻"}, v.Parse(tui.Typed{Text: "/quit 芝麻", Secret: true}))
	assert.Nil(t, v.Parse(tui.Typed{Secret: true}))
	assert.Nil(t, v.Parse(tui.Typed{Text: strings.Repeat("x", protocol.MaxSecret+1), Secret: true}))
	v.Hear(protocol.Promoted{})
	assert.Empty(t, v.secretPrompt("/operator"), "one already")
	assert.Nil(t, types(v, "/operator"))
}

// At the desk the view does not ask for names: the answer would be told to a visitor that did not ask.
func TestTheViewDoesNotAskAtTheDesk(t *testing.T) {
	v := New(Options{Terminal: tuitest.New()})
	v.Enter(protocol.Welcome{Nick: nickOf("bob"), Room: protocol.DeskRoom, Here: 1, Desk: &protocol.QueuePosition{Place: 1, OnDuty: 1}})
	assert.Empty(t, v.queries)
	v.Hear(protocol.Entered{Room: protocol.Lobby, Here: 1})
	assert.Equal(t, protocol.Who{}, <-v.queries)
	v.Hear(protocol.Entered{Room: protocol.DeskRoom, Here: 1})
	assert.Empty(t, v.queries)
}

// A waiting visitor rings once: neither its words, nor what operators do, ring again.
func TestAVisitorRingsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := tuitest.New()
		v, ended := New(Options{Operator: true, Terminal: g}), make(chan error, 1)
		go func() { ended <- v.Run() }()
		bob, carol, operator := nickOf("bob"), nickOf("carol"), nickOf("operator")
		v.Enter(protocol.Welcome{Nick: operator, Room: protocol.Lobby, Here: 1})
		for _, step := range []struct {
			hears protocol.Event
			rings bool
		}{
			{protocol.TicketChanged{Ticket: 7, From: bob, Event: protocol.VisitorWaits}, true},
			{protocol.VisitorSaid{Ticket: 7, From: bob, Text: protocol.MustText("operator, are you there?")}, false},
			{protocol.TicketChanged{Ticket: 7, From: bob, Event: protocol.VisitorTaken, By: carol}, false},
			{protocol.TicketChanged{Ticket: 7, From: bob, Event: protocol.VisitorHanded, By: carol, To: nickOf("dan")}, false},
			{protocol.TicketChanged{Ticket: 7, From: bob, Event: protocol.VisitorHanded, By: carol, To: operator}, true},
			{protocol.Replayed{Event: protocol.TicketChanged{Ticket: 7, From: bob, Event: protocol.VisitorWaits}}, false},
			{protocol.TicketChanged{Ticket: 7, From: bob, Event: protocol.VisitorLeft}, false},
		} {
			time.Sleep(2 * time.Second) // the bell rings once a second at the most
			g.Beeps()
			v.Hear(step.hears)
			time.Sleep(time.Second)
			synctest.Wait()
			assert.Equal(t, step.rings, g.Beeps() == 1, "%+v", step.hears)
		}
		v.screen.Stop()
		require.NoError(t, <-ended)
	})
}

// Where a server has no password, the line after /operator is withheld as it is typed. The server's refusal of
// /operator may come much later, and withholds nothing more.
func TestALateRefusalOfAPasswordWithholdsNoOtherLine(t *testing.T) {
	late := protocol.Refused{Refusal: *protocol.Refuse("no-password", "there is none")}
	v := New(Options{Terminal: tuitest.New()})
	v.Enter(protocol.Welcome{Nick: nickOf("ann"), Room: protocol.Lobby, NoPassword: true})
	assert.IsType(t, protocol.Operator{}, types(v, "/operator"))
	assert.Nil(t, types(v, "open sesame"))
	assert.IsType(t, protocol.Say{}, types(v, "hello"))
	v.Hear(late)
	assert.IsType(t, protocol.Say{}, types(v, "hello again"))
}
