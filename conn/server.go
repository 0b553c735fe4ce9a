package conn

import (
	"cmp"
	"context"
	"log/slog"
	"sync"
	"time"

	"chinwag/hub"
)

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
	hub       *hub.Hub
	opts      Options
	log       *slog.Logger
	admission admission
	checks    *checks // of passwords

	mu       sync.Mutex
	conns    map[*connection]bool // the connections served, without those whose writer has stopped; true: it is evicted
	aborting bool                 // new connections are aborted, too
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
	s := &Server{hub: h, opts: o, log: o.Log, admission: newAdmission(o), conns: map[*connection]bool{}}
	s.checks = newChecks(o.Password, &s.admission)
	return s
}

// Serve runs one connection from its greeting to its end. It closes t.
func (s *Server) Serve(t Transport, id hub.Identity) error {
	ended := make(chan error, 1)
	s.newConnection(t, id, nil).serve(id, nil, func(err error) { ended <- err })
	return <-ended
}

// newConnection makes a connection. p may be nil.
func (s *Server) newConnection(t Transport, id hub.Identity, p *poller) *connection {
	ctx, cancel := context.WithCancel(context.Background())
	return &connection{
		server: s, transport: t, socket: rawConnOf(t), ctx: ctx, cancel: cancel, from: id.From, since: time.Now(),
		unlimited: id.Operator, poller: p,
	}
}

// lastMoment is how long connections may take to end after the hub has ended.
const lastMoment = 500 * time.Millisecond

// Drain waits until the hub has ended, and has the connections aborted that are not gone a moment later: those of all
// listeners, and the console. It runs beside the listeners, whose Serve waits for their connections.
func (s *Server) Drain() error {
	<-s.hub.Done()
	time.AfterFunc(lastMoment, s.abort)
	return nil
}

func (s *Server) abort() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.aborting = true
	for c := range s.conns {
		c.abort()
	}
}

// Connected is the number of connections: people, programs, and the console.
func (s *Server) Connected() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns)
}

func (s *Server) add(c *connection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns[c] = false
	if s.aborting {
		c.abort()
	}
}

func (s *Server) remove(c *connection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
}
