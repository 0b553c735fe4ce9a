//go:build unix

package e2e

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestTheClientInAPipe is echo 'the build is done' | chinwag join HOST.
func TestTheClientInAPipe(t *testing.T) {
	t.Parallel()
	h := open(t)
	ann := h.enter("ann")
	bob := h.join("--nick", "bob")
	bob.types("the build is done", "/who", "你好")
	bob.finishes()
	require.Zero(t, bob.process.exits(), bob.all())
	assert.Equal(t, linesOf(
		"-- Welcome to chinwag/1.",
		"-- You are bob in #lobby (2 here). Type to talk, /help for more.",
		"-- 2 in #lobby: ann, bob",
		"-- goodbye: see you",
	), bob.ends())
	assert.Equal(t, linesOf("-- bob joined", "<bob> the build is done", "<bob> 你好", "-- bob left"), ann.until("-- bob left"))
}

// join is our own client, in a pipe.
func (h *server) join(flags ...string) *person {
	h.t.Helper()
	cmd := exec.Command(program(h.t), append([]string{"join", h.addr}, flags...)...)
	p := &person{screen: newScreen(h.t, h.ctx, "join")}
	hands, err := cmd.StdinPipe()
	require.NoError(h.t, err)
	p.hands, cmd.Stdout, cmd.Stderr = hands, p.screen, p.screen
	p.process = start(h.t, h.ctx, cmd, p.screen)
	return p
}

func TestTheClientHearsTheRoomInAPipe(t *testing.T) {
	t.Parallel()
	h := open(t)
	ann, bob := h.enter("ann"), h.join("--nick", "bob")
	bob.expect("-- You are bob in #lobby (2 here)...")
	bob.types("hi")
	ann.expect("<bob> hi")
	for _, s := range foreign {
		ann.types(s)
		bob.expect("<ann> " + s)
	}
	h.process.signal(terminate)
	bob.expect(strings.TrimSuffix(farewell, "\n"))
}

func TestTheClientWithoutAServer(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.addr = "127.0.0.1:1" // no program listens there
	bob := h.join("--nick", "bob")
	bob.finishes()
	assert.Equal(t, 3, bob.process.exits())
	assert.Equal(t, 1, strings.Count(bob.ends(), "\n"), "one sentence: %q", bob.all())
}

// TestTheClientAtATerminal sees the room, says something, and leaves the terminal whole.
func TestTheClientAtATerminal(t *testing.T) {
	t.Parallel()
	h := open(t)
	ann := h.enter("ann")
	bob := atTerminal(t, h.ctx, exec.Command(program(t), "join", h.addr, "--nick", "bob"))
	bob.shows("Welcome", "#lobby")
	bob.sends("hello,你好\r")
	ann.expect("-- bob joined", "<bob> hello,你好")
	bob.sends("half a th") // and then another member speaks
	ann.types("can-you-see-me?")
	bob.shows("can-you-see-me?")
	bob.sends("ought\r/quit\r")
	ann.expect("<bob> half a thought", "-- bob left")
	assert.Zero(t, bob.process.exits())
	assert.Contains(t, bob.ends(), "\x1b[?1049l", "the terminal is as it was")
}

// shows waits for words on a terminal, on which nothing comes line by line.
func (p *person) shows(words ...string) {
	p.t.Helper()
	for _, w := range words {
		for {
			text, grew, over := p.now()
			if strings.Contains(text, w) {
				break
			}
			require.False(p.t, over, "%s never showed %q: %q", p.name, w, clip(text))
			select {
			case <-grew:
			case <-p.ctx.Done():
				require.FailNow(p.t, "it takes too long", "%s does not show %q: %q", p.name, w, clip(text))
			}
		}
	}
}

// now is all that came, what tells that there is more, and whether there can be.
func (s *screen) now() (text string, grew <-chan struct{}, over bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return string(s.text), s.grew, s.over
}

// The operator's console is at a terminal, too.
func TestConsoleAtATerminal(t *testing.T) {
	t.Parallel()
	h := open(t, "--console", "off") // lends its deadline
	op := atTerminal(t, h.ctx, exec.Command(program(t), serveArgs(nil)...))
	op.shows("Welcome", "operator")
	op.sends("/shutdown\r")
	assert.Zero(t, op.process.exits())
	assert.NotContains(t, op.ends(), "panic")
}
