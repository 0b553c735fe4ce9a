package hub

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"chinwag/hub/journal"
	"chinwag/hub/state"
	"chinwag/protocol"
)

// An intent is decided at once, and told when the journal has it:
//
//	propose ──> Machine.Decide ──> the journal ──> commit ──> tell
//	   │                               └─ failed ──> void: undone, and all that was decided after it
//	   └─ nothing to record ──> told after what was decided before
//
// proposal is an intent on its way to its decision.
type proposal struct {
	op      state.Op
	c       *Client // that proposes it; nil: the server
	of      uuid.UUID
	conn    uint64 // the session and the connection that it is about, where there is no client any more
	weight  int64  // of the command, released when that is answered
	cost    int    // of the command, see admission
	isLine  bool   // it is a line, and needs no answer
	before  bool   // it is needed by a command, which is then answered for both
	local   bool   // it is an answer that needed no decision
	secrets []state.Secret
	ref     protocol.Ref
	codes   *codes // nil: no session begins or is resumed by it
}

// codes are the code of the session that begins by an intent, and of the session that is resumed by it.
type codes struct{ begins, goesOn string }

// owned is the session of a client, with its code.
type owned struct {
	id   uuid.UUID
	code string
}

// decided is a decision that is not delivered yet.
type decided struct {
	proposal
	number  uint64
	at      time.Time // when it was decided
	entries []journal.Entry
	changes []change
	answers []state.Answer
	next    state.Op
	had     *owned // the session of its client before; nil: that has not changed
	spent   []expense
	after   []*decided // without events, to be told after this one
}

// change is a change among the events of a decision.
type change struct {
	at     int // its index among them
	author uuid.UUID
	state.Change
}

// propose decides an intent or, on a node, appends it to the log.
func (r *run) propose(p proposal) {
	r.begin()
	now := time.Now()
	in := &r.intent
	*in = state.Intent{
		ID: uuid.Must(uuid.NewV7()), Time: now.UTC().Truncate(time.Millisecond), Late: r.lateness(now), Session: p.of, Conn: p.conn,
		Secrets: p.secrets, Op: p.op,
	}
	if p.c != nil {
		in.Session, in.Conn = p.c.id, p.c.conn
	}
	if r.node.shares() {
		in.Session = uuid.Nil // the order sets it: see state.Machine
		r.want(p, in)
		return
	}
	r.decide(p, in, now)
}

// decide decides an intent, and hands the events to the journal. For an intent of another node the proposal is
// zero.
func (r *run) decide(p proposal, in *state.Intent, now time.Time) {
	made := r.machine.Decide(in)
	if _, ok := p.op.(state.Withdrawn); ok {
		p.c.id = uuid.Nil
		r.number(p.c)
	}
	if made.Void && len(made.Rows) == 0 {
		r.release()
		r.drop(p)
		return
	}
	d := &decided{proposal: p, number: r.machine.Number(), at: now, next: made.Next}
	if len(made.Answers) > 0 {
		d.answers = slices.Clone(made.Answers)
	}
	if len(made.Events) == 0 && len(made.Rows) == 0 {
		r.release()
		r.tellAfter(d)
		return
	}
	d.take(made.Events)
	r.adopt(d)
	r.record(d, made.Rows)
}

// release frees what an undo would need, when nothing is in flight.
func (r *run) release() {
	if len(r.inflight) == 0 {
		r.machine.Release(r.machine.Number())
	}
}

// drop ends a proposal that has no effect, or that a node decides no more.
func (r *run) drop(p proposal) {
	r.hub.admission.answered(p.cost)
	if p.c != nil {
		r.giveBack(p.c, p.weight)
	}
	if _, ok := p.op.(state.Lost); ok {
		r.forget(p.conn)
	}
}

// take copies the events of a decision.
func (d *decided) take(events []state.Event) {
	n := 0
	for i := range events {
		if events[i].Seq > 0 {
			n++
		}
	}
	d.entries = make([]journal.Entry, 0, n)
	for i := range events {
		if e := &events[i]; e.Seq > 0 {
			d.entries = append(d.entries, journal.Entry{Seq: e.Seq, Stream: e.Stream, Author: e.Author, Event: e.What})
		} else {
			d.changes = append(d.changes, change{i, e.Author, e.Change})
		}
	}
}

// adopt makes the session of the decision that of its client.
func (r *run) adopt(d *decided) {
	if d.c == nil || d.codes == nil {
		return
	}
	had := owned{d.c.id, d.c.code}
	for _, ch := range d.changes {
		switch c := ch.Change.(type) {
		case state.Opened:
			if c.Session.Conn == d.c.conn {
				d.c.id, d.c.code, d.had = ch.author, d.codes.begins, &had
			}
		case state.Attached:
			if c.Conn == d.c.conn {
				d.c.id, d.c.code, d.had = ch.author, d.codes.goesOn, &had
				r.goesOn(d)
			}
		}
	}
	r.guests = max(r.guests, r.machine.LastGuest())
}

// goesOn is adopt for a resumed session. For a person the server knows what was seen, whatever a hello says. A
// guest number is skipped if the client had a session: see resume.
func (r *run) goesOn(d *decided) {
	if _, ok := d.op.(state.Resume); !ok {
		return
	}
	if d.c.resume = nil; d.had.id != uuid.Nil {
		r.guests++
	}
}

// record hands a decision to the journal.
func (r *run) record(d *decided, rows []state.Row) {
	if len(r.inflight) == 0 {
		r.health.answered = time.Now()
	}
	r.inflight = append(r.inflight, d)
	d.spent = r.spend(d)
	r.expectAnswer()
	r.hub.journal.Propose(journal.Proposal{Entries: d.entries, Rows: slices.Clone(rows)})
	r.rearm()
}

// tellAfter tells a decision without events, in its turn.
func (r *run) tellAfter(d *decided) {
	if n := len(r.node.waiting); n > 0 && d.local { // an earlier command of its client is not decided yet
		last := r.node.waiting[n-1]
		last.after = append(last.after, d)
		return
	}
	r.tellDecided(d)
}

// tellDecided is tellAfter for an answer that has waited for a decision, if it had to.
func (r *run) tellDecided(d *decided) {
	if n := len(r.inflight); n > 0 {
		last := r.inflight[n-1]
		last.after = append(last.after, d)
		return
	}
	r.tellAnswers(d, d.answers)
	r.hub.admission.answered(d.cost)
	r.rearm()
}

// commit delivers decisions that are recorded, or voids them.
func (r *run) commit(b journal.Batch) {
	r.judge(b)
	r.commits++
	switch {
	case b.Err != nil && r.node.shares():
		r.abandon(b.Err)
	case b.Err != nil:
		r.void()
	default:
		r.tellAll(len(b.Proposals))
	}
	if len(r.inflight) > 0 {
		r.expectAnswer()
	}
	if r.stopping && r.isSettled() {
		r.endWell()
	}
	r.rearm()
}

// isSettled reports whether all proposals are decided and delivered.
func (r *run) isSettled() bool { return len(r.inflight) == 0 && !r.node.waits() }

// tellAll delivers the first n decisions in flight: the journal has them.
func (r *run) tellAll(n int) {
	batch := r.inflight[:n]
	r.lag.note(batch[0].at, time.Now())
	cost, answered, lines := 0, 0, 0
	for _, d := range batch {
		cost += d.cost
		if len(d.entries) > 0 {
			lines++
		}
		if r.hasNotedLast() {
			r.passOver(d)
		} else {
			r.tellOf(d)
		}
		for i := 0; i < len(d.after); i++ { // delivering one may bring another
			r.tellAnswers(d.after[i], d.after[i].answers)
			answered += d.after[i].cost
		}
	}
	r.machine.Release(batch[n-1].number)
	rest := copy(r.inflight, r.inflight[n:])
	clear(r.inflight[rest:])
	r.inflight = r.inflight[:rest]
	r.broadcast()
	if lines > 0 || cost > 0 { // else there are no lines
		r.hub.admission.told(cost, lines, r.widest)
		r.hub.sweep.note(cost)
	}
	r.hub.admission.answered(answered)
	r.widest = 0
	r.tellQueue()
	r.keepAfter()
}

// tellOf delivers the entries of a decision, and then its answers.
func (r *run) tellOf(d *decided) {
	changes, answers := 0, 0
	for i := range len(d.entries) + len(d.changes) {
		from := answers
		for answers < len(d.answers) && d.answers[answers].After <= i {
			answers++
		}
		r.answerAll(d, d.answers[from:answers], 0)
		if changes < len(d.changes) && d.changes[changes].at == i {
			r.changed(d.changes[changes])
			changes++
		} else {
			r.hear(&d.entries[i-changes])
		}
	}
	r.tellAnswers(d, d.answers[answers:])
	if _, ok := d.op.(state.Lost); ok {
		r.forget(d.conn)
	}
}
