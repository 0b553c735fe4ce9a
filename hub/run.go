package hub

import (
	"context"
	"errors"
	"time"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// Run is the hub's goroutine. It runs the journal, and returns when ctx has
// ended, what was accepted has been told, and every client has been said
// goodbye to and is gone; or Options.Grace after ctx has ended. It must be called once.
func (h *Hub) Run(ctx context.Context) error { return newRun(h).loop(ctx) }

func (r *run) loop(ctx context.Context) error {
	defer r.runJournal()()
	defer r.hub.sweep.begin()()
	defer close(r.hub.done)
	for !r.isOver() {
		select {
		case req := <-r.hub.requests:
			r.handle(req)
		case batch := <-r.hub.journal.Committed():
			r.commit(batch)
		case <-r.expiry.C:
			r.expire()
		case <-ctx.Done():
			ctx = context.Background() // once is enough
			r.stop()
		case <-r.grace:
			return r.broken
		}
	}
	return r.broken
}

// handle is the table of contents of what can be asked of the hub.
func (r *run) handle(req request) {
	switch req := req.(type) {
	case attach:
		r.attach(req)
	case arrive:
		r.arrive(req)
	case withhold:
		r.withhold(req)
	case commands:
		for _, cmd := range req.cmds {
			r.command(req.c, cmd, req.weight)
		}
	case answer:
		r.answer(req.c, req.event, req.weight)
	case catchUp:
		r.catchUp(req)
	case expel:
		r.expel(req)
	case promote:
		r.promote(req)
	case detach:
		r.detach(req)
	case notice:
		r.notice(req)
	default:
		panic("hub: a request of an unknown type")
	}
}

// run is all that belongs to one call of Run: the state that entries make, and
// what is under way.
type run struct {
	*state
	hub       *Hub
	opts      *Options
	clients   map[*Client]bool
	onEnd     map[*Client][]*patient // what waits for the end of a connection
	blocked   blocks                 // who is kept out after a kick
	budgets   budgets                // what each address may still say
	guests    int                    // guests so far
	tickets   protocol.Ticket        // so far
	pending   int                    // proposals that the journal has
	speaking  []*room                // rooms in which something was said in this commit
	round     uint64                 // broadcasts so far
	silent    []greeted              // who have said nothing yet, the first to be announced first
	late      []*member              // who are yet to be told of a crowd
	lateAt    time.Time
	dropped   dropped              // at the desk, and not told yet
	unread    []*member            // whose conversation was closed while they were away, the last ones
	held      []*member            // broken sessions, the first to end first
	onName    map[*member][]func() // what waits until it is decided what somebody is called
	patients  []*patient
	retry     []func() // what must come true, proposed again
	retryAt   time.Time
	untold    bool // the queue has changed since those in it were told
	toldQueue time.Time
	expiry    *time.Timer
	failing   bool  // the last commit did
	broken    error // not nil: no commit will ever succeed
	stopping  bool
	deaf      bool // no command is taken any more
	parted    bool // the goodbyes are said
	farewell  protocol.Text
	grace     <-chan time.Time // nil before the goodbyes
}

// proposal is what is done when the journal has decided about its entries.
type proposal struct {
	entries []journal.Entry
	done    func() // after they were applied and told
	failed  func() // if they could not be kept
}

func newRun(h *Hub) *run {
	expiry := time.NewTimer(time.Hour)
	expiry.Stop()
	r := &run{state: newState(), hub: h, opts: &h.opts, clients: map[*Client]bool{}, onEnd: map[*Client][]*patient{}, onName: map[*member][]func(){}, blocked: newBlocks(), budgets: newBudgets(h.opts.PerAddressBytes), expiry: expiry}
	r.room(protocol.DeskRoom)                  // it never vanishes
	if r.head = h.journal.Head(); r.head > 0 { // how many entries these have had by now is not known here
		r.nth[journal.Everybody], r.nth[journal.Desk] = journal.Unknown, journal.Unknown
	}
	return r
}

func (r *run) runJournal() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		r.hub.journal.Run(ctx)
	}()
	return func() {
		cancel()
		<-ended
	}
}

// propose hands entries to the journal. They are what done finds, too: by then
// with their positions.
func (r *run) propose(p proposal) {
	r.pending++
	r.spend(p.entries, false)
	r.hub.journal.Propose(journal.Proposal{Entries: p.entries, Mark: p})
}

// commit is where what was proposed becomes true, or does not.
func (r *run) commit(b journal.Batch) {
	r.judge(b.Err)
	for _, p := range b.Proposals {
		r.pending--
		mark := p.Mark.(proposal)
		if b.Err != nil {
			r.spend(mark.entries, true)
			mark.failed()
			continue
		}
		for i := range p.Entries {
			r.hear(&p.Entries[i])
		}
		mark.done()
	}
	r.broadcast()
	r.mindDesk()
	if r.stopping && r.pending == 0 {
		r.sayGoodbye()
	}
}

// judge tells when the record begins to fail, and when it works again: once. A
// record that is broken for good is the end: only a new start knows what is in it.
func (r *run) judge(err error) {
	if errors.Is(err, journal.ErrBroken) && r.broken == nil {
		r.broken = err
		r.farewell = protocol.MustText("its disk has failed")
		defer r.stop()
	}
	if failing := err != nil; failing == r.failing {
		return
	}
	r.failing = err != nil
	r.hub.trouble(err)
	words := "the record works again, and what is said is heard"
	if r.failing {
		words = "the record cannot be written just now, so what is said is heard by nobody and refused: the log says why"
	}
	for _, m := range r.members { // also an operator who could not even come in
		if m.operator && m.client != nil {
			m.client.out.post(protocol.NewLine(protocol.Notice{Text: protocol.MustText(words)}))
		}
	}
}

// fallBehind leaves it to m's writer to read on from cur.
func (r *run) fallBehind(m *member, cur journal.Cursor) {
	m.live = false
	m.client.reading++
	r.append(m.client, &aside{behind: &behind{m.client.reading, cur, m.listener}}, nil)
}

// catchUp makes a member live again if it has read all there is: in this step,
// so that no entry can fall between its reading and its being fed. Only the last
// reading may ask: while another waits in the outbox, the end of this one says nothing.
func (r *run) catchUp(req catchUp) {
	m := req.c.member
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
	head     place // there is something to read up to here
	listener listener
}
