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

// Event is what a Client tells. The interface is sealed: the types in this file
// are all there are.
type Event interface{ event() }

type (
	// Heard is what the server says. Welcome comes as Connected instead, and
	// what belongs to the client's own pings does not come at all.
	Heard struct{ protocol.Event }
	// Connected comes when the client is in, for the first time or again. If
	// Welcome.Resumed, what was missed follows and nothing is lost; otherwise it is a new
	// session, and a Gap tells what may be missing. The token is left out.
	Connected struct {
		protocol.Welcome
		Again bool
	}
	// Arrived follows the Connected of a new session, when what the server tells a
	// newcomer of the time before is told.
	Arrived struct{}
	// Lost comes when the connection has broken (Broke), and for each try to
	// come back that has failed. Next is how long it waits before the next.
	Lost struct {
		Err   error
		Broke bool
		Next  time.Duration
	}
	// Undelivered comes for a command that is given up. If Maybe, it may have
	// arrived all the same, and nobody can know.
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
	// ErrEnded is what Send returns after Run has.
	ErrEnded = errors.New("the client has ended")
	// ErrNotChinwag means that the other side does not speak chinwag; it has
	// not been sent anything.
	ErrNotChinwag = errors.New("that is not a chinwag server")
	// ErrUnreachable means that there has never been a connection.
	ErrUnreachable = errors.New("cannot connect")
	// ErrLost means that the connection broke, and that Options.Once is set.
	ErrLost = errors.New("the connection broke")
)

// Dismissed is an end of Run that the server wants: its goodbye says not to come
// back. The client was kicked, say, or its conversation at the desk is closed.
type Dismissed struct{ protocol.Goodbye }

func (d *Dismissed) Error() string { return d.Words() }

// NickRefused is an end of Run where Options.OnlyAs is set and the server gave another nick. Nothing was sent under that one:
// what was to be sent comes as Undelivered. Words are the server's; "": it did not say why.
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

// TurnedAway is what a server said instead of letting us in.
type TurnedAway struct{ words string }

func (t *TurnedAway) Error() string { return t.words }

var (
	errSilent   = errors.New("the other side does not answer")
	errClosed   = errors.New("the other side has closed it")
	errLongLine = errors.New("the other side sends a line without end")
)

// plainly is err in the words that a person can use.
func plainly(err error) error {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return errSilent
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.ErrClosedPipe):
		return errClosed
	}
	return fault.In(err)
}
