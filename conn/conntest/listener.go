package conntest

import (
	"net"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
)

// Listener accepts the connections of a test, and fails when it is told to.
type Listener struct {
	conns  chan net.Conn
	closed chan struct{} // closed by Close
	once   sync.Once

	mu    sync.Mutex
	err   error
	calls int
}

// NewListener makes a listener without a socket.
func NewListener() *Listener {
	return &Listener{conns: make(chan net.Conn), closed: make(chan struct{})}
}

// Accept implements net.Listener.
func (l *Listener) Accept() (net.Conn, error) {
	l.mu.Lock()
	l.calls++
	err := l.err
	l.mu.Unlock()
	closed := &net.OpError{Op: "accept", Net: "tcp", Err: net.ErrClosed}
	select {
	case <-l.closed:
		return nil, closed
	default:
	}
	if err != nil {
		return nil, err
	}
	select {
	case c := <-l.conns:
		if c == nil {
			return l.Accept() // to look at the error
		}
		return c, nil
	case <-l.closed:
		return nil, closed
	}
}

// Close implements net.Listener.
func (l *Listener) Close() error { l.once.Do(func() { close(l.closed) }); return nil }

// Addr implements net.Listener.
func (*Listener) Addr() net.Addr { return address("[::]:12345") }

// Fail makes every Accept fail from now on; nil: no more.
func (l *Listener) Fail(err error) {
	l.mu.Lock()
	l.err = err
	l.mu.Unlock()
	select {
	case l.conns <- nil:
	default: // no Accept waits: the next call finds it
	}
}

// Calls is how often Accept was called.
func (l *Listener) Calls() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.calls
}

// Connect connects a client from an address, in a bubble.
func (l *Listener) Connect(t testing.TB, from string) *Client {
	ours, theirs := net.Pipe()
	c := NewClient(t, ours)
	l.conns <- addressed{theirs, address(netip.AddrPortFrom(netip.MustParseAddr(from), 4711).String())}
	synctest.Wait()
	return c
}

// addressed is a connection from an address.
type addressed struct {
	net.Conn
	from address
}

func (a addressed) RemoteAddr() net.Addr { return a.from }

type address string

func (address) Network() string  { return "tcp" }
func (a address) String() string { return string(a) }
