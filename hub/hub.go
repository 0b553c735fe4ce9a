package hub

import (
	"context"
	"errors"
	"fmt"

	"chinwag/hub/journal"
	"chinwag/hub/state"
	"chinwag/protocol"
)

// ErrStopped is returned by each call to a hub that has ended.
var ErrStopped = errors.New("hub: stopped")

// ErrUnreadable is in what Options.OnJournalError is told while the journal can be written, as far as the hub knows,
// but not read.
var ErrUnreadable = errors.New("the journal cannot be read just now")

// ErrSilent is what Options.OnJournalError is told when the disk has not answered for long. Commands wait meanwhile.
var ErrSilent = errors.New("the disk does not answer")

// Address is the address from which a connection comes.
type Address = state.Address

// Identity is what a transport knows of a client before its first command.
type Identity struct {
	Nick       protocol.Nick // zero: the hub gives a guest's name
	Operator   bool          // may use the operators' commands and names
	Echo       bool          // its session hears its own lines from the beginning
	Brief      bool          // its session cannot be resumed
	NoPassword bool          // the password is not accepted from this address
	Encoded    bool          // its Writer takes of a frame only Text and JSON: lines that are the same there may share a frame
	From       Address       // for operators to see, and to bound the visitors at the desk
}

// Input is what a transport knows of input that the hub has not been handed yet. Its methods do not block.
type Input interface {
	// HasPending reports whether input has arrived that is not read yet; false: none, or unknown.
	HasPending() bool

	// IsEnding reports whether the peer has closed its direction of the connection, although input may still be unread;
	// false: not, or unknown.
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

// Goodbye is the goodbye to the clients that are connected when the hub ends. Unless an operator has asked for the end,
// the server may start again.
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

// Attach brings in a new connection and greets it. It is not announced before its first command, or before it has been
// silent for Options.Arrive. The caller must call Start, and Detach when the connection is over. in may be nil.
func (h *Hub) Attach(ctx context.Context, id Identity, in Input) (*Client, error) {
	c := newClient(h)
	c.input = in
	c.from, c.unlimited = id.From.Prefix, id.Operator
	answer := make(chan bool, 1) // the hub does not wait
	if err := h.submit(ctx, attach{c, id, answer}); err != nil {
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

// submit hands a request to the hub, or returns ErrStopped. The hub never blocks for long, so a caller need not be able
// to give up.
func (h *Hub) submit(ctx context.Context, r request) error {
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

// TellOperators tells all connected operators something about the server. It must be rare, since each operator is told
// each call. A hub that has ended has no operators.
func (h *Hub) TellOperators(ctx context.Context, words protocol.Text) {
	_ = h.submit(ctx, notice{words})
}
