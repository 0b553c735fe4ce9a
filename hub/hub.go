package hub

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"chinwag/hub/journal"
	"chinwag/hub/state"
	"chinwag/protocol"
)

// ErrStopped is what everybody gets who wants something of a hub that has ended.
var ErrStopped = errors.New("hub: stopped")

// ErrUnreadable is in what Options.Trouble is told while the record can be written,
// for all that the hub knows, and not be read.
var ErrUnreadable = errors.New("the record cannot be read just now")

// ErrSilent is what Options.Trouble is told when the disk has not answered for long: what is
// said waits.
var ErrSilent = errors.New("the disk does not answer")

// Options of a Hub. Options{} works: what is 0 is as Defaults has it.
type Options struct {
	Outbox int           // bytes that wait for one client before it is behind; below 0: no limit
	Replay int           // lines of history shown on entering a room; below 0: none
	Arrive time.Duration // how long a newcomer who says nothing is not yet announced
	Hold   time.Duration // how long a session without a connection waits for whoever comes back to it; at least a second
	Grace  time.Duration // how long the end may take, with the last commit and the goodbyes; below 0: as long as it takes
	Rooms  int           // below 0: no limit

	RoomsPerSession int // that one session is in at once; at most 256, and below 0 that

	Log  Log        // of several nodes; nil: the hub is alone, and decides by itself
	Node state.Node // the number of this one among them; above 0, and no other's

	Survives bool // the record outlives the process, and with it the sessions: after a restart they can be resumed

	PerAddressBytes int64 // by which one address may make the record grow in a day; below 0: no limit

	Desk               bool                     // newcomers land at the desk, and operators in their own room: there is no other
	Visitors           int                      // at the desk at once; below 0: no limit
	VisitorsPerAddress int                      // below 0: no limit
	Silence            time.Duration            // after which an operator's visitors wait again; below 0: never
	Messages           time.Duration            // how long a message waits, and somebody may come back for the answer
	MessagesKept       int                      // that wait at once; beyond, the oldest goes; below 0: no limit
	MessagesPerAddress int                      // below 0: no limit
	Trouble            func(error)              // told when the record begins to fail or to be silent, with nil when it works again, and of each ErrUnreadable; nil: nobody
	News               func(string, ...any)     // told for the log what is no trouble of the record, with its attributes, as slog.Logger.Warn is; nil: nobody
	Password           string                   // the hash of that of operators: by another one nobody is an operator any more after a restart
	Replies            map[string]protocol.Text // the ready replies of operators, by name
}

// Defaults is what a Hub has where nothing else is chosen.
func Defaults() Options {
	return Options{
		Outbox:             64 << 10,
		Replay:             20,
		Arrive:             300 * time.Millisecond,
		Hold:               2 * time.Minute,
		Grace:              5 * time.Second,
		Rooms:              1000,
		RoomsPerSession:    64,
		PerAddressBytes:    256 << 20,
		Visitors:           1000,
		VisitorsPerAddress: 64,
		MessagesKept:       1000,
		MessagesPerAddress: 8,
		Silence:            10 * time.Minute,
		Messages:           7 * 24 * time.Hour,
	}
}

func (o *Options) defaults() {
	d := Defaults()
	o.Outbox = noLimit(cmp.Or(o.Outbox, d.Outbox))
	o.Replay = max(0, cmp.Or(o.Replay, d.Replay))
	o.Arrive = cmp.Or(o.Arrive, d.Arrive)
	o.Hold = cmp.Or(o.Hold, d.Hold)
	o.Grace = cmp.Or(o.Grace, d.Grace)
	o.Rooms = noLimit(cmp.Or(o.Rooms, d.Rooms))
	o.RoomsPerSession = min(noLimit(cmp.Or(o.RoomsPerSession, d.RoomsPerSession)), state.MaxPlaces)
	o.PerAddressBytes = cmp.Or(o.PerAddressBytes, d.PerAddressBytes)
	o.Visitors = noLimit(cmp.Or(o.Visitors, d.Visitors))
	o.VisitorsPerAddress = noLimit(cmp.Or(o.VisitorsPerAddress, d.VisitorsPerAddress))
	o.MessagesKept = noLimit(cmp.Or(o.MessagesKept, d.MessagesKept))
	o.MessagesPerAddress = noLimit(cmp.Or(o.MessagesPerAddress, d.MessagesPerAddress))
	o.Silence = cmp.Or(o.Silence, d.Silence)
	o.Messages = cmp.Or(o.Messages, d.Messages)
}

func noLimit(n int) int {
	if n < 0 {
		return math.MaxInt
	}
	return n
}

// Address is where a connection comes from.
type Address = state.Address

// Identity is what a door knows of somebody before they say anything.
type Identity struct {
	Nick       protocol.Nick // zero: the hub gives a guest's name
	Operator   bool          // may use the operators' commands and names
	Echo       bool          // hears its own lines from the beginning
	Brief      bool          // cannot come back to its session
	NoPassword bool          // nobody becomes an operator from where it is
	From       Address       // for operators to see, and to bound who waits at the desk

	// Unread reports whether something has come that was not read yet. It must not
	// wait. nil: that cannot be known.
	Unread func() bool

	// Ending reports whether the other side has ended its direction of the connection,
	// though what it sent before may not be read yet. It must not wait. nil: that
	// cannot be known.
	Ending func() bool
}

// Hub is the handle by which connections reach the goroutine that decides.
type Hub struct {
	opts      Options
	journal   *journal.Journal
	requests  chan request  // unbuffered: what is sent has been taken
	done      chan struct{} // closed by Run when it ends
	sweep     sweep
	admission *admission
	asked     chan struct{} // closed by Run when an operator asks for the end
	loaded    *run          // by Load, for Run; nil: nobody has called that
}

// trouble tells whoever runs the server that the record does not work, or with
// nil that it works again.
func (h *Hub) trouble(err error) {
	if h.opts.Trouble != nil {
		h.opts.Trouble(err)
	}
}

// news tells whoever runs the server something else that they should know.
func (h *Hub) news(words string, attributes ...any) {
	if h.opts.News != nil {
		h.opts.News(words, attributes...)
	}
}

func (h *Hub) unread(err error) { h.trouble(fmt.Errorf("%w: %w", ErrUnreadable, err)) }

// New makes a hub on a journal, which it runs.
func New(j *journal.Journal, o Options) *Hub {
	o.defaults()
	a := newAdmission(o.Outbox)
	return &Hub{
		admission: a,
		sweep:     sweep{done: a.done},
		opts:      o,
		journal:   j,
		requests:  make(chan request),
		done:      make(chan struct{}),
		asked:     make(chan struct{}),
	}
}

// Asked is closed when an operator has asked for the server's end.
func (h *Hub) Asked() <-chan struct{} { return h.asked }

// Farewell is what everybody is told who is there as the hub ends: where no operator
// has asked for that, the server may start again.
func (h *Hub) Farewell() protocol.Goodbye {
	select {
	case <-h.asked:
		return protocol.Goodbye{Reason: protocol.Shutdown}
	default:
		return protocol.Goodbye{Reason: protocol.Restart, Back: protocol.SecondsOf(h.opts.Hold)}
	}
}

// Done is closed when the hub has ended.
func (h *Hub) Done() <-chan struct{} { return h.done }

// Attach brings in a new connection and greets it. Nobody else hears of it
// before it says something, or has been silent for Options.Arrive. The caller
// must call Start, and Close when the connection is over.
func (h *Hub) Attach(ctx context.Context, id Identity) (*Client, error) {
	c := newClient(h)
	c.from, c.unlimited = id.From.Prefix, id.Operator
	answer := make(chan bool, 1) // the hub does not wait
	if err := h.send(ctx, attach{c, id, answer}); err != nil {
		return nil, err
	}
	select {
	case ok := <-answer:
		if !ok {
			return nil, ErrStopped
		}
		return c, nil
	case <-h.done:
		return nil, ErrStopped
	}
}

// send hands a request over, or says that nobody will take it. The hub waits for
// nothing else for long, so nobody has to be able to give up.
func (h *Hub) send(ctx context.Context, r request) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case h.requests <- r:
		return nil
	case <-h.done:
		return ErrStopped
	}
}

// request is what can be asked of the hub. Sealed: see the switch in run.handle.
type request interface{ request() }

type (
	// attach brings in a client.
	attach struct {
		c      *Client
		id     Identity
		answer chan<- bool
	}
	// withhold keeps a client out of every room before its hello.
	withhold struct{ c *Client }
	// commands is what a client wants done; weight is given back for each when it is.
	// ref is the id of one that has the whole window.
	commands struct {
		c      *Client
		cmds   []protocol.Command
		weight int64
		ref    protocol.Ref
	}
	// answer tells a client something in its turn, for whoever reads from it.
	answer struct {
		c      *Client
		event  protocol.Event
		weight int64
	}
	// catchUp asks whether a client that is behind has read all there is.
	catchUp struct {
		c        *Client
		reading  uint64 // the number of the reading that asks
		position uint64
		answer   chan<- caughtUp
	}
	// expel ends a client's connection from this side.
	expel struct {
		c      *Client
		reason protocol.Reason
	}
	// isOperator asks whether a client is one.
	isOperator struct {
		c      *Client
		answer chan<- bool
	}
	// promote makes an operator of a client.
	promote struct {
		c      *Client
		weight int64
		ref    protocol.Ref
	}
	// hurry is a client's wish for the end of the server, before its turn comes.
	hurry struct {
		c    *Client
		text protocol.Text
	}
	// detach is the end of a client's connection.
	detach struct {
		c      *Client
		reason protocol.Reason
	}
)

func (attach) request()     {}
func (withhold) request()   {}
func (commands) request()   {}
func (answer) request()     {}
func (catchUp) request()    {}
func (expel) request()      {}
func (isOperator) request() {}
func (promote) request()    {}
func (hurry) request()      {}
func (detach) request()     {}
