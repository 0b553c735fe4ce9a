package main

import (
	"errors"
	"io"
	"net"
	"runtime"
	"testing"

	"github.com/gdamore/tcell/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/conn/console"
	"chinwag/conn/tui/chat"
	"chinwag/conn/tui/tuitest"
	"chinwag/hub"
	"chinwag/protocol"
)

// console serves the operator on a terminal.
func (in *inside) console(terminal tcell.Screen) (c console.Console, ended chan error) {
	c, ended = console.NewScreen(chat.Options{Terminal: terminal}, io.Discard), make(chan error, 1)
	go func() { ended <- c.Serve(in.server, in.hub) }()
	return c, ended
}

func TestTheConsoleOnAScreen(t *testing.T) {
	in := openInside(t)
	g := tuitest.New()
	c, ended := in.console(g)
	g.Shows(t, "-- You are operator in #lobby (1 here)")
	g.Shows(t, "chinwag · operator in #lobby · 1 here")
	c.Hint([]net.Addr{&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 4000}}, nil)
	g.Shows(t, "-- people on this machine: nc 127.0.0.1 4000 (or telnet, or chinwag join)")

	bob, bobEnded, _ := in.sits("bob", hub.Identity{})
	g.Shows(t, "-- bob joined")
	bob.Shows(t, "You are bob")
	g.Keys("half a li")
	bob.Keys("hello\n")
	g.Shows(t, "<bob> hello")
	g.Shows(t, "#lobby> half a li")
	g.Keys("ne\n")
	bob.Shows(t, "<operator> half a line")
	g.Shows(t, "<operator> half a line")

	_, err := c.Log().Write([]byte("level=WARN msg=\"cannot accept connections for now\"\n"))
	require.NoError(t, err)
	g.Shows(t, "-- level=WARN msg=")
	g.Keys("/ki\tb\tenough\n")
	g.Shows(t, "-- bob was kicked by operator: enough")
	assert.Error(t, <-bobEnded)

	in.emptied()
	g.InjectKey(tcell.KeyCtrlC, 0, tcell.ModNone)
	<-in.hub.ShutdownRequested() // Ctrl-C at the console is the end of the server
	in.stop()
	require.NoError(t, <-ended)
	assert.True(t, g.IsRestored())
}

// A server that ends for another reason takes the screen away.
func TestTheConsoleIsClosedFromOutside(t *testing.T) {
	in := openInside(t)
	g := tuitest.New()
	c, ended := in.console(g)
	g.Shows(t, "You are operator")
	c.Stop()
	in.stop()
	require.NoError(t, <-ended)
	assert.True(t, g.IsRestored())
}

// A terminal that cannot be opened is an error, and ends the server.
func TestTheConsoleWithoutATerminal(t *testing.T) {
	in := openInside(t)
	_, ended := in.console(brokenTerminal{tuitest.New()})
	assert.ErrorContains(t, <-ended, "no such terminal")
	in.stop()
}

type brokenTerminal struct{ *tuitest.Terminal }

func (brokenTerminal) Init() error { return errors.New("no such terminal") }

// A key that is pressed once on the console's screen does not end the server.
func TestTheConsoleAsksBeforeItEndsTheServer(t *testing.T) {
	in := openInside(t)
	g := tuitest.New()
	_, ended := in.console(g)
	g.Shows(t, "You are operator")
	bob, bobEnded, _ := in.sits("bob", hub.Identity{})
	g.Shows(t, "-- bob joined")
	bob.Shows(t, "You are bob")
	ctrl := func(k tcell.Key) { g.InjectKey(k, 0, tcell.ModNone) }

	ctrl(tcell.KeyCtrlD)
	g.Shows(t, "-- 1 other is here: press that again to end the server for both of you")
	g.Keys("still here\n")
	bob.Shows(t, "<operator> still here")
	carol, carolEnded, _ := in.sits("carol", hub.Identity{})
	g.Shows(t, "-- carol joined")
	carol.Shows(t, "You are carol")
	carol.Keys("/join tea\n") // a session in another room is here, too
	g.Shows(t, "-- carol went to #tea")
	ctrl(tcell.KeyCtrlC)
	g.Shows(t, "-- 2 others are here: press that again to end the server for all of you")
	select {
	case <-in.hub.ShutdownRequested():
		assert.Fail(t, "the server is asked to end")
	default:
	}
	ctrl(tcell.KeyCtrlC)
	<-in.hub.ShutdownRequested()
	in.stop()
	require.NoError(t, <-ended)
	for _, ended := range []<-chan error{bobEnded, carolEnded} {
		assert.EqualError(t, <-ended, protocol.Shutdown.String()) // and they do not come back
	}
}

// emptied waits until only the console is connected: a goodbye is written before the connection is forgotten.
func (in *inside) emptied() {
	for in.server.Connected() > 1 {
		runtime.Gosched()
	}
}

// The console of an empty server ends it without a question.
func TestTheConsoleOfAnEmptyServerEndsAtOnce(t *testing.T) {
	in := openInside(t)
	g := tuitest.New()
	_, ended := in.console(g)
	g.Shows(t, "You are operator")
	bob, bobEnded, _ := in.sits("bob", hub.Identity{})
	g.Shows(t, "-- bob joined")
	bob.Shows(t, "You are bob")
	bob.Keys("/quit\n")
	require.NoError(t, <-bobEnded)
	g.Shows(t, "-- bob left")
	in.emptied()
	g.InjectKey(tcell.KeyCtrlC, 0, tcell.ModNone)
	<-in.hub.ShutdownRequested()
	in.stop()
	require.NoError(t, <-ended)
}
