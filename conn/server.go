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
	"syscall"
	"time"

	"golang.org/x/time/rate"

	"chinwag/conn/stream"
	"chinwag/hub"
	"chinwag/protocol"
)

// Transport is one connection in the spelling of its door. Receive is called by
// one goroutine and Send or Offer by another, at the same time.
type Transport interface {
	// Receive waits for the next command. A *protocol.Refusal is told to the
	// client, and Receive is called again; io.EOF is the orderly end; any
	// other error means that the connection is broken. With a Socket it does not
	// wait, but returns stream.ErrNothing.
	Receive() (protocol.Command, error)
	// Socket is what is waited for when Receive does not; nil: it does.
	Socket() syscall.RawConn
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

// link is one connection as the server sees it. It belongs to the goroutine that
// reads from it, but for what is said otherwise.
type link struct {
	server    *Server
	transport Transport
	client    *hub.Client
	ctx       context.Context // until nothing is written any more, or nobody would read it
	cancel    context.CancelFunc
	from      hub.Address
	since     time.Time
	unlimited bool        // it may send as fast as it can
	pace      *pace       // nil before the first line
	poller    *poller     // nil: goroutines wait
	waiting   waiting     // under poller.mu
	ended     func(error) // called once, at the very end
	spoke     atomic.Bool // it has sent a line, or is no stranger
	waits     atomic.Bool // all that has come was handed over

	// under Server.mu
	expelled bool
	over     bool          // nothing is written any more
	err      error         // how that ended
	isOver   chan struct{} // closed then; nil: nobody waits for it
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
	ended := make(chan error, 1)
	s.begin(t, id, nil, func(err error) { ended <- err })
	return <-ended
}

// begin greets a connection, and reads from it what has come. Then others go on
// with it, up to the end that ended is told. p may be nil.
func (s *Server) begin(t Transport, id hub.Identity, p *poller, ended func(error)) {
	ctx, cancel := context.WithCancel(context.Background())
	l := &link{
		server: s, transport: t, ctx: ctx, cancel: cancel, from: id.From, since: time.Now(),
		unlimited: id.Operator, poller: p, ended: ended,
	}
	if t.Socket() != nil {
		id.Unread = l.isUnread
	}
	var err error
	if l.client, err = s.hub.Attach(ctx, id); err != nil {
		cancel()
		_ = t.Send([]*protocol.Line{protocol.NewLine(protocol.Goodbye{Reason: protocol.Shutdown})})
		t.Close()
		ended(err)
		return
	}
	l.spoke.Store(id.Operator)
	s.add(l)
	l.client.Start(ctx, t, l.wrote)
	l.read()
}

// wrote is called by the hub when nothing more is written.
func (l *link) wrote(err error) {
	l.transport.Interrupt()
	l.rouse()
	l.cancel() // what the reader still wants is not wanted any more
	l.server.mu.Lock()
	defer l.server.mu.Unlock()
	l.over, l.err = true, err
	if l.isOver != nil {
		close(l.isOver)
	}
}

// overSoon is closed when nothing is written any more; nil: that is so already.
func (l *link) overSoon() <-chan struct{} {
	l.server.mu.Lock()
	defer l.server.mu.Unlock()
	if l.over {
		return nil
	}
	l.isOver = make(chan struct{})
	return l.isOver
}

// abort ends the connection at once.
func (l *link) abort() {
	l.transport.Abort()
	l.rouse()
}

// read hands over what the client has sent, and leaves the waiting for more to
// others: a goroutine that waits costs its stack, which is most of a silent
// connection.
func (l *link) read() {
	l.waits.Store(false)
	for {
		err := l.receive()
		switch {
		case errors.Is(err, stream.ErrNothing):
			l.waits.Store(true)
			l.await()
			return
		case err != nil:
			l.end(err)
			return
		}
	}
}

// isUnread reports whether something has come that the hub does not know yet.
func (l *link) isUnread() bool { return !l.waits.Load() || hasCome(l.transport.Socket()) }

// receive hands over one line.
func (l *link) receive() error {
	cmd, err := l.transport.Receive()
	refusal, refused := errors.AsType[*protocol.Refusal](err)
	if err != nil && !refused {
		return err
	}
	l.spoke.Store(true)
	if l.pace == nil {
		l.pace = l.server.newPace(l.unlimited)
	}
	if err := l.pace.wait(l.ctx, l.client); err != nil {
		return err
	}
	switch cmd := cmd.(type) {
	case nil:
		return l.client.Tell(l.ctx, protocol.Refused{Refusal: *refusal})
	case protocol.Operator:
		return l.server.promote(l.ctx, l, cmd)
	}
	return l.client.Do(l.ctx, cmd)
}

// end waits until nothing is written any more, and closes the connection.
func (l *link) end(reading error) {
	reason := protocol.Quit
	if !errors.Is(reading, io.EOF) {
		reason = protocol.Lost
		l.cancel() // nobody is there to say goodbye to, or it is said
		l.client.Stop()
	}
	// The writing is about to end, or the hub ends it with the goodbye.
	if over := l.overSoon(); over == nil {
		if errors.Is(l.err, os.ErrDeadlineExceeded) {
			reason = protocol.Stalled
		}
		l.client.Close(l.ctx, reason)
	} else {
		l.client.Close(l.ctx, reason)
		select {
		case <-over:
		case <-l.server.hub.Done():
			l.client.Stop()
			<-over
		}
	}
	l.server.remove(l)
	if l.err == nil || errors.Is(l.err, hub.ErrStopped) {
		l.transport.Close()
	} else {
		l.transport.Abort()
	}
	l.cancel()
	l.ended(l.err)
}

func (s *Server) add(l *link) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns[l] = true
	if s.over {
		l.abort()
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
		l.abort()
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
		return new(pace)
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
