package client_test

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/conn"
	"chinwag/conn/client"
	"chinwag/conn/line"
	"chinwag/hub"
	"chinwag/hub/journal"
	"chinwag/protocol"
)

// stage is a server in a bubble. All that a test starts has ended when the
// bubble has, or synctest fails the test.
type stage struct {
	t      *testing.T
	store  journal.Store
	served sync.WaitGroup

	mu     sync.Mutex
	server *conn.Server // nil: no server listens
	stop   func()
}

// onStage plays a test in a bubble.
func onStage(t *testing.T, play func(t *testing.T, s *stage)) {
	synctest.Test(t, func(t *testing.T) {
		s := &stage{t: t, store: journal.NewMemory(journal.Bounds{})}
		s.open()
		play(t, s)
		s.close()
		s.served.Wait()
	})
}

func (s *stage) open() {
	h := hub.New(journal.New(s.store), hub.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	s.served.Go(func() { assert.NoError(s.t, h.Run(ctx)) })
	s.mu.Lock()
	defer s.mu.Unlock()
	s.server = conn.NewServer(h, conn.Options{Rate: -1})
	s.stop = func() { cancel(); <-h.Done() }
}

// openAnew is open with a record in which nothing is.
func (s *stage) openAnew() {
	s.store = journal.NewMemory(journal.Bounds{})
	s.open()
}

func (s *stage) close() {
	s.mu.Lock()
	s.server = nil
	s.mu.Unlock()
	s.stop()
}

var errRefused = errors.New("connection refused")

// dial makes a connection to the server as it is now; wrap may be nil, and
// gets both its ends.
func (s *stage) dial(id hub.Identity, wrap func(ours, theirs net.Conn) (net.Conn, net.Conn)) (net.Conn, error) {
	s.mu.Lock()
	server := s.server
	s.mu.Unlock()
	if server == nil {
		return nil, errRefused
	}
	ours, theirs := net.Pipe()
	if wrap != nil {
		ours, theirs = wrap(ours, theirs)
	}
	s.served.Go(func() { _ = server.Serve(line.New(theirs, line.Options{}), id) })
	return ours, nil
}

// person is a client and all that it was told.
type person struct {
	*client.Client
	t     *testing.T
	leave context.CancelFunc
	ended chan error // capacity 1: what Run returned, when all events are here

	mu     sync.Mutex
	events []client.Event
}

// join connects a client; o.Dial is the stage's unless it is set.
func (s *stage) join(name string, o client.Options) *person {
	if name != "" {
		o.Nick = nick(s.t, name)
	}
	if o.Dial == nil {
		o.Dial = func(context.Context) (net.Conn, error) { return s.dial(hub.Identity{}, nil) }
	}
	none := 0
	o.Replay = &none
	ctx, cancel := context.WithCancel(context.Background())
	p := &person{Client: client.New(o), t: s.t, leave: cancel, ended: make(chan error, 1)}
	ended := make(chan error, 1)
	s.served.Go(func() { ended <- p.Run(ctx) })
	s.served.Go(func() {
		for e := range p.Events() {
			p.mu.Lock()
			p.events = append(p.events, e)
			p.mu.Unlock()
		}
		p.ended <- <-ended
	})
	synctest.Wait()
	return p
}

func (p *person) send(cmd protocol.Command) { require.NoError(p.t, p.Send(context.Background(), cmd)) }
func (p *person) say(text string)           { p.send(protocol.Say{Text: protocol.MustText(text)}) }

// quit leaves in good order.
func (p *person) quit() error {
	_ = p.Send(context.Background(), protocol.Quit{})
	return <-p.ended
}

// told is all events of a type, so far.
func told[E client.Event](p *person) (all []E) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range p.events {
		if e, ok := e.(E); ok {
			all = append(all, e)
		}
	}
	return all
}

// heard is all that the server told of a type, so far.
func heard[E protocol.Event](p *person) (all []E) {
	for _, h := range told[client.Heard](p) {
		if e, ok := h.Event.(E); ok {
			all = append(all, e)
		}
	}
	return all
}

// said is all that was said, so far.
func said(p *person) (lines []string) {
	for _, e := range heard[protocol.Said](p) {
		lines = append(lines, e.Text.String())
	}
	return lines
}

func nick(t *testing.T, s string) protocol.Nick {
	n, err := protocol.ParseNick(s)
	require.NoError(t, err)
	return n
}

func room(t *testing.T, s string) protocol.Room {
	r, err := protocol.ParseRoom(s)
	require.NoError(t, err)
	return r
}

// wire is a connection that can break. Both ends share it.
type wire struct {
	cut    chan struct{}
	once   sync.Once
	how    cut
	broken func() // may be nil

	mu   sync.Mutex
	left int // bytes until it breaks by itself; below 0: never
}

type cut int

const (
	reset    cut = iota // both sides get an error
	orderly             // both sides see the end of the stream
	halfOpen            // the server sees nothing at all
)

var errReset = errors.New("connection reset by peer")

func (w *wire) wrap(ours, theirs net.Conn) (net.Conn, net.Conn) {
	a, b := &end{Conn: ours, wire: w}, &end{Conn: theirs, wire: w, server: true}
	a.other = b
	return a, b
}

// end is one end of a wire.
type end struct {
	net.Conn
	*wire
	server bool
	other  *end // of the client's end
}

// allowance is how many of n bytes pass.
func (w *wire) allowance(n int) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.left < 0 {
		return n
	}
	n = min(n, w.left)
	w.left -= n
	return n
}

func (e *end) isCut() bool {
	select {
	case <-e.cut:
		return true
	default:
		return false
	}
}

// Only the client's end counts, both directions; so a wire breaks once, at
// a certain byte.

func (e *end) Read(b []byte) (int, error) {
	if e.server {
		n, err := e.Conn.Read(b)
		if err == io.EOF && e.isCut() && e.how == reset {
			err = errReset
		}
		return n, err
	}
	n, err := e.Conn.Read(b)
	if pass := e.allowance(n); pass < n {
		e.breaks()
		return pass, errReset
	}
	return n, err
}

func (e *end) Write(b []byte) (int, error) {
	if e.server {
		return e.Conn.Write(b)
	}
	pass := e.allowance(len(b))
	n, err := e.Conn.Write(b[:pass])
	if err == nil && pass < len(b) {
		e.breaks()
		return n, errReset
	}
	return n, err
}

func (e *end) Close() error {
	if !e.server && e.isCut() && e.how == halfOpen {
		return nil // the server's end lives on
	}
	return e.Conn.Close()
}

func (e *end) breaks() {
	e.once.Do(func() {
		close(e.cut)
		if e.broken != nil {
			e.broken()
		}
	})
	if e.how != halfOpen {
		_ = e.Conn.Close()
		return
	}
	_ = e.SetDeadline(time.Unix(1, 0))
}
