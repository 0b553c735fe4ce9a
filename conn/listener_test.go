package conn_test

import (
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"chinwag/conn"
	"chinwag/conn/line"
	"chinwag/hub"
)

var (
	errNoFiles = &net.OpError{Op: "accept", Net: "tcp", Err: os.NewSyscallError("accept4", syscall.EMFILE)}
	errAborted = &net.OpError{Op: "accept", Net: "tcp", Err: os.NewSyscallError("accept4", syscall.ECONNABORTED)}
)

// fakeListener accepts the connections of a test, and fails when it is told to.
type fakeListener struct {
	conns  chan net.Conn
	closed chan struct{} // closed by Close
	once   sync.Once

	mu      sync.Mutex
	trouble error
	calls   int
}

// open has a house listen.
func (w *house) open() (*fakeListener, *conn.Listener) {
	l := &fakeListener{conns: make(chan net.Conn), closed: make(chan struct{})}
	door := w.server.NewListener(l, func(c net.Conn) conn.Transport { return line.New(c, line.Options{}) }, hub.Identity{})
	w.served.Go(func() { require.NoError(w.t, door.Serve()) })
	return l, door
}

func (l *fakeListener) Accept() (net.Conn, error) {
	l.mu.Lock()
	l.calls++
	err := l.trouble
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
			return l.Accept() // to look at the trouble
		}
		return c, nil
	case <-l.closed:
		return nil, closed
	}
}

func (l *fakeListener) Close() error   { l.once.Do(func() { close(l.closed) }); return nil }
func (l *fakeListener) Addr() net.Addr { return fakeAddr("[::]:12345") }

// fail makes every Accept fail from now on; nil: no more.
func (l *fakeListener) fail(err error) {
	l.mu.Lock()
	l.trouble = err
	l.mu.Unlock()
	select {
	case l.conns <- nil:
	default: // no Accept waits: the next call finds it
	}
}

func (l *fakeListener) called() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.calls
}

// knock comes to the door from an address, in a bubble.
func (l *fakeListener) knock(t *testing.T, from string) *visitor {
	ours, theirs := net.Pipe()
	v := visit(t, ours)
	l.conns <- addressed{theirs, fakeAddr(netip.AddrPortFrom(netip.MustParseAddr(from), 4711).String())}
	synctest.Wait()
	return v
}

// addressed is a connection from somewhere.
type addressed struct {
	net.Conn
	from fakeAddr
}

func (a addressed) RemoteAddr() net.Addr { return a.from }

type fakeAddr string

func (fakeAddr) Network() string  { return "tcp" }
func (a fakeAddr) String() string { return string(a) }
