package main

import (
	"context"
	"net"
	"strings"
	"testing"

	"github.com/gdamore/tcell/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/conn/tui/chat"
	"chinwag/conn/tui/tuitest"
	"chinwag/hub"
)

// sits runs a client on a terminal.
func (in *inside) sits(name string, id hub.Identity) (g *tuitest.Terminal, ended chan error, errs *strings.Builder) {
	g, ended, errs = tuitest.New(), make(chan error, 1), &strings.Builder{}
	go func() { ended <- runTUI(context.Background(), in.as(name, id), chat.Options{Terminal: g}, errs) }()
	return g, ended, errs
}

func TestJoinOnAScreen(t *testing.T) {
	in := openInside(t)
	defer in.stop()
	ann, annEnded, _ := in.sits("ann", hub.Identity{})
	ann.Shows(t, "You are ann in #lobby (1 here)")
	bob, bobEnded, _ := in.sits("bob", hub.Identity{})
	bob.Shows(t, "You are bob")
	ann.Shows(t, "-- bob joined")
	ann.Shows(t, "ann in #lobby · 2 here · connected")
	ann.Shows(t, "#lobby> ")

	ann.Keys("hello\n")
	ann.Shows(t, "<ann> hello")
	bob.Shows(t, "<ann> hello")
	bob.Keys("a\tthere you are\n") // Tab makes "ann: " of it
	ann.Shows(t, "<bob> ann: there you are")
	bob.Keys("/msg ann psst\n")
	bob.Shows(t, "[you -> ann] psst")
	ann.Shows(t, "[bob -> you] psst")
	ann.Keys("/who\n/nosuch\n")
	ann.Shows(t, "-- 2 in #lobby: ann, bob")
	ann.Shows(t, "-- there is no /nosuch")
	ann.Keys("/join tea\n")
	ann.Shows(t, "#tea> ")
	ann.Shows(t, "ann in #tea · 1 here · connected")
	bob.Shows(t, "-- ann went to #tea")
	assert.NotZero(t, ann.Beeps())
	assert.NotContains(t, ann.Picture(), "-- 1 in #tea", "nobody asked")

	bob.Keys("/quit\n")
	require.NoError(t, <-bobEnded)
	ann.InjectKey(tcell.KeyCtrlC, 0, tcell.ModNone)
	require.NoError(t, <-annEnded)
	assert.True(t, ann.IsRestored())
	assert.True(t, bob.IsRestored())
}

func TestJoinOnAScreenIsKicked(t *testing.T) {
	in := openInside(t)
	defer in.stop()
	ann, annEnded, _ := in.sits("ann", hub.Identity{})
	ann.Shows(t, "You are ann")
	op, opEnded, _ := in.sits("", operatorHere)
	op.Shows(t, "You are")
	op.Keys("/kick ann enough\n")
	err := <-annEnded
	assert.True(t, ann.IsRestored())
	code, words := ends(t, err)
	assert.Equal(t, 4, code)
	assert.Equal(t, "you were kicked, please stay away for 1 minute: enough", words)
	op.Keys("/quit\n")
	require.NoError(t, <-opEnded)
}

// TestJoinOnAScreenComesBack says once that it is lost, and once that it is back.
func TestJoinOnAScreenComesBack(t *testing.T) {
	in := openInside(t)
	defer in.stop()
	o := in.as("ann", hub.Identity{})
	dial, conns := o.Dial, make(chan net.Conn, 10)
	o.Dial = func(ctx context.Context) (net.Conn, error) {
		c, err := dial(ctx)
		conns <- c
		return c, err
	}
	g, ended := tuitest.New(), make(chan error, 1)
	go func() { ended <- runTUI(context.Background(), o, chat.Options{Terminal: g}, nil) }()
	g.Shows(t, "You are ann")
	_ = (<-conns).Close()
	g.Shows(t, "-- the connection is lost, trying again: the other side has closed it")
	g.Shows(t, "lost, next try in ")
	g.Keys("still here\n")
	g.Shows(t, "<ann> still here")
	g.Shows(t, "ann in #lobby · 1 here · connected")
	g.InjectKey(tcell.KeyCtrlC, 0, tcell.ModNone)
	require.NoError(t, <-ended)
}

func TestJoinOnAScreenWithoutAServer(t *testing.T) {
	in := openInside(t)
	defer in.stop()
	o := in.as("ann", hub.Identity{})
	o.Dial = nil
	o.Addr = "127.0.0.1:1"
	g := tuitest.New()
	code, words := ends(t, runTUI(t.Context(), o, chat.Options{Terminal: g}, nil))
	assert.Equal(t, exitNobody, code)
	assert.Equal(t, "cannot connect to 127.0.0.1:1: nobody listens there: is the server started (chinwag serve), and is 1 its port?", words)
	assert.False(t, g.IsRestored(), "the terminal was not touched")
}

// Tab at a terminal: the rooms are known without a /rooms, and a mistyped command is answered by the client with what
// can be done there.
func TestTabCompletesOnTheScreen(t *testing.T) {
	in := openInside(t)
	defer in.stop()
	bob, bobEnded, _ := in.sits("bob", hub.Identity{})
	bob.Shows(t, "You are bob in #lobby")
	bob.Keys("/join tea\n")
	bob.Shows(t, "-- you are in #tea now")
	ann, annEnded, _ := in.sits("ann", hub.Identity{})
	ann.Shows(t, "You are ann in #lobby")
	ann.Keys("/rooms\n") // its answer comes after the hidden one
	ann.Shows(t, "-- 2 rooms: #lobby (1, with you), #tea (1)")
	ann.Keys("/join \t\n")
	ann.Shows(t, "ann in #tea · 2 here")
	bob.Shows(t, "-- ann joined")
	bob.Keys("@a\tthere you are\n")
	ann.Shows(t, "<bob> @ann there you are")
	ann.Keys("/help his\t\n")
	ann.Shows(t, "-- /history 50")
	ann.Keys("/kcik bob\n")
	ann.Shows(t, "-- there is no /kcik: /help lists all")
	ann.Keys("/histroy\n")
	ann.Shows(t, "-- there is no /histroy: did you mean /history?")
	ann.Keys("/quit\n")
	assert.NoError(t, <-annEnded)
	bob.Keys("/quit\n")
	assert.NoError(t, <-bobEnded)
	defer assert.NotRegexp(t, `-- \d+ rooms?:`, bob.Picture(), "what the screen asks for itself is not shown")
}
