//go:build unix

package e2e

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestConsoleInAPipe is printf 'hello\n/shutdown\n' | chinwag serve.
func TestConsoleInAPipe(t *testing.T) {
	t.Parallel()
	h := openShell(t, `printf 'hello\n/shutdown\n' | "$@"`)
	assert.Equal(t, linesOf(
		"-- Welcome to chinwag/1.",
		"-- You are operator in #lobby (1 here). Type to talk, /help for more.",
		"-- goodbye: the server is shutting down",
	), strings.ReplaceAll(h.console.ends(), "-- you are off duty: nobody new is yours, and those whom you have stay with you\n", "")) // the end of the input may still be seen
	assert.Zero(t, h.process.exits())
}

// The end of the input is not the end of the server, nor of what the console shows.
func TestConsoleWhoseInputEnds(t *testing.T) {
	t.Parallel()
	h := openPiped(t)
	h.console.types("back in a minute", "/ping")
	h.console.expect("-- pong")
	h.console.finishes()
	ann := h.enter("ann")
	ann.types("is anybody here?", "/who")
	ann.expect("-- 2 in #lobby: operator, ann")
	h.console.expect("-- ann joined", "<ann> is anybody here?")
	h.process.signal(terminate)
	assert.True(t, strings.HasSuffix(h.console.ends(), farewell))
	assert.Zero(t, h.process.exits())
}

// Without standard input the server is a daemon, and there is no operator.
func TestWithoutInputItIsADaemon(t *testing.T) {
	t.Parallel()
	for name, line := range map[string]string{
		"closed":          `exec "$@" <&-`,
		"null":            `exec "$@" </dev/null`,
		"all closed":      `exec "$@" <&- >&-`,
		"null everywhere": `exec "$@" </dev/null >/dev/null`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := openShell(t, line)
			ann := h.enter("ann")
			ann.types("/who")
			ann.expect("-- 1 in #lobby: ann")
			h.process.signal(terminate)
			assert.True(t, strings.HasSuffix(ann.ends(), farewell))
			assert.Zero(t, h.process.exits())
			assert.Empty(t, h.console.all())
		})
	}
}

// The reader of the console's lines may go: chinwag serve | head -1.
func TestConsoleThatNobodyReads(t *testing.T) {
	t.Parallel()
	for name, line := range map[string]string{"gone": `exec "$@"`, "closed": `exec "$@" >&-`} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, w, err := os.Pipe()
			require.NoError(t, err)
			cmd := shell(t, line, nil)
			cmd.Stdout = w
			h := piped(t, cmd)
			require.NoError(t, w.Close())
			require.NoError(t, r.Close())
			ann, bob := h.enter("ann"), h.enter("bob")
			for range 5 {
				ann.types("does it go on?")
				bob.expect("<ann> does it go on?")
			}
			h.process.signal(terminate)
			assert.True(t, strings.HasSuffix(ann.ends(), farewell))
			assert.Zero(t, h.process.exits())
		})
	}
}

func TestOperatorAtTheConsole(t *testing.T) {
	t.Parallel()
	h := openPiped(t)
	h.console.types("/ping")
	h.console.expect("-- pong")
	ann, bob := h.enter("ann"), h.nc()
	bob.isCalled("bob")
	ann.types("/kick bob", "/announce hear, hear", "/shutdown")
	for range 3 {
		ann.expect("-- only an operator can do that")
	}
	ann.types("/join #tea", "/ping")
	ann.expect("-- you are in #tea now (1 here)", "-- pong")
	h.console.types("/announce tea is ready")
	ann.expect("-- operator to everybody: tea is ready")
	bob.expect("-- operator to everybody: tea is ready")
	ann.types("/join #lobby", "/ping")
	ann.expect("-- pong")

	h.console.types("/kick bob enough", "/kick nobody_here", "good night", "/shutdown until tomorrow")
	bob.expect("-- goodbye: you were kicked, please stay away for 1 minute: enough")
	bob.finishes()
	assert.Zero(t, bob.process.exits())
	ann.expect("-- bob was kicked by operator: enough", "<operator> good night", "-- goodbye: the server is shutting down: until tomorrow")
	h.console.expect("-- ann went to #tea", "-- bob was kicked by operator: enough", "-- there is nobody called nobody_here just now", "-- goodbye: the server is shutting down: until tomorrow")
	assert.Zero(t, h.process.exits())
}

// No session can pass for the operator, by a look-alike either.
func TestNobodyPassesForTheOperator(t *testing.T) {
	t.Parallel()
	for _, flag := range []string{"--console=auto", "--console=off"} {
		h := openPiped(t, flag, "--rate", "0")
		eve := h.enter("eve")
		for _, name := range []string{"operator", "Operator", "0perator", "OPERATOR", "ορerator", "оperator", "ｏｐｅｒａｔｏｒ", "operatоr", "server", "chinwag", "Admin"} {
			eve.types("/nick " + name)
			eve.expect("...is a name for those who run the server: please choose another")
		}
		eve.types("/kick eve", "/who")
		eve.expect("-- only an operator can do that", "...eve")
	}
}
