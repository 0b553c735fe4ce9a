package hub

import (
	"slices"
	"time"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// having are the tickets that m has or is about to have, in order.
func (r *run) having(m *member) (ts []*ticket) {
	if !m.serves {
		return nil
	}
	for _, t := range r.desk.tickets {
		if t.owner() == m {
			ts = append(ts, t)
		}
	}
	slices.SortFunc(ts, func(a, b *ticket) int { return int(a.no) - int(b.no) })
	return ts
}

// serving reports whether m has anybody.
func (r *run) serving(m *member) bool {
	for _, t := range r.desk.tickets {
		if t.owner() == m {
			return true
		}
	}
	return false
}

// returning is what is recorded when m gives visitors back.
func (r *run) returning(m *member, why protocol.Reason, ts []*ticket) (entries []journal.Entry) {
	onDuty := r.desk.onDuty()
	if m.duty {
		onDuty--
	}
	n := 0 // of ts that are there
	for _, t := range ts {
		if t.isLeaving() {
			continue
		}
		at := protocol.AtDesk{State: protocol.Returned, By: m.nick}
		if v := t.visitor; v != nil && v.client != nil && v.visiting == t.no {
			v.standing = protocol.Queueing{Place: r.desk.place(t.no) + n, OnDuty: onDuty} // those before it come back, too
			q := v.standing
			at.Queueing = &q
			n++
		}
		entries = append(entries, r.toVisitor(m, t, at)...)
		entries = append(entries, r.deskEntry(m, protocol.TicketChanged{Ticket: t.no, From: t.nick, State: protocol.Returned, By: m.nick, Reason: why}))
	}
	return entries
}

// relieve takes the visitors from operators who have said nothing for too long.
func (r *run) relieve(now time.Time) {
	if r.opts.Silence <= 0 {
		return
	}
	for _, m := range slices.Clone(r.desk.operators) {
		if now.Before(m.active.Add(r.opts.Silence)) {
			continue
		}
		m.active = now // once is enough, and if it cannot be recorded, it is tried again
		if m.gone || !r.serving(m) {
			continue
		}
		c := m.client
		r.propose(proposal{
			entries: append(r.returning(m, protocol.Silent, r.having(m)), r.deskEntry(m, protocol.DutyChanged{From: m.nick, Reason: protocol.Silent})),
			done: func() {
				if m.client == c && c != nil {
					r.tellOne(c, protocol.Notice{Text: protocol.MustText("you have said nothing for a long while: your visitors wait for somebody else, and you are off duty. /duty on when you are back")})
				}
			},
			failed: func() {},
		})
	}
}

// mindDesk looks after the desk when something there has changed.
func (r *run) mindDesk() {
	if !r.desk.touched {
		return
	}
	r.desk.touched, r.untold = false, true
	r.tidyDesk(time.Now())
	r.followTargets()
	r.assign()
	r.tellQueue()
	r.rearm()
}

// assign gives the next visitor to an operator who is alone at a server that is
// only a desk: as in the tutorial, where who sits there answers who comes.
func (r *run) assign() {
	if !r.opts.Desk || r.deaf || len(r.desk.operators) != 1 {
		return
	}
	m := r.desk.operators[0]
	if m.target != nil || !m.duty || m.gone || m.client == nil || r.serving(m) {
		return
	}
	if t := r.longest(); t != nil {
		r.appoint(m, t)
	}
}
