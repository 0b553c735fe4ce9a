package main

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/gdamore/tcell/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/conn/tui/tuitest"
	"chinwag/hub"
)

// A server without a password is not asked for one, and what is typed blindly is not said.
func TestJoinOnAScreenAsksForNoPasswordThatIsNone(t *testing.T) {
	in := openInside(t)
	defer in.stop()
	bob, bobEnded, _ := in.sits("bob", hub.Identity{})
	bob.Shows(t, "You are bob")
	ann, annEnded, _ := in.sits("ann", hub.Identity{})
	ann.Shows(t, "You are ann")
	ann.Keys("/operator\nopen sesame\nhello\n/oeprator\nopen sesame\nhello again\n")
	ann.Shows(t, "-- nobody becomes an operator that way here: the server has no password for it")
	ann.Shows(t, "-- nobody has heard that, since it may be a password")
	ann.Shows(t, "<ann> hello again")
	bob.Shows(t, "<ann> hello again")
	for _, g := range []*tuitest.Terminal{ann, bob} {
		assert.NotContains(t, g.Picture(), "sesame")
		assert.NotContains(t, g.Picture(), "password of the operators:")
		g.InjectKey(tcell.KeyCtrlC, 0, tcell.ModNone)
	}
	require.NoError(t, <-annEnded)
	require.NoError(t, <-bobEnded)
}

// The same in a pipe, which fails for it.
func TestJoinSaysNoPasswordInAPipe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := openInside(t)
		defer in.stop()
		const guarded = "-- nobody has heard that, since it may be a password: if it is none, please say it again\n"
		for input, want := range map[string]string{
			"/operator\nopen sesame\nhello\n":  "-- nobody becomes an operator that way here: the server has no password for it\n",
			"/oeprator\nopen sesame\nhello\n":  "-- there is no such command: it is /operator on a line of its own, and then the password on the next. Nobody has heard that\n",
			"／operator\nopen sesame\nhello\n":  "-- there is no such command: it is /operator on a line of its own, and then the password on the next. Nobody has heard that\n",
			"resume k7qm2-xwdab\nhello\nhello": "-- nobody has heard that: to come back to a session, please begin the line with /resume\n",
		} {
			var ann, bob pipedRun
			ann.join(t, in.as("ann", hub.Identity{}), input)
			assert.Equal(t, exitFailed, ann.code, input)
			assert.Contains(t, ann.err.String(), want, input)
			assert.Equal(t, strings.Contains(input, "sesame"), strings.Contains(ann.err.String(), guarded), input)
			bob.join(t, in.as("bob", hub.Identity{}), "/history all\n")
			assert.Contains(t, bob.out.String(), "<ann> hello\n", input)
			assert.NotContains(t, bob.out.String(), "sesame", input)
			assert.NotContains(t, bob.out.String(), "k7qm2", input)
		}
	})
}

// A byte order mark before an object is no reason to say it.
func TestJoinReadsJSONAfterAMark(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := openInside(t)
		defer in.stop()
		ann := pipedRun{json: true}
		ann.join(t, in.as("ann", hub.Identity{}), "\ufeff"+`{"type":"say","text":"hello"}`+"\n")
		assert.Zero(t, ann.code)
		assert.Contains(t, ann.out.String(), `"text":"hello"`)
	})
}
