//go:build unix

package e2e

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// server is a chinwag that runs.
type server struct {
	t       *testing.T
	ctx     context.Context
	addr    string
	process *process
	console *person // what the server's own terminal shows; may be typed to
	log     *screen
}

// open starts a server without a console.
func open(t *testing.T, flags ...string) *server {
	t.Helper()
	return openWith(t, exec.Command(program(t), serveArgs(flags)...), nil)
}

// openPiped starts a server whose console is a pipe.
func openPiped(t *testing.T, flags ...string) *server {
	t.Helper()
	return piped(t, exec.Command(program(t), serveArgs(flags)...))
}

// openShell starts a server by a line of shell, in which "$@" is its command.
func openShell(t *testing.T, line string, flags ...string) *server {
	t.Helper()
	return openWith(t, shell(t, line, flags), nil)
}

func shell(t *testing.T, line string, flags []string) *exec.Cmd {
	return exec.Command("sh", append([]string{"-c", line, "sh", program(t)}, serveArgs(flags)...)...)
}

func piped(t *testing.T, cmd *exec.Cmd) *server {
	t.Helper()
	r, w, err := os.Pipe()
	require.NoError(t, err)
	h := openWith(t, cmd, r)
	require.NoError(t, r.Close())
	t.Cleanup(func() { _ = w.Close() })
	h.console.hands = w
	return h
}

func serveArgs(flags []string) []string {
	return append([]string{"serve", "--listen", "127.0.0.1:0"}, flags...)
}

// openWith starts a server and waits until it listens. Without in, there is no console.
func openWith(t *testing.T, cmd *exec.Cmd, in *os.File) *server {
	t.Helper()
	h := launch(t, cmd, in)
	line := h.log.expect("...msg=listening addr=127.0.0.1:...")
	_, rest, _ := strings.Cut(line, "addr=")
	h.addr, _, _ = strings.Cut(rest, " ")
	return h
}

func portOf(addr string) string {
	_, port, _ := net.SplitHostPort(addr)
	return port
}

// launch starts a server, or what was meant to become one.
func launch(t *testing.T, cmd *exec.Cmd, in *os.File) *server {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	h := &server{t: t, ctx: ctx, log: newScreen(t, ctx, "log")}
	h.console = &person{screen: newScreen(t, ctx, "console")}
	home := filepath.Join(scratch, "home") // a home without a configuration file
	if in != nil {
		cmd.Stdin = in
	}
	if cmd.Stdout == nil {
		cmd.Stdout = h.console.screen
	}
	cmd.Stderr = h.log
	cmd.Env = append(append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME="+filepath.Join(home, ".config"), "TZ=UTC", "LC_ALL=C.UTF-8"), cmd.Env...)
	h.process = start(t, ctx, cmd, h.console.screen, h.log)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the server's log:\n%s", clip(h.log.all()))
		}
	})
	return h
}

// process is a program that a test has started. It is gone when the test is.
type process struct {
	t    *testing.T
	ctx  context.Context
	cmd  *exec.Cmd
	done chan struct{}
	err  error // of Wait, once done is closed
}

// start runs cmd; the screens end with it.
func start(t *testing.T, ctx context.Context, cmd *exec.Cmd, screens ...*screen) *process {
	t.Helper()
	p := &process{t: t, ctx: ctx, cmd: cmd, done: make(chan struct{})}
	cmd.WaitDelay = 5 * time.Second // for output that a child of it holds open
	require.NoError(t, cmd.Start())
	go func() {
		p.err = cmd.Wait()
		for _, s := range screens {
			s.end(nil)
		}
		close(p.done)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-p.done
	})
	return p
}

// signal sends a signal to the process.
func (p *process) signal(s os.Signal) {
	p.t.Helper()
	require.NoError(p.t, p.cmd.Process.Signal(s))
}

// exits waits for the end and returns the exit code, -1 if a signal ended it.
func (p *process) exits() int {
	p.t.Helper()
	select {
	case <-p.done:
	case <-p.ctx.Done():
		require.FailNow(p.t, "it does not end", "%v", p.cmd.Args)
	}
	return p.cmd.ProcessState.ExitCode()
}

func (p *process) runs() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}
