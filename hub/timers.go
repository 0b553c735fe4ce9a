package hub

import (
	"time"

	"chinwag/hub/state"
)

// rearm sets the timer to the first due time.
func (l *loop) rearm() {
	var due time.Time
	by := func(t time.Time) {
		if !t.IsZero() && (due.IsZero() || t.Before(due)) {
			due = t
		}
	}
	if len(l.pendingJoins) > 0 {
		by(l.pendingJoins[0].due)
	}
	by(l.delayedDue)
	if len(l.uncommitted) == 0 {
		by(l.retryAt)
	}
	by(l.queueNoticeDue())
	if len(l.uncommitted) == 0 {
		by(l.noteDue())
	}
	by(l.health.checkAt)
	by(l.node.beatDue())
	by(l.logSilenceDue())
	by(l.machineDue())
	for _, w := range l.nameWaits {
		by(w.until)
	}
	switch {
	case due.IsZero():
		l.timer.Stop()
	case due != l.dueAt:
		l.timer.Reset(time.Until(due))
	}
	l.dueAt = due
}

// machineDue is when the machine is asked next to do what is due; zero: never, or not before unrecorded decisions are
// tried again, or before those in flight are delivered: some due times only begin then.
func (l *loop) machineDue() time.Time {
	due := l.machine.NextDue()
	switch {
	case due.IsZero() || l.goodbyesSent || !l.retryAt.IsZero() || l.node.isBusy():
		return time.Time{}
	case len(l.uncommitted) > 0 && !due.Before(l.uncommitted[0].at.Add(state.PasteGuard)):
		return time.Time{}
	}
	due = later(due.Add(l.lag.at(time.Now())), l.node.due.notBefore)
	return due.Add(time.Millisecond - 1).Truncate(time.Millisecond) // as the machine counts
}

// expire does what is due.
func (l *loop) expire() {
	l.dueAt = time.Time{}
	if l.goodbyesSent { // no client is connected any more
		return
	}
	now := time.Now()
	l.checkSilence(now)
	l.joinSilent(now)
	if !l.delayedDue.IsZero() && !l.delayedDue.After(now) {
		l.tellDelayed(now)
	}
	l.reconcile(now)
	l.beat(now)
	l.reportLogSilence(now)
	l.endWaits(now)
	if due := l.machineDue(); !due.IsZero() && !due.After(now) {
		l.doDue()
	}
	if len(l.uncommitted) == 0 {
		l.noteWatermarks(now)
	}
	l.noticeQueue()
	l.rearm()
}

// doDue proposes what is due, or the first part of it.
func (l *loop) doDue() {
	due, flight := l.machine.NextDue(), len(l.uncommitted)
	l.node.due.inLog, l.node.due.of = l.node.shares(), due
	l.propose(proposal{op: state.Tick{}})
	if !l.node.due.inLog && l.machine.NextDue().Equal(due) && len(l.uncommitted) == flight {
		panic("hub: what is due is not done")
	}
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
