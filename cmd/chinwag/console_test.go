package main

import (
	"errors"
	"net"
	"testing"

	"github.com/gdamore/tcell/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub"
)

func TestTheConsoleOnAScreen(t *testing.T) {
	in := openInside(t)
	g := newGlass()
	c := newConsoleScreen(newFace(true, false, g))
	ended := make(chan error, 1)
	go func() { ended <- c.serve(in.server, in.hub) }()
	g.shows(t, "-- You are operator in #lobby (1 here)")
	g.shows(t, "chinwag · operator in #lobby · 1 here")
	c.invite([]net.Addr{&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 4000}}, nil)
	g.shows(t, "-- people on this machine: nc 127.0.0.1 4000 (or telnet, or chinwag join)")

	bob, bobEnded, _ := in.sits("bob", hub.Identity{})
	g.shows(t, "-- bob joined")
	bob.shows(t, "You are bob")
	g.keys("half a li")
	bob.keys("hello\n")
	g.shows(t, "<bob> hello")
	g.shows(t, "#lobby> half a li")
	g.keys("ne\n")
	bob.shows(t, "<operator> half a line")
	g.shows(t, "<operator> half a line")

	_, err := c.Write([]byte("level=WARN msg=\"cannot accept connections for now\"\n"))
	require.NoError(t, err)
	g.shows(t, "-- level=WARN msg=")
	g.keys("/ki\tb\tenough\n")
	g.shows(t, "-- bob was kicked by operator: enough")
	assert.Error(t, <-bobEnded)

	in.emptied()
	g.InjectKey(tcell.KeyCtrlC, 0, tcell.ModNone)
	<-in.hub.ShutdownRequested() // Ctrl-C at the console is the end of the server
	in.stop()
	require.NoError(t, <-ended)
	assert.True(t, g.whole)
}

// A server that ends for another reason takes the screen away.
func TestTheConsoleIsClosedFromOutside(t *testing.T) {
	in := openInside(t)
	g := newGlass()
	c := newConsoleScreen(newFace(true, false, g))
	ended := make(chan error, 1)
	go func() { ended <- c.serve(in.server, in.hub) }()
	g.shows(t, "You are operator")
	c.close()
	in.stop()
	require.NoError(t, <-ended)
	assert.True(t, g.whole)
}

// A terminal that cannot be opened is an error, and ends the server.
func TestTheConsoleWithoutATerminal(t *testing.T) {
	in := openInside(t)
	c := newConsoleScreen(newFace(true, false, brokenGlass{newGlass()}))
	ended := make(chan error, 1)
	go func() { ended <- c.serve(in.server, in.hub) }()
	assert.ErrorContains(t, <-ended, "no such terminal")
	in.stop()
}

type brokenGlass struct{ *glass }

func (brokenGlass) Init() error { return errors.New("no such terminal") }
