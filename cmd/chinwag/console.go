package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"runtime"
	"syscall"

	"github.com/gdamore/tcell/v2"
	"golang.org/x/term"

	"chinwag/conn"
	"chinwag/conn/console"
	"chinwag/conn/tui"
	"chinwag/conn/tui/chat"
	"chinwag/hub"
	"chinwag/protocol"
)

// operatorConsole is the console on the server's own terminal: a screen, plain
// lines, or none.
type operatorConsole interface {
	// serve runs the console. It returns when the operator has gone and the
	// server should end, or when the hub has ended.
	serve(*conn.Server, *hub.Hub) error
	// close ends the console from another goroutine. It does not wait until the terminal is restored.
	close()
	// log is a writer for log lines that do not tear the console.
	log() io.Writer
	// invite shows the operator how to connect to the listeners at these addresses, and
	// reports whether it did.
	invite(plain, bare []net.Addr) bool
}

func openConsole(s settings) operatorConsole {
	// The reader of the console's lines may go away, which must not end the server.
	signal.Ignore(syscall.SIGPIPE)
	if s.Console == "off" || !hasInput(os.Stdin) {
		return noConsole{}
	}
	if s.Console == "auto" && onTerminal() && drawable() {
		return newConsoleScreen(chat.Options{})
	}
	return plainConsole{}
}

// onTerminal reports whether standard input and output are a terminal that can
// show a screen.
func onTerminal() bool {
	return knowsTerminal() && term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stdout.Fd()))
}

// knowsTerminal reports whether a screen can be drawn on this kind of terminal.
func knowsTerminal() bool {
	if runtime.GOOS == "windows" {
		return true // it has one kind of console
	}
	kind := os.Getenv("TERM")
	_, err := tcell.LookupTerminfo(kind)
	return kind != "dumb" && err == nil
}

// drawable reports whether a screen can be drawn in the character set of this terminal. If not, it writes why to standard error.
func drawable() bool {
	err := tui.CheckCharset()
	if err != nil {
		fmt.Fprintf(os.Stderr, "chinwag: no screen but plain lines, in UTF-8: %v\n", err)
	}
	return err == nil
}

// hasInput reports whether there may be input: not where standard input is
// closed or /dev/null.
func hasInput(f *os.File) bool {
	at, err := f.Stat()
	if err != nil {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(at, null)
}

type noConsole struct{}

func (noConsole) serve(_ *conn.Server, h *hub.Hub) error { <-h.Done(); return nil }
func (noConsole) close()                                 {}
func (noConsole) log() io.Writer                         { return tui.Output(os.Stderr) }

func (noConsole) invite(_, _ []net.Addr) bool { return false }

// staying rejects Leave: the console stays as long as the server runs.
type staying struct{ conn.Transport }

var toStay = protocol.Refuse("console-stays", "this is the server's own console: /shutdown ends the server for everybody")

func (s staying) Receive() (protocol.Command, error) {
	cmd, err := s.Transport.Receive()
	if _, ok := cmd.(protocol.Quit); ok {
		return nil, toStay
	}
	return cmd, err
}

// Guard passes on the guard against typed passwords, a method that conn.Transport does not have.
func (s staying) Guard() {
	if t, ok := s.Transport.(interface{ Guard() }); ok {
		t.Guard()
	}
}

type plainConsole struct{}

func (plainConsole) serve(s *conn.Server, h *hub.Hub) error {
	_ = s.Serve(staying{console.New(tui.Input(os.Stdin), tui.Output(os.Stdout))}, operator(false))
	<-h.Done() // the end of the input leaves the server running
	return nil
}
func (plainConsole) close()         {}
func (plainConsole) log() io.Writer { return tui.Output(os.Stderr) }

func (plainConsole) invite(plain, bare []net.Addr) bool {
	if !term.IsTerminal(int(os.Stdout.Fd())) {
		return false
	}
	for _, line := range invitation(plain, bare, addressesHere()) {
		fmt.Fprintf(tui.Output(os.Stdout), "-- %s\n", line)
	}
	return true
}
