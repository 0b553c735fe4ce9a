package hub

import (
	"cmp"
	"context"
	"time"

	"github.com/google/uuid"

	"chinwag/hub/state"
	"chinwag/protocol"
)

// Run is the hub's goroutine. It runs the journal. It returns when ctx has ended, all that was accepted is delivered,
// and every client has been sent its goodbye and is gone; or Options.Grace after ctx has ended, even if the disk does
// not answer. It then returns an *UnrecordedError if the journal has not decided about all proposals, and leaves behind
// the goroutine in which the commit hangs. It must be called once.
func (h *Hub) Run(ctx context.Context) error {
	if h.loaded == nil {
		if _, err := h.Load(); err != nil {
			close(h.done)
			return err
		}
	}
	l := h.loaded
	h.loaded = nil
	return l.run(ctx)
}

func (l *loop) run(ctx context.Context) error {
	defer l.runUntilStop(l.hub.journal.Run)()
	defer l.runNode()()
	defer l.runUntilStop(func(ctx context.Context) { l.hub.eraseAll(ctx, l.erasures) })()
	defer l.hub.flusher.start()()
	defer close(l.hub.done)
	l.begin()
	for !l.isDrained() {
		select {
		case req := <-l.requests():
			l.handle(req)
		case b := <-l.logBatches():
			l.decideBatch(b)
		case batch := <-l.hub.journal.Committed():
			l.settle(batch)
		case <-l.timer.C:
			l.expire()
		case <-ctx.Done():
			ctx = context.Background() // once is enough
			l.shutDown()
		case <-l.commitDeadline:
			l.shutdownText = cmp.Or(l.shutdownText, l.whyLate())
			l.sayGoodbye()
		case <-l.unwrittenDeadline:
			l.noteUnwritten()
		case <-l.graceOver:
			return cmp.Or(l.broken, l.unrecorded())
		}
	}
	return l.broken
}

// loop is the state of one call of Run. Only its goroutine reads or writes any of it.
//
// Why one goroutine, and no locks: an order needs one place where it is made, and a decision reads and changes names,
// rooms, desk and sessions together. Rejected: a lock for each room, since a rename, a ban, the desk and one order over
// all rooms need several at once. Encoding is done once, and writing by other goroutines.
type loop struct {
	hub     *Hub
	opts    *Options
	clients map[uint64]*Client // by their numbers

	// the order
	machine     *state.Machine // what is true, at the front of the order
	ids         ids
	intent      state.Intent // the last that was decided
	node        node         // in the order of several
	uncommitted []*decision  // in the journal, the oldest first
	spare       spareDecisions
	begun       bool          // the start is decided
	legacy      *state.Legacy // of a journal without rows, before the start is decided; nil: it has rows, or nothing
	keptAfter   uint64        // position after which the journal keeps what a start needs

	// clients that begin or end
	key          [32]byte // for hashes of codes and tokens
	lastGuest    int      // numbers of guests given
	lastConn     uint64   // numbers of clients so far
	pendingJoins []*pendingJoin
	reservations reservations
	nameWaits    []*nameWait                 // commands that wait for a name
	lost         map[uint64]state.Disconnect // by connection, of clients that are gone, until that is delivered
	budgets      budgets                     // what each address may still say

	// delivery
	audience                   // which session hears what, and up to where is delivered
	lag          deliveryDelay // between decision and delivery
	commits      uint64        // so far
	broadcastNo  uint64        // broadcasts so far
	widest       int           // the most lines of this commit in one room
	activeRooms  []*room       // rooms with lines in this commit
	merger       merger        // of lines from several rooms
	delayedRooms []*room       // that delay comings and goings, or did
	delayedDue   time.Time     // when the first of them are told; zero: none
	delayed      int           // comings and goings pending in all rooms
	notes        watermarkNotes
	erasures     *backlog[state.Redact]

	// time, and what fails
	timer   *time.Timer
	dueAt   time.Time // for which the timer is set
	triedAt time.Time // when unrecorded decisions were last tried again
	retryAt time.Time // when unrecorded decisions are tried again; zero: there are none
	health  health    // of the journal
	broken  error     // not nil: no commit will ever succeed

	// the end
	urgent            bool // an operator asks for the end, and cannot wait for its turn
	stopping          bool
	draining          bool // no command is taken any more
	goodbyesSent      bool
	shutdownText      protocol.Text
	commitDeadline    <-chan time.Time // for the journal, before the goodbyes; nil: no limit
	unwrittenDeadline <-chan time.Time // for clients that do not read, before the grace is over; nil: no limit
	graceOver         <-chan struct{}  // closed when the grace is over; nil: it has not begun, or has no limit
}

func newLoop(h *Hub) (*loop, error) {
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	l := &loop{
		audience: newAudience(), hub: h, opts: &h.opts, clients: map[uint64]*Client{}, lost: map[uint64]state.Disconnect{},
		budgets: newBudgets(h.opts.PerAddressBytes), timer: timer, node: newNode(&h.opts), erasures: newBacklog[state.Redact](),
	}
	l.reservations = newReservations()
	l.room(protocol.DeskRoom) // it never vanishes
	return l, l.load()
}

// runUntilStop starts f, which may wait for the disk. stop ends its context and waits for it, but not longer than the
// grace: a disk may never answer.
func (l *loop) runUntilStop(f func(context.Context)) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		f(ctx)
	}()
	return func() {
		cancel()
		select {
		case <-ended:
		case <-l.graceOver:
		}
	}
}

// hasSession reports whether a client has a session, or is about to have one.
func (c *Client) hasSession() bool { return c.id != uuid.Nil || c.opening > 0 }

// stateOf is the session of a client as decided; nil: none.
func (l *loop) stateOf(c *Client) *state.Session {
	if c.id == uuid.Nil {
		return nil
	}
	return l.machine.Session(c.id)
}
