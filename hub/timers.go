package hub

import (
	"time"

	"chinwag/hub/state"
)

// rearm sets the timer to the first due time.
func (r *run) rearm() {
	var due time.Time
	by := func(t time.Time) {
		if !t.IsZero() && (due.IsZero() || t.Before(due)) {
			due = t
		}
	}
	if len(r.greeted.silent) > 0 {
		by(r.greeted.silent[0].due)
	}
	if len(r.late) > 0 {
		by(r.lateAt)
	}
	if len(r.inflight) == 0 {
		by(r.retryAt)
	}
	by(r.queueDue())
	if len(r.inflight) == 0 {
		by(r.seenDue())
	}
	by(r.health.lookAt)
	by(r.node.beatDue())
	by(r.patienceDue())
	by(r.machineDue())
	for _, w := range r.waits {
		by(w.until)
	}
	switch {
	case due.IsZero():
		r.timer.Stop()
	case due != r.dueAt:
		r.timer.Reset(time.Until(due))
	}
	r.dueAt = due
}

// machineDue is when the machine is asked next to do what is due; zero: never, or not before unrecorded
// decisions are tried again, or before those in flight are delivered: some due times only begin then.
func (r *run) machineDue() time.Time {
	due := r.machine.NextDue()
	switch {
	case due.IsZero() || r.parted || !r.retryAt.IsZero() || r.node.isBusy():
		return time.Time{}
	case len(r.inflight) > 0 && !due.Before(r.inflight[0].at.Add(state.PasteGuard)):
		return time.Time{}
	}
	due = later(due.Add(r.lag.at(time.Now())), r.node.dueAfter)
	return due.Add(time.Millisecond - 1).Truncate(time.Millisecond) // as the machine counts
}

// expire does what is due.
func (r *run) expire() {
	r.dueAt = time.Time{}
	if r.parted { // no client is connected any more
		return
	}
	now := time.Now()
	r.watch(now)
	r.announce(now)
	if len(r.late) > 0 && !r.lateAt.After(now) {
		r.tellLate()
	}
	r.reconcile(now)
	r.beat(now)
	r.missOrder(now)
	r.endPatience(now)
	if due := r.machineDue(); !due.IsZero() && !due.After(now) {
		r.doDue()
	}
	if len(r.inflight) == 0 {
		r.noteSeen(now)
	}
	r.tellQueue()
	r.rearm()
}

// doDue proposes what is due, or the first part of it.
func (r *run) doDue() {
	due, flight := r.machine.NextDue(), len(r.inflight)
	r.node.due, r.node.dueWas = r.node.shares(), due
	r.propose(proposal{op: state.Due{}})
	if !r.node.due && r.machine.NextDue().Equal(due) && len(r.inflight) == flight {
		panic("hub: what is due is not done")
	}
}
