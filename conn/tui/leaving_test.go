package tui

import (
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// If Options.Leaving has words, the first key shows them and does not end the screen.
func TestTheEndIsAskedForTwice(t *testing.T) {
	words := "3 are here"
	f := newFake(40, 6)
	asked := make(chan bool, 10)
	s := New(Options{Terminal: f, Leaving: func() string { asked <- true; return words }})
	ended := make(chan error, 1)
	go func() { ended <- s.Run() }()
	f.until(t, func(shot) bool { return true })
	f.typed("half")
	f.press(tcell.KeyCtrlC) // clears the line
	f.line(t, ">", 2)
	assert.Empty(t, asked)
	f.press(tcell.KeyCtrlC)
	f.sees(t, words)
	within(t, asked)
	f.typed("x") // that was not meant
	f.press(tcell.KeyBackspace, tcell.KeyCtrlD)
	within(t, asked)
	assert.Empty(t, ended)
	f.press(tcell.KeyCtrlC)
	require.NoError(t, within(t, ended))
}

func TestTheEndIsForgottenAfterAMoment(t *testing.T) {
	v := view{term: newFake(1, 1), opts: Options{Leaving: func() string { return "3 are here" }}}
	v.scrollback.bound = 10
	assert.False(t, v.mayEnd())
	assert.True(t, v.mayEnd())
	v.leaving = time.Now().Add(-leavingTime)
	assert.False(t, v.mayEnd())
	v.opts.Leaving = func() string { return "" }
	assert.True(t, v.mayEnd(), "nobody is here any more")
}
