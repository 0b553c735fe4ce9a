//go:build unix

package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// pane is a terminal in a tmux of its own.
type pane struct {
	t    *testing.T
	ctx  context.Context
	tmux func(args ...string) string
}

func inTmux(t *testing.T, ctx context.Context, width, height int, command ...string) *pane {
	t.Helper()
	path := tool(t, "tmux", "-V", "tmux")
	dir, err := os.MkdirTemp("", "chw") // t.TempDir's are too long for a socket
	require.NoError(t, err)
	p := &pane{t: t, ctx: ctx, tmux: func(args ...string) string {
		t.Helper()
		cmd := exec.Command(path, append([]string{"-u", "-S", filepath.Join(dir, "s"), "-f", os.DevNull}, args...)...)
		cmd.Env = append(os.Environ(), "TERM=xterm-256color", "LC_ALL=C.UTF-8", "TMUX=")
		said, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", said)
		return string(said)
	}}
	p.tmux(append([]string{"new-session", "-d", "-x", fmt.Sprint(width), "-y", fmt.Sprint(height)}, command...)...)
	t.Cleanup(func() {
		p.tmux("kill-server")
		require.NoError(t, os.RemoveAll(dir))
	})
	return p
}

// sees waits for a picture.
func (p *pane) sees(what string, is func(rows []string) bool) {
	p.t.Helper()
	for {
		seen := p.tmux("capture-pane", "-p")
		if is(strings.Split(strings.TrimRight(seen, "\n"), "\n")) {
			return
		}
		require.NoError(p.t, p.ctx.Err(), "not seen: %s\n%s", what, seen)
	}
}

// ends waits until the rows of text end with these.
func (p *pane) ends(rows ...string) {
	p.t.Helper()
	p.sees(strings.Join(rows, " / "), func(seen []string) bool {
		return len(seen) >= len(rows)+2 && slices.Equal(seen[len(seen)-2-len(rows):len(seen)-2], rows)
	})
}

// inputIs waits until the line that is typed is one of these.
func (p *pane) inputIs(lines ...string) {
	p.t.Helper()
	p.sees(lines[0]+" below", func(seen []string) bool { return slices.Contains(lines, seen[len(seen)-1]) })
}

// Some versions of tmux join what belongs together to one character, others do not: nothing may be left over in either.
func TestTmuxKeepsNoStrayCells(t *testing.T) {
	t.Parallel()
	h := open(t, "--rate", "0")
	ann := h.enter("ann")
	p := inTmux(t, h.ctx, 40, 12, program(t), "join", h.addr, "--nick", "bob")
	p.inputIs("#lobby>")
	for _, said := range []string{"a ж b", "a 👍🏽", "a 👍🏽 b", "a 👨‍👩‍👧‍👦", "a 🇩🇪 b", "a 🏳️‍🌈", "a ☺️ b", "a e\u0301 b", "a ที่ b"} {
		ann.types(said)
		p.sees(said, func(seen []string) bool {
			row := seen[len(seen)-3]
			return strings.HasPrefix(row, "<ann> a ") && (strings.HasSuffix(row, " b") || !strings.HasSuffix(said, " b"))
		})
		for _, text := range []string{"1", "2", "3", "4"} { // each where a stray cell may have been left
			ann.types(text)
			p.ends("<ann> " + text)
		}
		p.ends("<ann> 1", "<ann> 2", "<ann> 3", "<ann> 4")
	}

	p.tmux("send-keys", "-l", "x👍🏽y")
	p.inputIs("#lobby> x👍🏽y", "#lobby> x👍y")
	p.tmux("send-keys", "Left", "Left", "z")
	p.inputIs("#lobby> xz👍🏽y", "#lobby> xz👍y")
	p.tmux("send-keys", "C-e", "BSpace", "BSpace")
	p.inputIs("#lobby> xz")
	p.tmux("send-keys", "C-u")
	p.inputIs("#lobby>")

	ann.types("a 👍🏽 b", "short")
	p.ends("<ann> short")
	p.tmux("resize-window", "-x", "30", "-y", "6")
	p.sees("a small screen", func(seen []string) bool { return len(seen) == 6 && seen[3] == "<ann> short" })
	ann.types("1", "2", "3", "4")
	p.ends("<ann> 1", "<ann> 2", "<ann> 3", "<ann> 4")
}
