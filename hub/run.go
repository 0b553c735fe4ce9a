package hub

import (
	"cmp"
	"context"
	"slices"
	"time"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// Run is the hub's goroutine. It runs the journal, and returns when ctx has
// ended, what was accepted has been told, and every client has been said
// goodbye to and is gone; or Options.Grace after ctx has ended, whatever the disk does: then it
// returns an *UnrecordedError if the journal has not decided about all that was proposed, and
// leaves behind the goroutine in which the commit hangs. It must be called once.
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
		case <-r.patience:
			r.farewell = cmp.Or(r.farewell, diskSilent)
			r.sayGoodbye()
		case <-r.deadline:
			return cmp.Or(r.broken, r.unrecorded())
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
		req.c.ref = ""
		r.arrive(req)
	case withhold:
		r.withhold(req)
	case commands:
		r.follow(req)
	case answer:
		req.c.ref = ""
		r.answerIn(req.c, req.event, req.weight)
	case catchUp:
		r.catchUp(req)
	case expel:
		r.expel(req)
	case isOperator:
		req.answer <- req.c.member != nil && req.c.member.operator
	case promote:
		req.c.ref = req.ref
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

// follow follows commands. What they cost is under way until their entries are told;
// the rest of it is answered.
func (r *run) follow(req commands) {
	req.c.ref = req.ref
	answered := 0 // without an entry
	for _, cmd := range req.cmds {
		r.cost = costOf(cmd)
		r.command(req.c, cmd, req.weight)
		answered += r.cost
		r.cost = 0
	}
	r.hub.admission.answered(answered)
}

// run is all that belongs to one call of Run: the state that entries make, and
// what is under way.
type run struct {
	*state
	hub       *Hub
	opts      *Options
	clients   map[*Client]bool
	onEnd     map[*Client][]*patient // what waits for the end of a connection
	health    health                 // of the record
	blocked   blocks                 // who is kept out after a kick
	budgets   budgets                // what each address may still say
	guests    int                    // guests so far
	tickets   protocol.Ticket        // so far
	pending   int                    // proposals that the journal has
	lines     int                    // of these, how many were said by somebody
	cost      int                    // what the command that is followed counts in the admission, before it has proposed something
	widest    int                    // lines of this commit that were told in one room, where they are the most
	speaking  []*room                // rooms in which something was said in this commit
	round     uint64                 // broadcasts so far
	commits   uint64                 // so far
	silent    []greeted              // who have said nothing yet, the first to be announced first
	late      []*member              // who are yet to be told of a crowd
	lateAt    time.Time
	dropped   dropped            // at the desk, and not told yet
	unread    []*member          // whose conversation was closed while they were away, the last ones
	held      []*member          // broken sessions, the first to end first
	onName    map[*member]func() // what waits until it is decided what somebody is called
	patients  []*patient
	retry     []*member // of whom something must come true: see again
	retryAt   time.Time
	deskAt    time.Time // when the desk is looked after again; zero: when something has changed
	untold    bool      // the queue has changed since those in it were told
	toldQueue time.Time
	expiry    *time.Timer
	hurried   bool  // an operator asks for the end who cannot wait for a turn
	broken    error // not nil: no commit will ever succeed
	stopping  bool
	deaf      bool // no command is taken any more
	parted    bool // the goodbyes are said
	farewell  protocol.Text
	patience  <-chan time.Time // for the journal, before the goodbyes; nil: there is no end to it
	deadline  <-chan struct{}  // closed when the grace is over; nil: it has not begun, or has no end
}

// proposal is what is done when the journal has decided about its entries.
type proposal struct {
	entries []journal.Entry
	cost    int       // see admission
	spent   []expense // from the budgets of addresses
	done    func()    // after they were applied and told
	failed  func()    // if they could not be kept
}

// isLine reports whether it is something that somebody has said.
func (p *proposal) isLine() bool {
	return slices.ContainsFunc(p.entries, func(e journal.Entry) bool { return e.Event.IsSpoken() })
}

func newRun(h *Hub) *run {
	expiry := time.NewTimer(time.Hour)
	expiry.Stop()
	r := &run{state: newState(), hub: h, opts: &h.opts, clients: map[*Client]bool{}, onEnd: map[*Client][]*patient{}, onName: map[*member]func(){}, blocked: newBlocks(), budgets: newBudgets(h.opts.PerAddressBytes), expiry: expiry}
	r.room(protocol.DeskRoom)                  // it never vanishes
	if r.head = h.journal.Head(); r.head > 0 { // how many entries these have had by now is not known here
		r.nth[journal.Everybody], r.nth[journal.Desk] = journal.Unknown, journal.Unknown
	}
	return r
}

// runJournal starts the journal. stop ends it, and waits for what it is about, but not
// longer than the grace: a disk may never answer.
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

// propose hands entries to the journal. They are what done finds, too: by then
// with their positions.
func (r *run) propose(p proposal) {
	if r.pending == 0 {
		r.health.answered = time.Now()
	}
	if r.pending++; p.isLine() {
		r.lines++
	}
	p.cost, r.cost = r.cost, 0
	p.spent = r.spend(p.entries)
	r.expectAnswer()
	r.hub.journal.Propose(journal.Proposal{Entries: p.entries, Mark: p})
}

// commit is where what was proposed becomes true, or does not.
func (r *run) commit(b journal.Batch) {
	r.judge(b)
	r.commits++
	cost := 0
	for _, p := range b.Proposals {
		r.pending--
		mark := p.Mark.(proposal)
		cost += mark.cost
		if mark.isLine() {
			r.lines--
		}
		if b.Err != nil {
			r.giveBackSpent(mark.spent)
			mark.failed()
			continue
		}
		for i := range p.Entries {
			r.hear(&p.Entries[i])
		}
		mark.done()
	}
	r.broadcast()
	r.hub.admission.told(cost, len(b.Proposals), r.widest)
	r.widest = 0
	r.hub.sweep.note(cost)
	r.mindDesk()
	if r.pending > 0 {
		r.expectAnswer()
	}
	if r.stopping && r.pending == 0 {
		r.sayGoodbye()
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
