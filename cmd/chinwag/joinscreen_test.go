package main

import (
	"context"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub"
)

// glass is a terminal whose picture a test can wait for.
type glass struct {
	tcell.SimulationScreen
	mu      sync.Mutex
	picture string
	changed chan struct{} // closed, and made anew, with each picture
	beeps   int
	whole   bool
}

func newGlass() *glass {
	return &glass{SimulationScreen: tcell.NewSimulationScreen("UTF-8"), changed: make(chan struct{})}
}

func (g *glass) Init() error {
	err := g.SimulationScreen.Init()
	g.SetSize(110, 12)
	return err
}

func (g *glass) Show() {
	g.SimulationScreen.Show()
	cells, w, _ := g.GetContents()
	var b strings.Builder
	for i, c := range cells {
		b.WriteString(string(c.Runes))
		if (i+1)%w == 0 {
			b.WriteByte('\n')
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.picture = b.String()
	close(g.changed)
	g.changed = make(chan struct{})
}

func (g *glass) Fini() {
	g.SimulationScreen.Fini()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.whole = true
}

func (g *glass) Beep() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.beeps++
	return nil
}

func (g *glass) shows(t *testing.T, want string) {
	t.Helper()
	late := time.After(20 * time.Second)
	for {
		g.mu.Lock()
		picture, changed := g.picture, g.changed
		g.mu.Unlock()
		if strings.Contains(picture, want) {
			return
		}
		select {
		case <-changed:
		case <-late:
			require.FailNow(t, "never shown: "+want, picture)
		}
	}
}

func (g *glass) keys(text string) {
	for _, r := range text {
		switch r {
		case '\n':
			g.InjectKey(tcell.KeyEnter, 0, tcell.ModNone)
		case '\t':
			g.InjectKey(tcell.KeyTab, 0, tcell.ModNone)
		default:
			g.InjectKey(tcell.KeyRune, r, tcell.ModNone)
		}
	}
}

// sits is somebody at a terminal.
func (in *inside) sits(name string, id hub.Identity) (g *glass, ended chan error, errs *strings.Builder) {
	g, ended, errs = newGlass(), make(chan error, 1), &strings.Builder{}
	go func() { ended <- joinScreen(context.Background(), in.as(name, id), g, errs) }()
	return g, ended, errs
}

func TestJoinOnAScreen(t *testing.T) {
	in := openInside(t)
	defer in.stop()
	ann, annEnded, _ := in.sits("ann", hub.Identity{})
	ann.shows(t, "You are ann in #lobby (1 here)")
	bob, bobEnded, _ := in.sits("bob", hub.Identity{})
	bob.shows(t, "You are bob")
	ann.shows(t, "-- bob joined")
	ann.shows(t, "ann in #lobby · 2 here · connected")
	ann.shows(t, "#lobby> ")

	ann.keys("hello\n")
	ann.shows(t, "<ann> hello")
	bob.shows(t, "<ann> hello")
	bob.keys("a\tthere you are\n") // Tab makes "ann: " of it
	ann.shows(t, "<bob> ann: there you are")
	bob.keys("/msg ann psst\n")
	bob.shows(t, "[you -> ann] psst")
	ann.shows(t, "[bob -> you] psst")
	ann.keys("/who\n/nosuch\n")
	ann.shows(t, "-- 2 in #lobby: ann, bob")
	ann.shows(t, "-- there is no /nosuch")
	ann.keys("/join tea\n")
	ann.shows(t, "#tea> ")
	ann.shows(t, "ann in #tea · 1 here · connected")
	bob.shows(t, "-- ann went to #tea")
	ann.mu.Lock()
	assert.NotZero(t, ann.beeps)
	assert.NotContains(t, ann.picture, "-- 1 in #tea", "nobody asked")
	ann.mu.Unlock()

	bob.keys("/quit\n")
	require.NoError(t, <-bobEnded)
	ann.InjectKey(tcell.KeyCtrlC, 0, tcell.ModNone)
	require.NoError(t, <-annEnded)
	assert.True(t, ann.whole)
	assert.True(t, bob.whole)
}

func TestJoinOnAScreenIsKicked(t *testing.T) {
	in := openInside(t)
	defer in.stop()
	ann, annEnded, _ := in.sits("ann", hub.Identity{})
	ann.shows(t, "You are ann")
	op, opEnded, _ := in.sits("", operatorHere)
	op.shows(t, "You are")
	op.keys("/kick ann enough\n")
	err := <-annEnded
	assert.True(t, ann.whole)
	code, words := ends(t, err)
	assert.Equal(t, 4, code)
	assert.Equal(t, "you were kicked, please stay away for 1 minute: enough", words)
	op.keys("/quit\n")
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
	g, ended := newGlass(), make(chan error, 1)
	go func() { ended <- joinScreen(context.Background(), o, g, nil) }()
	g.shows(t, "You are ann")
	_ = (<-conns).Close()
	g.shows(t, "-- the connection is lost, trying again: the other side has closed it")
	g.shows(t, "lost, next try in ")
	g.keys("still here\n")
	g.shows(t, "<ann> still here")
	g.shows(t, "ann in #lobby · 1 here · connected")
	g.InjectKey(tcell.KeyCtrlC, 0, tcell.ModNone)
	require.NoError(t, <-ended)
}

func TestJoinOnAScreenWithoutAServer(t *testing.T) {
	in := openInside(t)
	defer in.stop()
	o := in.as("ann", hub.Identity{})
	o.Dial = nil
	o.Addr = "127.0.0.1:1"
	g := newGlass()
	code, words := ends(t, joinScreen(t.Context(), o, g, nil))
	assert.Equal(t, exitNobody, code)
	assert.Equal(t, "cannot connect to 127.0.0.1:1: nobody listens there: is the server started (chinwag serve), and is 1 its port?", words)
	assert.False(t, g.whole, "the terminal was not touched")
}
