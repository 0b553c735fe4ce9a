package hub

import (
	"time"

	"chinwag/hub/journal"
	"chinwag/hub/state"
)

// deliveryDelay is the delay from decision to delivery: the longest of the last moments. A deadline for reading
// something is counted from its delivery.
type deliveryDelay struct {
	since       time.Time
	now, before time.Duration // the longest in this second, and in the second before
}

// note is called at each delivery.
func (d *deliveryDelay) note(decided, now time.Time) {
	d.at(now)
	d.now = max(d.now, now.Sub(decided))
}

// at is the present delay; deliveries of two seconds ago do not count.
func (d *deliveryDelay) at(now time.Time) time.Duration {
	switch passed := now.Sub(d.since); {
	case passed >= 2*state.PasteGuard:
		*d = deliveryDelay{since: now}
	case passed >= state.PasteGuard:
		*d = deliveryDelay{since: now, before: d.now}
	}
	return max(d.now, d.before)
}

// lateness is the delay from decision to delivery just now, or the least that it will be.
func (l *loop) lateness(now time.Time) time.Duration {
	late := l.lag.at(now)
	if len(l.uncommitted) > 0 {
		late = max(late, now.Sub(l.uncommitted[0].at))
	}
	return late
}

// settle delivers decisions that are recorded, or voids them.
func (l *loop) settle(b journal.Batch) {
	l.noteCommit(b)
	l.commits++
	switch {
	case b.Err != nil && l.node.shares():
		l.abandon(b.Err)
	case b.Err != nil:
		l.rollBack()
	default:
		l.deliverCommitted(len(b.Proposals))
	}
	if len(l.uncommitted) > 0 {
		l.expectAnswer()
	}
	if l.stopping && l.isSettled() {
		l.endInOrder()
	}
	l.rearm()
}

// isSettled reports whether all proposals are decided and delivered.
func (l *loop) isSettled() bool { return len(l.uncommitted) == 0 && !l.node.isWaiting() }

// deliverCommitted delivers the first n uncommitted decisions: the journal has them.
func (l *loop) deliverCommitted(n int) {
	batch := l.uncommitted[:n]
	l.lag.note(batch[0].at, time.Now())
	cost, answered, lines := 0, 0, 0
	for _, d := range batch {
		cost += d.cost
		if len(d.entries) > 0 {
			lines++
		}
		if l.hasFinalNote() {
			l.skipDecision(d)
		} else {
			l.deliverDecision(d)
		}
		for i := 0; i < len(d.after); i++ { // delivering one may bring another
			l.finishDecision(d.after[i], d.after[i].answers)
			answered += d.after[i].cost
		}
		l.spare.add(d)
	}
	l.machine.Release(batch[n-1].number)
	rest := copy(l.uncommitted, l.uncommitted[n:])
	clear(l.uncommitted[rest:])
	l.uncommitted = l.uncommitted[:rest]
	l.broadcast()
	l.spare.free()
	if lines > 0 || cost > 0 { // else there are no lines
		l.hub.admission.told(cost, lines, l.widest)
		l.hub.flusher.markCost(cost)
	}
	l.hub.admission.answered(answered)
	l.widest = 0
	l.noticeQueue()
	l.keepAfter()
}

// deliverDecision delivers the entries of a decision, and then its answers.
func (l *loop) deliverDecision(d *decision) {
	changes, answers := 0, 0
	for i := range len(d.entries) + len(d.changes) {
		from := answers
		for answers < len(d.answers) && d.answers[answers].After <= i {
			answers++
		}
		l.enqueueAnswers(d, d.answers[from:answers], 0)
		if changes < len(d.changes) && d.changes[changes].at == i {
			l.deliverChange(d.changes[changes])
			changes++
		} else {
			l.deliverEntry(&d.entries[i-changes])
		}
	}
	l.finishDecision(d, d.answers[answers:])
	if _, ok := d.op.(state.Disconnect); ok {
		l.forgetConn(d.conn)
	}
}

// answerAfter finishes a decision without events, in its turn.
func (l *loop) answerAfter(d *decision) {
	if n := len(l.node.waiting); n > 0 && d.local { // an earlier command of its client is not decided yet
		last := l.node.waiting[n-1]
		last.after = append(last.after, d)
		return
	}
	l.answerInOrder(d)
}

// answerInOrder is answerAfter for an answer that has waited for a decision, if it had to.
func (l *loop) answerInOrder(d *decision) {
	if n := len(l.uncommitted); n > 0 {
		last := l.uncommitted[n-1]
		last.after = append(last.after, d)
		return
	}
	l.finishDecision(d, d.answers)
	l.hub.admission.answered(d.cost)
	l.rearm()
}
