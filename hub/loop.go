package hub

import (
	"cmp"
	"context"
	"time"

	"github.com/google/uuid"

	"chinwag/hub/journal"
	"chinwag/hub/state"
	"chinwag/protocol"
)

// Run is the hub's goroutine. It runs the journal. It returns when ctx has ended, all that was accepted is
// delivered, and every client has been sent its goodbye and is gone; or Options.Grace after ctx has ended, even
// if the disk does not answer. It then returns an *UnrecordedError if the journal has not decided about all
// proposals, and leaves behind the goroutine in which the commit hangs. It must be called once.
func (h *Hub) Run(ctx context.Context) error {
	if h.loaded == nil {
		if _, err := h.Load(); err != nil {
			close(h.done)
			return err
		}
	}
	r := h.loaded
	h.loaded = nil
	return r.loop(ctx)
}

func (r *run) loop(ctx context.Context) error {
	defer r.runJournal()()
	defer r.runNode()()
	defer r.runEraser()()
	defer r.hub.sweep.begin()()
	defer close(r.hub.done)
	r.begin()
	for !r.isOver() {
		select {
		case req := <-r.taken():
			r.handle(req)
		case b := <-r.brought():
			r.order(b)
		case batch := <-r.hub.journal.Committed():
			r.commit(batch)
		case <-r.timer.C:
			r.expire()
		case <-ctx.Done():
			ctx = context.Background() // once is enough
			r.stop()
		case <-r.patience:
			r.farewell = cmp.Or(r.farewell, r.whyLate())
			r.sayGoodbye()
		case <-r.lastCall:
			r.noteUnread()
		case <-r.deadline:
			return cmp.Or(r.broken, r.unrecorded())
		}
	}
	return r.broken
}

// handle lists all that can be asked of the hub.
func (r *run) handle(req request) {
	switch req := req.(type) {
	case attach:
		r.attach(req)
	case withhold:
		r.withhold(req.c)
	case commands:
		r.follows(req)
	case answer:
		r.tellIn(req.c, proposal{weight: req.weight}, req.event)
	case catchUp:
		r.catchUp(req)
	case expel:
		r.expel(req)
	case isOperator:
		req.answer <- req.c.session != nil && req.c.isOperator()
	case promote:
		r.promote(req)
	case hurry:
		r.hurry(req)
	case detach:
		r.detach(req)
	case notice:
		r.notice(req)
	default:
		panic("hub: a request of an unknown type")
	}
}

// run is the state of one call of Run.
type run struct {
	machine  *state.Machine // what is true, at the front of the order
	audience                // which session hears what, and up to where is delivered
	intent   state.Intent   // the last that was decided
	hub      *Hub
	opts     *Options
	clients  map[uint64]*Client    // by their numbers
	node     node                  // in the order of several
	key      [32]byte              // for hashes of codes and tokens
	guests   int                   // numbers of guests given
	conns    uint64                // numbers of clients so far
	inherits *state.Legacy         // of a journal without rows, before the start is decided; nil: it has rows, or nothing
	kept     uint64                // position after which the journal keeps what a start needs
	inflight []*decided            // in the journal, the oldest first
	lost     map[uint64]state.Lost // by connection, of clients that are gone, until that is delivered
	greeted  greeted
	health   health     // of the journal
	lag      lag        // between decision and delivery
	budgets  budgets    // what each address may still say
	commits  uint64     // so far
	round    uint64     // broadcasts so far
	widest   int        // the most lines of this commit in one room
	merging  merging    // of lines from several rooms
	speaking []*room    // rooms with lines in this commit
	late     []*session // to which a crowd's coming and going is not yet delivered
	lateAt   time.Time
	notes    seenNotes
	erasures *queue[state.Redact]
	waits    []*nameWait // commands that wait for a name
	timer    *time.Timer
	dueAt    time.Time // for which the timer is set
	triedAt  time.Time // when unrecorded decisions were last tried again
	retryAt  time.Time // when unrecorded decisions are tried again; zero: there are none
	hurried  bool      // an operator asks for the end, and cannot wait for its turn
	broken   error     // not nil: no commit will ever succeed
	begun    bool      // the start is decided
	stopping bool
	draining bool // no command is taken any more
	parted   bool // the goodbyes are said
	farewell protocol.Text
	patience <-chan time.Time // for the journal, before the goodbyes; nil: no limit
	lastCall <-chan time.Time // for clients that do not read, before the grace is over; nil: no limit
	deadline <-chan struct{}  // closed when the grace is over; nil: it has not begun, or has no limit
}

func newRun(h *Hub) (*run, error) {
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	r := &run{
		audience: newAudience(), hub: h, opts: &h.opts, clients: map[uint64]*Client{}, lost: map[uint64]state.Lost{},
		budgets: newBudgets(h.opts.PerAddressBytes), timer: timer, node: newNode(&h.opts), erasures: newQueue[state.Redact](),
	}
	r.greeted = newGreeted()
	r.room(protocol.DeskRoom) // it never vanishes
	return r, r.load()
}

// runJournal starts the journal. stop ends it and waits for it, but not longer than the grace: a disk may never
// answer.
func (r *run) runJournal() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		r.hub.journal.Run(ctx)
	}()
	return func() {
		cancel()
		select {
		case <-ended:
		case <-r.deadline:
		}
	}
}

// hasSession reports whether a client has a session, or is about to have one.
func (c *Client) hasSession() bool { return c.id != uuid.Nil || c.entering > 0 }

// stateOf is the session of a client as decided; nil: none.
func (r *run) stateOf(c *Client) *state.Session {
	if c.id == uuid.Nil {
		return nil
	}
	return r.machine.Session(c.id)
}

// fallBehind leaves it to m's writer to read on from cur.
func (r *run) fallBehind(m *session, cur journal.Cursor) {
	m.live = false
	m.client.reading++
	r.append(m.client, &aside{behind: &behind{reading: m.client.reading, cursor: cur, me: m.reader()}}, nil)
}

// catchUp makes a session live again if it has reached the head: in this step, so that no entry is lost between
// its reading and its feeding. Only the last reading may ask: while another waits in the outbox, the end of
// this one means nothing.
func (r *run) catchUp(req catchUp) {
	m := req.c.session
	if m == nil || req.reading != req.c.reading {
		req.answer <- caughtUp{over: true}
		return
	}
	m.live = req.position >= r.head
	req.answer <- caughtUp{live: m.live, head: r.place(req.c), listener: m.listener}
}

// caughtUp is the answer to catchUp.
type caughtUp struct {
	over     bool // the goodbye, or what ends this reading, is in the outbox
	live     bool
	head     place // up to here there is more to read
	listener listener
}
