//go:build unix

package e2e

import (
	"context"
	"io"
	"net"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/creack/pty"
	"github.com/stretchr/testify/require"
)

// person is a client of the server: a connection of the test's own, or a program.
type person struct {
	*screen
	hands    io.Writer
	conn     *net.TCPConn // the test's own, if no program runs
	process  *process     // the program that runs
	terminal terminal     // what that shows, if it runs at one; owned by the test
}

// types sends lines, each with the end that Enter makes.
func (p *person) types(lines ...string) {
	p.t.Helper()
	p.sends(strings.Join(lines, "\n") + "\n")
}

// sends sends bytes as they are.
func (p *person) sends(bytes string) {
	p.t.Helper()
	_, err := io.WriteString(p.hands, bytes)
	require.NoError(p.t, err)
}

// isCalled takes a nick and is announced with it.
func (p *person) isCalled(nick string) *person {
	p.t.Helper()
	p.name = nick
	p.types("/nick "+nick, "/ping")
	p.expect("-- pong")
	require.Regexp(p.t, "(?m)^-- (You are|you are now) "+regexp.QuoteMeta(nick)+`\s`, p.all())
	return p
}

// dial is a connection to the server that is not read from.
func (h *server) dial(control ...func(network, address string, c syscall.RawConn) error) *net.TCPConn {
	h.t.Helper()
	var d net.Dialer
	if len(control) > 0 {
		d.Control = control[0]
	}
	c, err := d.DialContext(h.ctx, "tcp", h.addr)
	require.NoError(h.t, err)
	deadline, _ := h.ctx.Deadline()
	require.NoError(h.t, c.SetDeadline(deadline))
	h.t.Cleanup(func() { _ = c.Close() })
	return c.(*net.TCPConn)
}

// enter is a member whose client reads all that comes, and whose nick is name.
func (h *server) enter(name string) *person {
	h.t.Helper()
	return h.stranger().isCalled(name)
}

// stranger is a client that reads all that comes and has not said anything yet.
func (h *server) stranger() *person {
	h.t.Helper()
	c := h.dial()
	p := &person{screen: newScreen(h.t, h.ctx, "stranger"), hands: c, conn: c}
	go func() {
		_, err := io.Copy(p.screen, c)
		_ = c.Close()
		p.end(err)
	}()
	return p
}

// nc is netcat.
func (h *server) nc(flags ...string) *person {
	h.t.Helper()
	host, port, _ := net.SplitHostPort(h.addr)
	cmd := exec.Command(tool(h.t, "nc", "-h", "OpenBSD"), append(flags, host, port)...)
	p := &person{screen: newScreen(h.t, h.ctx, "nc")}
	hands, err := cmd.StdinPipe()
	require.NoError(h.t, err)
	p.hands, cmd.Stdout, cmd.Stderr = hands, p.screen, p.screen
	p.process = start(h.t, h.ctx, cmd, p.screen)
	return p
}

// finishes ends the input. Without it nc waits for more, even after the server is gone.
func (p *person) finishes() {
	p.t.Helper()
	require.NoError(p.t, p.hands.(io.Closer).Close())
}

// telnet is GNU telnet at a terminal that knows UTF-8.
func (h *server) telnet() *person {
	h.t.Helper()
	host, port, _ := net.SplitHostPort(h.addr)
	telnet := tool(h.t, "telnet", "--version", "inetutils")
	return atTerminal(h.t, h.ctx, exec.Command("sh", "-c", `stty iutf8 && exec "$@"`, "sh", telnet, host, port))
}

// atTerminal runs cmd on a terminal of 80 by 24.
func atTerminal(t *testing.T, ctx context.Context, cmd *exec.Cmd) *person {
	t.Helper()
	ours, theirs, err := pty.Open()
	require.NoError(t, err)
	require.NoError(t, pty.Setsize(ours, &pty.Winsize{Rows: 24, Cols: 80}))
	cmd.Stdin, cmd.Stdout, cmd.Stderr = theirs, theirs, theirs
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	cmd.Env = append(cmd.Environ(), "TERM=xterm-256color", "LC_ALL=C.UTF-8")
	p := &person{screen: newScreen(t, ctx, filepath.Base(cmd.Path)), hands: ours}
	p.process = start(t, ctx, cmd)
	require.NoError(t, theirs.Close())
	shown := make(chan struct{})
	go func() {
		defer close(shown)
		_, _ = io.Copy(p.screen, ours) // ends with an error when no process holds the other end
		p.end(nil)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-shown
		_ = ours.Close()
	})
	return p
}
