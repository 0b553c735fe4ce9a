package main

import (
	"errors"
	"io"
	"net"
	"testing"

	"chinwag/conn/console"
	"chinwag/conn/tui/chat"
	"chinwag/conn/tui/tuitest"

	"github.com/gdamore/tcell/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub"
)

func TestTheConsoleOnAScreen(t *testing.T) {
	in := openInside(t)
	g := tuitest.New()
	c := console.NewScreen(chat.Options{Terminal: g}, io.Discard)
	ended := make(chan error, 1)
	go func() { ended <- c.Serve(in.server, in.hub) }()
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
	c := console.NewScreen(chat.Options{Terminal: g}, io.Discard)
	ended := make(chan error, 1)
	go func() { ended <- c.Serve(in.server, in.hub) }()
	g.Shows(t, "You are operator")
	c.Stop()
	in.stop()
	require.NoError(t, <-ended)
	assert.True(t, g.IsRestored())
}

// A terminal that cannot be opened is an error, and ends the server.
func TestTheConsoleWithoutATerminal(t *testing.T) {
	in := openInside(t)
	c := console.NewScreen(chat.Options{Terminal: brokenTerminal{tuitest.New()}}, io.Discard)
	ended := make(chan error, 1)
	go func() { ended <- c.Serve(in.server, in.hub) }()
	assert.ErrorContains(t, <-ended, "no such terminal")
	in.stop()
}

type brokenTerminal struct{ *tuitest.Terminal }

func (brokenTerminal) Init() error { return errors.New("no such terminal") }
