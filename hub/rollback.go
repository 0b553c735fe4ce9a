package hub

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"chinwag/hub/state"
	"chinwag/protocol"
)

// What becomes of decisions whose commit fails:
//
//	with events  undone, and the author is told not-kept        no client's  proposed again: see reconcile
//	without      decided again, after the rest is undone        local        told in its turn

// rollBack undoes all that is uncommitted: the first commit failed, and the rest was decided after it. Intents without
// events are decided again.
func (l *loop) rollBack() {
	flight := l.uncommitted
	l.uncommitted = nil
	l.machine.Rollback(flight[0].number)
	l.hub.journal.Resume()
	l.retryAt = later(time.Now(), l.triedAt.Add(time.Second))
	for _, d := range slices.Backward(flight) {
		if d.previous != nil {
			d.c.id, d.c.code = d.previous.id, d.previous.code
		}
	}
	for _, d := range flight {
		if _, ok := d.op.(state.Start); ok {
			l.begun = false
		}
		l.refund(d.spent)
		l.hub.admission.told(d.cost, 1, 0)
		l.hub.flusher.markCost(d.cost)
		l.refuseUncommitted(d)
	}
	for _, d := range flight {
		if c, ok := d.op.(state.Continue); ok { // the step before it is done, and not answered
			l.propose(proposal{c: d.c, op: c.Stopped()})
		}
		for _, a := range d.after {
			l.redecide(a)
		}
	}
}

// redecide decides an intent without events again.
func (l *loop) redecide(d *decision) {
	switch _, opens := d.op.(state.Open); {
	case d.local:
		l.answerAfter(d)
	case d.c != nil && d.c.id == uuid.Nil && !opens: // its session did not begin
		l.hub.admission.answered(d.cost)
		l.refuseUncommitted(d)
	default:
		l.propose(d.proposal)
	}
}

// refuseUncommitted tells the author that a decision was not recorded, and so not delivered.
func (l *loop) refuseUncommitted(d *decision) {
	c := d.c
	switch {
	case c == nil || d.implied:
	case c.id == uuid.Nil:
		l.refuseSession(d)
	default:
		l.send(c, protocol.Refused{Refusal: *notKept, Ref: d.ref}, d.slots)
	}
}

// reconcile proposes again what no client has asked for, and could not be recorded: that a session has lost its
// connection, or has none before its hello. It compares sessions and clients, so it does not matter which decisions
// were undone. While the journal fails, a single proposal tests it.
func (l *loop) reconcile(now time.Time) {
	if l.retryAt.IsZero() || l.retryAt.After(now) || len(l.uncommitted) > 0 {
		return
	}
	l.retryAt, l.triedAt = time.Time{}, now
	attached := map[uint64]bool{}
	for _, s := range l.machine.View().Sessions {
		if s.Conn == 0 {
			continue
		}
		attached[s.Conn] = true
		if l.restore(s); l.health.reported == fails && len(l.uncommitted) > 0 {
			l.retryAt = now.Add(time.Second)
			return
		}
	}
	for conn := range l.lost {
		if !attached[conn] { // its session has not begun
			l.forgetConn(conn)
		}
	}
}

// restore detaches a session whose client is gone, or was withheld.
func (l *loop) restore(s *state.Session) {
	c := l.clients[s.Conn]
	switch {
	case c == nil || c.over || c.detached || c.id != s.ID:
		lost, ok := l.lost[s.Conn]
		if !ok {
			lost.Reason = protocol.Lost
		}
		l.propose(proposal{of: s.ID, conn: s.Conn, op: lost})
	case c.withheld && !s.Program:
		l.withdraw(c)
	}
}
