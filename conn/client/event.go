package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"chinwag/conn/fault"
	"chinwag/protocol"
)

// Event is what a Client reports to its caller. The interface is sealed: the types in this file are all.
type Event interface{ event() }

type (
	// Heard is an event of the server. Welcome comes as Connected instead, and the answers to the client's own pings do
	// not come at all.
	Heard struct{ protocol.Event }
	// Connected comes when the client has a session, for the first time or again. If Welcome.Resumed, the missed events
	// follow and none is lost; otherwise it is a new session, and a Gap tells what may be missing. The token is left
	// out.
	Connected struct {
		protocol.Welcome
		Again bool
	}
	// Arrived follows the Connected of a new session, after the history that the server tells it.
	Arrived struct{}
	// Lost comes when the connection has broken (Broke), and for each failed retry. Next is the delay before the next
	// one.
	Lost struct {
		Err   error
		Broke bool
		Next  time.Duration
	}
	// Undelivered comes for a command that is given up. If Maybe, it may have arrived all the same.
	Undelivered struct {
		Command protocol.Command
		Maybe   bool
	}
)

func (Heard) event()       {}
func (Connected) event()   {}
func (Arrived) event()     {}
func (Lost) event()        {}
func (Undelivered) event() {}

// Words is u as a sentence for a person.
func (u Undelivered) Words() string {
	text := protocol.AppendCommand(nil, u.Command)
	text = text[:max(0, len(text)-1)]
	if u.Maybe {
		return fmt.Sprintf("the connection broke before this was answered, and it may or may not have arrived: %s", text)
	}
	return fmt.Sprintf("this was not sent: %s", text)
}

// The ends of Run.
var (
	// ErrEnded is the error of Send after Run has returned.
	ErrEnded = errors.New("the client has ended")
	// ErrNotChinwag means that the other side does not speak chinwag. The client has sent it nothing.
	ErrNotChinwag = errors.New("that is not a chinwag server")
	// ErrUnreachable means that there has never been a connection.
	ErrUnreachable = errors.New("cannot connect")
	// ErrLost means that the connection broke, and that Options.NoReconnect is set.
	ErrLost = errors.New("the connection broke")
)

// GoodbyeError is an end of Run that the server wants: its goodbye says not to come back. The client was kicked, say,
// or its conversation at the desk is closed.
type GoodbyeError struct{ protocol.Goodbye }

func (d *GoodbyeError) Error() string { return d.Words() }

// NickRefused is the end of Run if Options.OnlyAs is set and the server gave another nick. No command was sent under
// that one: each comes as Undelivered. Words are the server's; "": it did not say why.
type NickRefused struct {
	Nick  protocol.Nick
	Words string
}

func (n *NickRefused) Error() string {
	if n.Words == "" {
		return n.Nick.String() + " is a name that the server does not give"
	}
	return n.Words
}

// RejectedError is the rejection of a server that may accept the client later.
type RejectedError struct{ words string }

func (t *RejectedError) Error() string { return t.words }

var (
	errSilent   = errors.New("the other side does not answer")
	errClosed   = errors.New("the other side has closed it")
	errLongLine = errors.New("the other side sends a line without end")
)

// plainly is err in plain words, for a person.
func plainly(err error) error {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return errSilent
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.ErrClosedPipe):
		return errClosed
	}
	return fault.In(err)
}
