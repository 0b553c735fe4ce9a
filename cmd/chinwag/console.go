package main

import (
	"io"
	"net"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"

	"chinwag/conn"
	"chinwag/conn/console"
	"chinwag/hub"
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
	// invite tells the operator how people walk in.
	invite(net.Addr)
}

func openConsole(s settings) operatorConsole {
	// Whoever reads the console's lines may go away: that must not end the server.
	signal.Ignore(syscall.SIGPIPE)
	if s.Console == "off" || !hasInput(os.Stdin) {
		return noConsole{}
	}
	if s.Console == "auto" && onTerminal() {
		return newConsoleScreen(newFace(true, false, nil))
	}
	return plainConsole{}
}

// onTerminal reports whether somebody sits at both ends of a terminal that can
// show a screen.
func onTerminal() bool {
	return os.Getenv("TERM") != "dumb" && term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stdout.Fd()))
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
func (noConsole) log() io.Writer                         { return os.Stderr }

func (noConsole) invite(net.Addr) {}

type plainConsole struct{}

func (plainConsole) serve(s *conn.Server, h *hub.Hub) error {
	_ = s.Serve(console.New(os.Stdin, os.Stdout), operator(false))
	<-h.Done() // an operator who has gone leaves the server running
	return nil
}
func (plainConsole) close()          {}
func (plainConsole) log() io.Writer  { return os.Stderr }
func (plainConsole) invite(net.Addr) {}
