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

// ErrStopped is returned by each call to a hub that has ended.
var ErrStopped = errors.New("hub: stopped")

// ErrUnreadable is in what Options.OnJournalError is told while the journal can be written, as far as the hub knows,
// but not read.
var ErrUnreadable = errors.New("the record cannot be read just now")

// ErrSilent is what Options.OnJournalError is told when the disk has not answered for long. Commands wait meanwhile.
var ErrSilent = errors.New("the disk does not answer")

// Options of a Hub. Options{} works: a zero field has the value in Defaults, and a nil function is not called.
type Options struct {
	Outbox int           // bytes that wait for one client before it is behind; below 0: no limit
	Replay int           // lines of history shown on entering a room; below 0: none
	Arrive time.Duration // how long a silent newcomer is not yet announced
	Hold   time.Duration // how long a session without a connection can be resumed; at least a second
	Grace  time.Duration // how long the end may take, with the last commit and the goodbyes; below 0: no limit
	Rooms  int           // below 0: no limit

	RoomsPerSession int // that one session is in at once; at most 256; below 0: 256

	Log  Log        // of several nodes; nil: the hub is alone, and decides by itself
	Node state.Node // the number of this node; above 0, and unique among them

	Durable bool // the journal outlives the process, so sessions can be resumed after a restart

	PerAddressBytes int64 // by which one address may make the journal grow in a day; below 0: no limit

	Desk               bool                     // newcomers land at the desk, and operators in their own room: there is no other
	Visitors           int                      // at the desk at once; below 0: no limit
	VisitorsPerAddress int                      // below 0: no limit
	Silence            time.Duration            // after which an operator's visitors wait again; below 0: never
	Messages           time.Duration            // how long a message waits, and its author may come back for the answer
	MessagesKept       int                      // that wait at once; beyond, the oldest is deleted; below 0: no limit
	MessagesPerAddress int                      // below 0: no limit
	OnJournalError     func(error)              // called when the journal begins to fail or to be silent, with nil when it works again, and for each ErrUnreadable
	Warn               func(string, ...any)     // called with other news for the log, as slog.Logger.Warn is
	Password           string                   // the hash of the operators' password: after a restart with another one, no resumed session is an operator's
	Replies            map[string]protocol.Text // the ready replies of operators, by name
}

// Defaults returns the options of a Hub where nothing else is chosen.
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

// Address is the address from which a connection comes.
type Address = state.Address

// Identity is what a transport knows of a client before its first command.
type Identity struct {
	Nick       protocol.Nick // zero: the hub gives a guest's name
	Operator   bool          // may use the operators' commands and names
	Echo       bool          // its session hears its own lines from the beginning
	Brief      bool          // its session cannot be resumed
	NoPassword bool          // the password is not accepted from this address
	From       Address       // for operators to see, and to bound the visitors at the desk
}

// Input is what a transport knows of input that the hub has not been handed yet. Its methods do not block.
type Input interface {
	// HasPending reports whether input has arrived that is not read yet; false: none, or unknown.
	HasPending() bool

	// IsEnding reports whether the peer has closed its direction of the connection, although input may still be
	// unread; false: not, or unknown.
	IsEnding() bool
}

// Hub is the handle by which connections reach the goroutine that decides.
type Hub struct {
	opts              Options
	journal           *journal.Journal
	requests          chan request  // unbuffered: what is sent has been taken
	done              chan struct{} // closed by Run when it ends
	flusher           flusher
	admission         *admission
	shutdownRequested chan struct{} // closed by Run when an operator asks for the end
	loaded            *loop         // by Load, for Run; nil: not called yet
}

// reportJournalError reports that the journal does not work, or with nil that it works again.
func (h *Hub) reportJournalError(err error) {
	if h.opts.OnJournalError != nil {
		h.opts.OnJournalError(err)
	}
}

// warn reports something else that the operator of the server should know.
func (h *Hub) warn(words string, attributes ...any) {
	if h.opts.Warn != nil {
		h.opts.Warn(words, attributes...)
	}
}

func (h *Hub) reportUnreadable(err error) {
	h.reportJournalError(fmt.Errorf("%w: %w", ErrUnreadable, err))
}

// New returns a hub on a journal. Its Run also runs the journal.
func New(j *journal.Journal, o Options) *Hub {
	o.defaults()
	a := newAdmission(o.Outbox)
	return &Hub{
		admission:         a,
		flusher:           flusher{onWritten: a.done},
		opts:              o,
		journal:           j,
		requests:          make(chan request),
		done:              make(chan struct{}),
		shutdownRequested: make(chan struct{}),
	}
}

// ShutdownRequested is closed when an operator has asked for the end of the server.
func (h *Hub) ShutdownRequested() <-chan struct{} { return h.shutdownRequested }

// Goodbye is the goodbye to the clients that are connected when the hub ends. Unless an operator has asked for
// the end, the server may start again.
func (h *Hub) Goodbye() protocol.Goodbye {
	select {
	case <-h.shutdownRequested:
		return protocol.Goodbye{Reason: protocol.Shutdown}
	default:
		return protocol.Goodbye{Reason: protocol.Restart, Back: protocol.SecondsOf(h.opts.Hold)}
	}
}

// Done is closed when the hub has ended.
func (h *Hub) Done() <-chan struct{} { return h.done }

// Attach brings in a new connection and greets it. It is not announced before its first command, or before it
// has been silent for Options.Arrive. The caller must call Start, and Detach when the connection is over. in may be nil.
func (h *Hub) Attach(ctx context.Context, id Identity, in Input) (*Client, error) {
	c := newClient(h)
	c.input = in
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

// send hands a request to the hub, or returns ErrStopped. The hub never blocks for long, so a caller need not
// be able to give up.
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
	// commands are what a client asks for; weight is released as each is answered. ref is the id of a command
	// that takes the whole window.
	commands struct {
		c     *Client
		cmds  []protocol.Command
		slots int64
		ref   protocol.Ref
	}
	// answer tells a client something in its turn, from the reader of its connection.
	answer struct {
		c     *Client
		event protocol.Event
		slots int64
	}
	// headQuery asks whether a client that is behind has reached the head.
	headQuery struct {
		c        *Client
		no       uint64 // the number of the reading that asks
		position uint64
		answer   chan<- headAnswer
	}
	// disconnect ends a client's connection from the server's side.
	disconnect struct {
		c      *Client
		reason protocol.Reason
	}
	// isOperator asks whether a client is an operator.
	isOperator struct {
		c      *Client
		answer chan<- bool
	}
	// promote makes a client an operator.
	promote struct {
		c     *Client
		slots int64
		ref   protocol.Ref
	}
	// urgentShutdown is a client's request to end the server, sent before its turn comes.
	urgentShutdown struct {
		c    *Client
		text protocol.Text
	}
	// detach is the end of a client's connection.
	detach struct {
		c      *Client
		reason protocol.Reason
	}
)

func (attach) request()         {}
func (withhold) request()       {}
func (commands) request()       {}
func (answer) request()         {}
func (headQuery) request()      {}
func (disconnect) request()     {}
func (isOperator) request()     {}
func (promote) request()        {}
func (urgentShutdown) request() {}
func (detach) request()         {}
