package conn

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"chinwag/hub"
	"chinwag/protocol"
)

// Transport is one connection in the spelling of its door. Receive is called by
// one goroutine and Send or Offer by another, at the same time.
type Transport interface {
	// Receive waits for the next command. A *protocol.Refusal is told to the
	// client, and Receive is called again; io.EOF is the orderly end; any
	// other error means that the connection is broken.
	Receive() (protocol.Command, error)
	// Send writes lines in order, in one go where it can. It must not keep
	// the slice. An error that is os.ErrDeadlineExceeded means that the other
	// side took nothing for too long.
	Send(lines []*protocol.Line) error
	// Offer is Send without waiting: see hub.Writer.
	Offer(lines []*protocol.Line) (all bool, err error)
	// Interrupt makes Receive return, now and from now on.
	Interrupt()
	// Close ends the connection in good order: what was sent arrives. It
	// waits for the other side a moment at most.
	Close()
	// Abort ends it at once, whatever Receive, Send or Close are doing.
	Abort()
}

// Options of a Server. Options{} works; below 0 means no limit.
type Options struct {
	Rate            float64      // lines a second that one connection may send; 0: 5
	Burst           int          // lines at once before that; 0: 10
	PerAddress      int          // connections of one address; 0: 64
	PerAddressRate  float64      // new ones a minute; 0: 20
	PerAddressBurst int          // new ones at once before that; 0: 40
	Password        Password     // of operators; nil: there is none, and nobody becomes one from afar
	Log             *slog.Logger // nil: none
}

// Server connects transports to a hub.
type Server struct {
	hub    *hub.Hub
	opts   Options
	log    *slog.Logger
	limits limits

	hashing chan struct{} // capacity maxHashing

	mu    sync.Mutex
	conns map[*link]bool // all that are being served, but those at their orderly end
	over  bool           // whoever comes now is aborted, too
}

// link is one connection as the server sees it.
type link struct {
	transport Transport
	client    *hub.Client
	from      hub.Address
	since     time.Time
	spoke     atomic.Bool // it has sent a line, or is no stranger
	expelled  bool        // under Server.mu
}

// NewServer makes a server of a hub's connections.
func NewServer(h *hub.Hub, o Options) *Server {
	o.Rate = cmp.Or(o.Rate, 5)
	o.Burst = cmp.Or(o.Burst, 10)
	o.PerAddress = cmp.Or(o.PerAddress, 64)
	o.PerAddressRate = cmp.Or(o.PerAddressRate, 20)
	o.PerAddressBurst = cmp.Or(o.PerAddressBurst, 40)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Server{hub: h, opts: o, log: o.Log, limits: newLimits(o), hashing: make(chan struct{}, maxHashing), conns: map[*link]bool{}}
}

// Serve runs one connection from its greeting to its end. It closes t.
func (s *Server) Serve(t Transport, id hub.Identity) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	client, err := s.hub.Attach(ctx, id)
	if err != nil {
		_ = t.Send([]*protocol.Line{protocol.NewLine(protocol.Goodbye{Reason: protocol.Shutdown})})
		t.Close()
		return err
	}
	l := &link{transport: t, client: client, from: id.From, since: time.Now()}
	l.spoke.Store(id.Operator)
	s.add(l)

	written := make(chan error, 1)
	client.Start(ctx, t, func(err error) {
		t.Interrupt()
		cancel() // what the reader still wants is not wanted any more
		written <- err
	})
	reading := s.read(ctx, l, id.Operator)
	if !errors.Is(reading, io.EOF) {
		cancel() // nobody is there to say goodbye to, or it is said
		client.Stop()
	}
	// The writer is on its way out, or the hub sends it there with the goodbye.
	reason := protocol.Lost
	if errors.Is(reading, io.EOF) {
		reason = protocol.Quit
	}
	select {
	case err = <-written:
		if errors.Is(err, os.ErrDeadlineExceeded) {
			reason = protocol.Stalled
		}
		client.Close(ctx, reason)
	default:
		client.Close(ctx, reason)
		select {
		case err = <-written:
		case <-s.hub.Done():
			client.Stop()
			err = <-written
		}
	}
	s.remove(l)
	if err == nil || errors.Is(err, hub.ErrStopped) {
		t.Close()
	} else {
		t.Abort()
	}
	return err
}

// read hands over what the client sends until there is no more.
func (s *Server) read(ctx context.Context, l *link, unlimited bool) error {
	pace := s.newPace(unlimited)
	for {
		cmd, err := l.transport.Receive()
		refusal, refused := errors.AsType[*protocol.Refusal](err)
		if err != nil && !refused {
			return err
		}
		l.spoke.Store(true)
		if err := pace.wait(ctx, l.client); err != nil {
			return err
		}
		switch cmd := cmd.(type) {
		case nil:
			err = l.client.Tell(ctx, protocol.Refused{Refusal: *refusal})
		case protocol.Operator:
			err = s.promote(ctx, l, cmd)
		default:
			err = l.client.Do(ctx, cmd)
		}
		if err != nil {
			return err
		}
	}
}

func (s *Server) add(l *link) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns[l] = true
	if s.over {
		l.transport.Abort()
	}
}

func (s *Server) remove(l *link) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, l)
}

// expelSilent sends away the connection that has said nothing for the longest
// time, if there is one.
func (s *Server) expelSilent() {
	if l := s.silent(); l != nil {
		l.client.Expel(protocol.Full)
	}
}

// silent is whoever is to be expelled next. It names nobody twice: somebody may
// take a while to go.
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
		l.transport.Abort()
	}
}

// pace is the rate limit of one connection: over it the server reads more
// slowly, so that nothing is lost and the sender's own system holds it back.
type pace struct {
	limiter *rate.Limiter // nil: none
	told    bool          // since the last time that it was all well
}

func (s *Server) newPace(unlimited bool) *pace {
	if unlimited || s.opts.Rate < 0 || s.opts.Burst < 0 {
		return &pace{}
	}
	return &pace{limiter: rate.NewLimiter(rate.Limit(s.opts.Rate), s.opts.Burst)}
}

func (p *pace) wait(ctx context.Context, c *hub.Client) error {
	if p.limiter == nil || p.limiter.Allow() {
		if p.limiter != nil && p.limiter.Tokens() >= float64(p.limiter.Burst()-1) {
			p.told = false
		}
		return nil
	}
	if !p.told {
		p.told = true
		if err := c.Tell(ctx, slower); err != nil {
			return err
		}
	}
	return p.limiter.Wait(ctx)
}

var slower = protocol.Notice{Text: protocol.MustText("that is faster than the room can follow: you are read more slowly for a while, and nothing is lost")}

// addrOf is where a connection comes from, for the log and the limits.
func addrOf(c net.Conn) string { return c.RemoteAddr().String() }
