package conn

import (
	"cmp"
	"context"
	"log/slog"
	"net"
	"sync"
	"syscall"
	"time"

	"chinwag/hub"
	"chinwag/protocol"
)

// Transport is one connection in the spelling of its door. One goroutine calls Receive,
// and another one Send or TryWrite, at the same time.
type Transport interface {
	// Receive waits for the next command. A *protocol.Refusal is told to the
	// client, and Receive is called again; io.EOF is the orderly end; any
	// other error means that the connection is broken. With a Socket it does not
	// wait, but returns socket.ErrWouldBlock.
	Receive() (protocol.Command, error)
	// Socket is the socket to wait for between calls of Receive; nil: Receive waits.
	Socket() syscall.RawConn
	// Send writes lines in order, in one go if it can. It must not keep
	// the slice. An error that is os.ErrDeadlineExceeded means that the other
	// side took nothing for too long.
	Send(lines []*protocol.Frame) error
	// TryWrite is Send without waiting: see hub.Writer.
	TryWrite(lines []*protocol.Frame) (all bool, err error)
	// Interrupt makes Receive return, now and from now on.
	Interrupt()
	// Close ends the connection in good order: all that Send wrote arrives. It
	// waits for the other side a moment at most.
	Close()
	// Abort ends it at once, even during Receive, Send or Close.
	Abort()
}

// Options of a Server. Options{} works: 0 stands for the value of Defaults. Below 0 means no limit.
type Options struct {
	Rate            float64       // lines a second that one connection may send
	Burst           int           // lines at once before Rate applies
	PerAddress      int           // open connections of one address
	PerAddressRate  float64       // new connections of one address a minute
	PerAddressBurst int           // new ones at once before PerAddressRate applies
	Unanswered      time.Duration // longest time without an acknowledgement; longer than the transports' Stall
	Password        Password      // of operators; nil: no client becomes one from afar
	Log             *slog.Logger  // nil: none
}

// Defaults are the values for zero Options.
func Defaults() Options {
	return Options{
		Rate:            5,
		Burst:           10,
		PerAddress:      64,
		PerAddressRate:  20,
		PerAddressBurst: 40,
		Unanswered:      time.Minute,
	}
}

// Server connects transports to a hub.
type Server struct {
	hub    *hub.Hub
	opts   Options
	log    *slog.Logger
	limits limits

	checks *checks // of passwords

	mu    sync.Mutex
	conns map[*link]bool // the connections served, without those whose writer has stopped
	over  bool           // abortAll was called: new connections are aborted, too
}

// NewServer makes a server for the hub.
func NewServer(h *hub.Hub, o Options) *Server {
	d := Defaults()
	o.Rate = cmp.Or(o.Rate, d.Rate)
	o.Burst = cmp.Or(o.Burst, d.Burst)
	o.PerAddress = cmp.Or(o.PerAddress, d.PerAddress)
	o.PerAddressRate = cmp.Or(o.PerAddressRate, d.PerAddressRate)
	o.PerAddressBurst = cmp.Or(o.PerAddressBurst, d.PerAddressBurst)
	o.Unanswered = cmp.Or(o.Unanswered, d.Unanswered)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{hub: h, opts: o, log: o.Log, limits: newLimits(o), conns: map[*link]bool{}}
	s.checks = newChecks(o.Password, &s.limits)
	return s
}

// Serve runs one connection from its greeting to its end. It closes t.
func (s *Server) Serve(t Transport, id hub.Identity) error {
	ended := make(chan error, 1)
	s.link(t, id, nil).begin(id, nil, func(err error) { ended <- err })
	return <-ended
}

// link makes a connection for begin. p may be nil.
func (s *Server) link(t Transport, id hub.Identity, p *poller) *link {
	ctx, cancel := context.WithCancel(context.Background())
	return &link{
		server: s, transport: t, ctx: ctx, cancel: cancel, from: id.From, since: time.Now(),
		unlimited: id.Operator, poller: p,
	}
}

// begin greets a connection, and reads the input that is there. Goroutines of the poller and the hub
// go on with it, and its end calls ended. before are earlier connections from the
// same address.
func (l *link) begin(id hub.Identity, before []*link, ended func(error)) {
	s, t := l.server, l.transport
	l.ended = ended
	id.NoPassword = s.opts.Password == nil
	if t.Socket() != nil {
		id.Unread = l.isUnread
	}
	id.Ending = l.isEnding
	var err error
	if l.client, err = s.hub.Attach(l.ctx, id); err != nil {
		l.cancel()
		l.tellRead()
		_ = t.Send([]*protocol.Frame{protocol.NewFrame(s.hub.Farewell())})
		t.Close()
		ended(err)
		return
	}
	l.spoke.Store(id.Operator)
	s.add(l)
	l.client.Start(l.ctx, t, l.failed, l.wrote)
	l.follow(before)
	l.read()
}

func (s *Server) add(l *link) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns[l] = true
	if s.over {
		l.abort()
	}
}

// Connected is the number of connections: people, programs, and the console.
func (s *Server) Connected() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns)
}

func (s *Server) remove(l *link) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, l)
}

// expelSilent expels the oldest connection that has never sent a line, if there is one.
func (s *Server) expelSilent() {
	if l := s.silent(); l != nil {
		l.client.Expel(protocol.Full)
	}
}

// silent is the connection to expel next. It returns none twice, since an expelled connection may
// take a while to end.
func (s *Server) silent() (oldest *link) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for l := range s.conns {
		if !l.spoke.Load() && !l.expelled && (oldest == nil || l.since.Before(oldest.since)) {
			oldest = l
		}
	}
	if oldest != nil {
		oldest.expelled = true
	}
	return oldest
}

func (s *Server) abortAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
	for l := range s.conns {
		l.abort()
	}
}

// addrOf is where a connection comes from, for the log and the limits.
func addrOf(c net.Conn) string { return c.RemoteAddr().String() }
