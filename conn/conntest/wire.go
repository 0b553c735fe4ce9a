package conntest

import (
	"io"
	"net"
	"sync"
	"syscall"
	"time"
)

// Wire is a connection in memory that can break. Both ends share it.
type Wire struct {
	OnBreak func() // called when it breaks; may be nil

	cut    Cut
	broken chan struct{}
	once   sync.Once

	mu   sync.Mutex
	left int // bytes until it breaks by itself; below 0: never
}

// Cut is how a Wire breaks.
type Cut int

// The ways in which a Wire breaks.
const (
	Reset    Cut = iota // both sides get an error
	Orderly             // both sides see the end of the stream
	HalfOpen            // the server sees nothing at all
)

// NewWire makes a wire that does not break by itself.
func NewWire(c Cut) *Wire { return &Wire{cut: c, broken: make(chan struct{}), left: -1} }

// BreakAfter has the wire break after so many more bytes, of both directions.
func (w *Wire) BreakAfter(bytes int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.left = bytes
}

// Wrap makes the two ends of the wire out of those of a pipe: the client's and the server's.
func (w *Wire) Wrap(ours, theirs net.Conn) (client, server net.Conn) {
	return &clientEnd{ours, w}, &serverEnd{theirs, w}
}

// take is how many of n bytes pass.
func (w *Wire) take(n int) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.left < 0 {
		return n
	}
	n = min(n, w.left)
	w.left -= n
	return n
}

func (w *Wire) isBroken() bool {
	select {
	case <-w.broken:
		return true
	default:
		return false
	}
}

func (w *Wire) breakNow() {
	w.once.Do(func() {
		close(w.broken)
		if w.OnBreak != nil {
			w.OnBreak()
		}
	})
}

// clientEnd counts both directions, so a wire breaks once, at a certain byte.
type clientEnd struct {
	net.Conn
	*Wire
}

func (e *clientEnd) Read(b []byte) (int, error) {
	n, err := e.Conn.Read(b)
	if pass := e.take(n); pass < n {
		e.breaks()
		return pass, syscall.ECONNRESET
	}
	return n, err
}

func (e *clientEnd) Write(b []byte) (int, error) {
	pass := e.take(len(b))
	n, err := e.Conn.Write(b[:pass])
	if err == nil && pass < len(b) {
		e.breaks()
		return n, syscall.ECONNRESET
	}
	return n, err
}

func (e *clientEnd) Close() error {
	if e.isBroken() && e.cut == HalfOpen {
		return nil // the server's end lives on
	}
	return e.Conn.Close()
}

func (e *clientEnd) breaks() {
	e.breakNow()
	if e.cut != HalfOpen {
		_ = e.Conn.Close()
		return
	}
	_ = e.SetDeadline(time.Unix(1, 0))
}

// Break breaks the connection of that client's end now.
func (*Wire) Break(client net.Conn) { client.(*clientEnd).breaks() }

type serverEnd struct {
	net.Conn
	*Wire
}

func (e *serverEnd) Read(b []byte) (int, error) {
	n, err := e.Conn.Read(b)
	if err == io.EOF && e.isBroken() && e.cut == Reset {
		err = syscall.ECONNRESET
	}
	return n, err
}
