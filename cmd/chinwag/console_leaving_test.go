package main

import (
	"io"
	"runtime"
	"testing"

	"chinwag/conn/console"
	"chinwag/conn/tui/chat"
	"chinwag/conn/tui/tuitest"

	"github.com/gdamore/tcell/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub"
	"chinwag/protocol"
)

// One key on the console's screen is not the end for everybody.
func TestTheConsoleAsksBeforeItEndsTheServer(t *testing.T) {
	in := openInside(t)
	g := tuitest.New()
	c := console.NewScreen(chat.Options{Terminal: g}, io.Discard)
	ended := make(chan error, 1)
	go func() { ended <- c.Serve(in.server, in.hub) }()
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
	carol.Keys("/join tea\n") // who is in another room is here, too
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

// emptied waits until nobody but the console is connected: a goodbye is written before the connection is forgotten.
func (in *inside) emptied() {
	for in.server.Connected() > 1 {
		runtime.Gosched()
	}
}

// Who is alone is not asked.
func TestTheConsoleOfAnEmptyServerEndsAtOnce(t *testing.T) {
	in := openInside(t)
	g := tuitest.New()
	c := console.NewScreen(chat.Options{Terminal: g}, io.Discard)
	ended := make(chan error, 1)
	go func() { ended <- c.Serve(in.server, in.hub) }()
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
