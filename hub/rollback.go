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

// void undoes all that is in flight: the first commit failed, and the rest was decided after it. Intents
// without events are decided again.
func (r *run) void() {
	flight := r.inflight
	r.inflight = nil
	r.machine.Rollback(flight[0].number)
	r.hub.journal.Resume()
	r.retryAt = later(time.Now(), r.triedAt.Add(time.Second))
	for _, d := range slices.Backward(flight) {
		if d.had != nil {
			d.c.id, d.c.code = d.had.id, d.had.code
		}
	}
	for _, d := range flight {
		if _, ok := d.op.(state.Began); ok {
			r.begun = false
		}
		r.giveBackSpent(d.spent)
		r.hub.admission.told(d.cost, 1, 0)
		r.hub.sweep.note(d.cost)
		r.refuseUnkept(d)
	}
	for _, d := range flight {
		if c, ok := d.op.(state.Continue); ok { // the step before it is done, and not answered
			r.propose(proposal{c: d.c, op: c.Stopped()})
		}
		for _, a := range d.after {
			r.again(a)
		}
	}
}

// again decides an intent without events again.
func (r *run) again(d *decided) {
	switch _, opens := d.op.(state.Open); {
	case d.local:
		r.tellAfter(d)
	case d.c != nil && d.c.id == uuid.Nil && !opens: // its session did not begin
		r.hub.admission.answered(d.cost)
		r.refuseUnkept(d)
	default:
		r.propose(d.proposal)
	}
}

// refuseUnkept tells the author that a decision was not recorded, and so not delivered.
func (r *run) refuseUnkept(d *decided) {
	c := d.c
	switch {
	case c == nil || d.before:
	case c.id == uuid.Nil:
		r.tellNowhere(d)
	default:
		r.answer(c, protocol.Refused{Refusal: *unkept, Ref: d.ref}, d.weight)
	}
}

var unkept = protocol.Refuse("not-kept", "that could not be recorded, so nobody has heard it: please try again in a while")
