package hub

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"chinwag/hub/journal"
	"chinwag/hub/state"
	"chinwag/protocol"
)

// An intent is decided at once, and delivered when the journal has it:
//
//	propose ──> Machine.Decide ──> the journal ──> settle ──> deliver
//	   │                               └─ failed ──> void: undone, and all that was decided after it
//	   └─ nothing to record ──> answered after what was decided before
//
// proposal is an intent on its way to its decision.
type proposal struct {
	op        state.Op
	c         *Client // that proposes it; nil: the server
	of        uuid.UUID
	conn      uint64 // the session and the connection that it is about, where there is no client any more
	slots     int64  // of the command, released when that is answered
	cost      int    // of the command, see admission
	isMessage bool   // it is a line, and needs no answer
	implied   bool   // it is needed by a command, which is then answered for both
	local     bool   // it is an answer that needed no decision
	secrets   []state.Secret
	ref       protocol.Ref
	codes     *sessionCodes // nil: no session begins or is resumed by it
}

// sessionCodes are the code of the session that begins by an intent, and of the session that is resumed by it.
type sessionCodes struct{ opened, resumed string }

// sessionRef is the session of a client, with its code.
type sessionRef struct {
	id   uuid.UUID
	code string
}

// propose decides an intent or, on a node, appends it to the log.
func (l *loop) propose(p proposal) {
	l.begin()
	now := time.Now()
	in := &l.intent
	*in = state.Intent{
		ID: l.ids.next(now), Time: now.UTC().Truncate(time.Millisecond), Lag: l.lateness(now), Session: p.of, Conn: p.conn,
		Secrets: p.secrets, Op: p.op,
	}
	if p.c != nil {
		in.Session, in.Conn = p.c.id, p.c.conn
	}
	if l.node.shares() {
		in.Session = uuid.Nil // the order sets it: see state.Machine
		l.appendIntent(p, in)
		return
	}
	l.decide(p, in, now)
}

// decide decides an intent, and hands the events to the journal. For an intent of another node the proposal is zero.
func (l *loop) decide(p proposal, in *state.Intent, now time.Time) {
	made := l.machine.Decide(in)
	if _, ok := p.op.(state.Withdraw); ok {
		p.c.id = uuid.Nil
		l.numberGuest(p.c)
	}
	if made.Void && len(made.Rows) == 0 {
		l.trimUndo()
		l.drop(p)
		return
	}
	d := l.spare.take()
	d.proposal, d.number, d.at, d.next = p, l.machine.Number(), now, made.Next
	if len(made.Answers) > 0 {
		d.answers = slices.Clone(made.Answers)
	}
	if len(made.Events) == 0 && len(made.Rows) == 0 {
		l.trimUndo()
		l.answerAfter(d)
		return
	}
	d.copyEvents(made.Events)
	l.adopt(d)
	l.record(d, made.Rows)
}

// trimUndo frees what an undo would need, when nothing is in flight.
func (l *loop) trimUndo() {
	if len(l.uncommitted) == 0 {
		l.machine.Release(l.machine.Number())
	}
}

// drop ends a proposal that has no effect, or that a node decides no more.
func (l *loop) drop(p proposal) {
	l.hub.admission.answered(p.cost)
	if p.c != nil {
		l.release(p.c, p.slots)
	}
	if _, ok := p.op.(state.Disconnect); ok {
		l.forgetConn(p.conn)
	}
}

// copyEvents copies the events of a decision.
func (d *decision) copyEvents(events []state.Event) {
	n := 0
	for i := range events {
		if events[i].Seq > 0 {
			n++
		}
	}
	if d.entries = d.one[:0]; n > 1 {
		d.entries = make([]journal.Entry, 0, n)
	}
	for i := range events {
		if e := &events[i]; e.Seq > 0 {
			d.entries = append(d.entries, journal.Entry{Seq: e.Seq, Stream: e.Stream, Author: e.Author, Event: e.What})
			d.hasMessage = d.hasMessage || e.What.IsMessage()
		} else {
			d.changes = append(d.changes, change{i, e.Author, e.Change})
		}
	}
}

// adopt makes the session of the decision that of its client.
func (l *loop) adopt(d *decision) {
	if d.c == nil || d.codes == nil {
		return
	}
	had := sessionRef{d.c.id, d.c.code}
	for _, ch := range d.changes {
		switch c := ch.Change.(type) {
		case state.Opened:
			if c.Session.Conn == d.c.conn {
				d.c.id, d.c.code, d.previous = ch.author, d.codes.opened, &had
			}
		case state.Attached:
			if c.Conn == d.c.conn {
				d.c.id, d.c.code, d.previous = ch.author, d.codes.resumed, &had
				l.adoptResumed(d)
			}
		}
	}
	l.lastGuest = max(l.lastGuest, l.machine.LastGuest())
}

// adoptResumed is adopt for a resumed session. For a person the server knows what was seen, whatever a hello says. A
// guest number is skipped if the client had a session: see resume.
func (l *loop) adoptResumed(d *decision) {
	if _, ok := d.op.(state.Resume); !ok {
		return
	}
	if d.c.resume = nil; d.previous.id != uuid.Nil {
		l.lastGuest++
	}
}

// record hands a decision to the journal.
func (l *loop) record(d *decision, rows []state.Row) {
	if len(l.uncommitted) == 0 {
		l.health.answered = time.Now()
	}
	l.uncommitted = append(l.uncommitted, d)
	d.spent = l.spend(d)
	l.expectAnswer()
	l.hub.journal.Propose(journal.Proposal{Entries: d.entries, Rows: slices.Clone(rows)})
	l.rearm()
}
