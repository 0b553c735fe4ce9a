package conntest

import (
	"errors"
	"log/slog"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/conn"
	"chinwag/hub"
	"chinwag/hub/hubtest"
)

// Setup is how a Server begins.
type Setup struct {
	hubtest.Setup
	Conn      conn.Options
	Transport func(net.Conn) conn.Transport // of its clients
}

// Server is a server whose hub runs. End ends it.
type Server struct {
	*hubtest.World
	Log   Log
	Level slog.LevelVar // of what is logged

	t         testing.TB
	setup     Setup
	served    sync.WaitGroup
	listeners []*conn.Listener // closed by Stop

	mu   sync.Mutex
	conn *conn.Server // nil: it is shut
}

// New begins a server.
func New(t testing.TB, s Setup) *Server {
	w := &Server{t: t, setup: s, World: hubtest.New(t, s.Setup)}
	w.open()
	return w
}

func (w *Server) open() {
	o := w.setup.Conn
	o.Log = slog.New(slog.NewTextHandler(&w.Log, &slog.HandlerOptions{Level: &w.Level}))
	server := conn.NewServer(w.Hub, o)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.conn = server
	w.served.Go(func() { assert.NoError(w.t, server.Drain()) })
}

// Conn is the server of the hub that runs now; nil between Shut and Reopen.
func (w *Server) Conn() *conn.Server {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.conn
}

// Shut ends the hub. Until it is opened again, Dial is refused.
func (w *Server) Shut() {
	w.mu.Lock()
	w.conn = nil
	w.mu.Unlock()
	w.Stop()
	w.World.Wait()
}

// Reopen begins another hub on the same journal.
func (w *Server) Reopen() {
	w.Restart(w.setup.Options)
	w.open()
}

// ReopenEmpty begins another hub, on an empty journal.
func (w *Server) ReopenEmpty() {
	w.World = hubtest.New(w.t, w.setup.Setup)
	w.open()
}

// Go runs a part of the test that ends with the server: End waits for it.
func (w *Server) Go(f func()) { w.served.Go(f) }

// Serve serves one connection, in a goroutine that ends with it.
func (w *Server) Serve(t conn.Transport, id hub.Identity) {
	server := w.Conn()
	w.Go(func() { _ = server.Serve(t, id) })
}

// Pipe connects a client in memory, and returns its end. It reads nothing.
func (w *Server) Pipe(id hub.Identity) net.Conn {
	ours, theirs := net.Pipe()
	w.Serve(w.setup.Transport(theirs), id)
	return ours
}

var errRefused = errors.New("connection refused")

// Dial is Pipe for a client that finds no server, too. wire may be nil.
func (w *Server) Dial(id hub.Identity, wire *Wire) (net.Conn, error) {
	server := w.Conn()
	if server == nil {
		return nil, errRefused
	}
	ours, theirs := net.Pipe()
	if wire != nil {
		ours, theirs = wire.Wrap(ours, theirs)
	}
	w.Go(func() { _ = server.Serve(w.setup.Transport(theirs), id) })
	return ours, nil
}

// Attach connects a client in memory.
func (w *Server) Attach(id hub.Identity) *Client { return NewClient(w.t, w.Pipe(id)) }

// Connect is Attach in a bubble, and lets a second pass: others know of the client.
func (w *Server) Connect(id hub.Identity) *Client {
	c := w.Attach(id)
	time.Sleep(time.Second)
	synctest.Wait()
	return c
}

// ConnectAs connects a client with that nick, in a bubble.
func (w *Server) ConnectAs(nick string) *Client {
	w.t.Helper()
	c := w.Connect(hub.Identity{})
	c.Say("/nick "+nick, "/ping")
	synctest.Wait()
	require.Contains(w.t, c.Text(), "-- pong", nick)
	return c
}

// Operator is the identity of an operator.
func Operator() hub.Identity { return hub.Identity{Nick: hubtest.Nick("operator"), Operator: true} }

// Listen has the server listen on loopback.
func (w *Server) Listen() net.Addr { return w.ListenWith(w.setup.Transport, hub.Identity{}) }

// ListenWith is Listen with another transport, as id.
func (w *Server) ListenWith(transport func(net.Conn) conn.Transport, id hub.Identity) net.Addr {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(w.t, err)
	w.Accept(l, transport, id)
	return l.Addr()
}

// Accept has the server accept the connections of l until the result, or the server, is closed.
func (w *Server) Accept(l net.Listener, transport func(net.Conn) conn.Transport, id hub.Identity) *conn.Listener {
	from := w.Conn().NewListener(l, transport, id)
	w.Go(func() { assert.NoError(w.t, from.Serve()) })
	w.listeners = append(w.listeners, from)
	return from
}

// End ends the clients and the server, waits for them, and looks at how the hub ended.
func (w *Server) End(clients ...*Client) {
	for _, c := range clients {
		_ = c.Close()
	}
	if len(clients) > 0 {
		synctest.Wait() // a client that has left is not told goodbye
	}
	w.EndHub()
	for _, c := range clients {
		c.Wait()
	}
	require.NoError(w.t, w.Err)
}

// EndHub closes the listeners, ends the hub, and waits for all that was served. The hub may have ended with an error.
func (w *Server) EndHub() {
	for _, l := range w.listeners {
		l.Close()
	}
	w.Stop()
	w.served.Wait()
	w.World.Wait()
}
