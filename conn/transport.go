package conn

import (
	"errors"
	"syscall"

	"chinwag/conn/socket"
	"chinwag/protocol"
)

// Transport is one connection in the encoding of its door. One goroutine calls Receive, and another one Send, at the
// same time. A Transport may also be a hub.TryWriter, which then takes of a frame only Text or JSON, a Polled, a
// Guarded, and tell by PeerEnded that the other side has ended its direction; what it is not has no method.
type Transport interface {
	// Receive returns the next command, or why there is none:
	//
	//	a *protocol.Refusal     input that is no command: the client is told, and Receive is called again
	//	socket.ErrWouldBlock    no input for now, from a Polled: Receive is called again when there is some
	//	io.EOF                  the other side has ended its direction in good order
	//	any other error         the connection is broken
	Receive() (protocol.Command, error)
	// Send writes frames in order, in one go if it can. It must not keep the slice. An error that is
	// os.ErrDeadlineExceeded means that the other side took nothing for too long.
	Send(frames []*protocol.Frame) error
	// Interrupt makes Receive return, now and from now on.
	Interrupt()
	// Close ends the connection in good order: all that Send wrote arrives. It waits for the other side a moment at
	// most.
	Close()
	// Abort ends it at once, even during Receive, Send or Close.
	Abort()
}

// Polled is a Transport whose Receive does not wait.
type Polled interface {
	// RawConn is the socket to wait for between calls of Receive; nil: Receive waits.
	RawConn() syscall.RawConn
}

// Guarded is a Transport for people, from whom a password may come that was not asked for.
type Guarded interface {
	// Guard keeps the next line from being said, for a moment. It is called by the goroutine that calls Receive.
	Guard()
}

// isNothing reports whether Receive has found no input.
func isNothing(err error) bool { return errors.Is(err, socket.ErrWouldBlock) }

// rawConnOf is the socket of a Polled, nil for other transports.
func rawConnOf(t Transport) syscall.RawConn {
	if p, ok := t.(Polled); ok {
		return p.RawConn()
	}
	return nil
}

// hasEnded reports whether the other side has ended its direction, even if input from before is unread; false if the
// transport cannot tell.
func hasEnded(t Transport) bool {
	e, ok := t.(interface{ PeerEnded() bool })
	return ok && e.PeerEnded()
}
