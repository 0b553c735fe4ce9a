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
	tui "chinwag/conn/screen"
	"chinwag/hub"
	"chinwag/protocol"
)

// operatorConsole is what the server's own terminal is for: a screen, plain
// lines, or nothing.
type operatorConsole interface {
	// serve runs the console. It returns when the operator has gone and the
	// server should end, or when the hub has ended.
	serve(*conn.Server, *hub.Hub) error
	// close ends it from outside: the terminal is whole again soon.
	close()
	// log is where log lines do not tear it apart.
	log() io.Writer
	// invite tells the operator how people come in through the doors that listen at these addresses, and
	// reports whether the console shows that.
	invite(plain, bare []net.Addr) bool
}

func openConsole(s settings) operatorConsole {
	// Whoever reads the console's lines may go away: that must not end the server.
	signal.Ignore(syscall.SIGPIPE)
	if s.Console == "off" || !hasInput(os.Stdin) {
		return noConsole{}
	}
	if s.Console == "auto" && onTerminal() && drawable() {
		return newConsoleScreen(newFace(true, false, nil))
	}
	return plainConsole{}
}

// onTerminal reports whether somebody sits at both ends of a terminal that can
// show a screen.
func onTerminal() bool {
	return knowsTerminal() && term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stdout.Fd()))
}

// knowsTerminal reports whether a screen can be drawn on this kind of terminal.
// Where it cannot, lines do as well.
func knowsTerminal() bool {
	if runtime.GOOS == "windows" {
		return true // its console is of one kind
	}
	kind := os.Getenv("TERM")
	_, err := tcell.LookupTerminfo(kind)
	return kind != "dumb" && err == nil
}

// drawable reports whether a screen can be drawn in the character set of this terminal, and says why lines must do.
func drawable() bool {
	err := tui.CheckCharset()
	if err != nil {
		fmt.Fprintf(os.Stderr, "chinwag: no screen but plain lines, in UTF-8: %v\n", err)
	}
	return err == nil
}

// hasInput reports whether somebody may type: not where standard input is
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

// staying is a console that is not left: the room goes on as long as the server.
type staying struct{ conn.Transport }

var toStay = protocol.Refuse("console-stays", "this is the server's own console: /shutdown ends the server for everybody")

func (s staying) Receive() (protocol.Command, error) {
	cmd, err := s.Transport.Receive()
	if _, ok := cmd.(protocol.Leave); ok {
		return nil, toStay
	}
	return cmd, err
}

// Guard keeps a password from being said that was not asked for.
func (s staying) Guard() {
	if t, ok := s.Transport.(interface{ Guard() }); ok {
		t.Guard()
	}
}

type plainConsole struct{}

func (plainConsole) serve(s *conn.Server, h *hub.Hub) error {
	_ = s.Serve(staying{console.New(tui.Input(os.Stdin), tui.Output(os.Stdout))}, operator(false))
	<-h.Done() // an operator who has gone leaves the server running
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
