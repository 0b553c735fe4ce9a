package hub

import (
	"slices"
	"time"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// Who has whom. Every claim is decided here, in the hub's goroutine, and recorded
// after that: of two who take the same visitor in the same instant one is first, and
// the other is told who.

// next takes the one who waits longest of those who are there, or where nobody is the
// oldest message. Somebody whose connection is broken just now is passed over, and keeps the place.
func (r *run) next(m *member, w int64) {
	if t := r.longest(); t != nil {
		r.claimTicket(m, t, w)
		return
	}
	r.hush(m) // what comes together with it was for whoever was to be taken
	r.answer(m.client, protocol.Notice{Text: protocol.MustText("nobody waits")}, w)
}

func (r *run) longest() *ticket {
	var message *ticket
	for _, t := range r.desk.queue {
		switch {
		case len(t.claims) > 0 || t.isLeaving():
		case !t.lost:
			return t
		case t.message && message == nil:
			message = t
		}
	}
	return message
}

func (r *run) take(m *member, no protocol.Ticket, w int64) {
	t, refusal := r.mine(m, no)
	switch {
	case refusal != nil:
		r.hush(m)
		r.answer(m.client, protocol.Refused{Refusal: *refusal}, w)
	case t.owner() == m:
		r.aim(m, t, w)
	default:
		r.claimTicket(m, t, w)
	}
}

// mine is the ticket of that number if it is m's or nobody's. Zero means the
// one to whom m's lines go.
func (r *run) mine(m *member, no protocol.Ticket) (*ticket, *protocol.Refusal) {
	t := r.desk.tickets[no]
	if no == 0 {
		t = m.target
	}
	switch {
	case t == nil && no == 0 && m.nobody:
		return nil, protocol.Refuse("target-changed", "where your lines go has just changed: please name the number, /queue shows them")
	case t == nil && no == 0:
		return nil, protocol.Refuse("no-target", "whom do you mean? Please name the number, /queue shows them")
	case t == nil && m.left != nil && m.left.no == no:
		return nil, protocol.Refuse("visitor-gone", "%s has gone", m.left.name())
	case t == nil && slices.Contains(r.desk.lately, no):
		return nil, protocol.Refuse("visitor-gone", "%s has gone", no)
	case t == nil:
		return nil, protocol.Refuse("no-visitor", "there is no visitor %s here: /queue shows who is", no)
	case t.ended || t.isLeaving():
		return nil, protocol.Refuse("visitor-gone", "%s has gone", t.name())
	case t.ending:
		return nil, protocol.Refuse("conversation-closed", "%s is being closed", t.name())
	case t.owner() != nil && t.owner() != m:
		return nil, protocol.Refuse("visitor-taken", "%s has %s, and /note %d TEXT tells only operators", t.owner().nick, t.name(), t.no)
	}
	return t, nil
}

// claimTicket makes t m's own, and sends m's lines there.
func (r *run) claimTicket(m *member, t *ticket, w int64) {
	c := m.client
	r.changeHands(t, m, r.taking(m, t), func() {
		if m.client != c || !m.serves {
			r.giveBack(c, w)
			return
		}
		m.aimAt(t)
		r.tellOne(c, r.servingNow(m, protocol.Serving{State: protocol.Taken, Ticket: t.no, Nick: t.nick}))
		r.showPast(c, m, t, w)
	}, func() {
		r.hush(m)
		r.refuseUnkept(c, w)
	})
}

// taking is what is recorded when m takes t.
func (r *run) taking(m *member, t *ticket) []journal.Entry {
	return append(r.toVisitor(m, t, protocol.AtDesk{State: protocol.Taken, By: m.nick}),
		r.deskEntry(m, protocol.TicketChanged{Ticket: t.no, From: t.nick, State: protocol.Taken, By: m.nick}))
}

// showPast shows m what was said with the visitor whom it has now, if it has not heard it.
func (r *run) showPast(c *Client, m *member, t *ticket, w int64) {
	if t.opened < m.served {
		r.tellTranscript(c, m, t.no, r.opts.Replay, w)
		return
	}
	r.giveBackWhenWritten(c, w)
}

// changeHands proposes that t is to's from here on.
func (r *run) changeHands(t *ticket, to *member, entries []journal.Entry, done, failed func()) {
	t.claims = append(t.claims, to)
	r.propose(proposal{
		entries: entries,
		done:    func() { t.decided(); done() },
		failed:  func() { r.giveUpClaim(t); failed() },
	})
}

// giveUpClaim has the desk looked after again in a while, as if nobody had
// wanted t.
func (r *run) giveUpClaim(t *ticket) {
	claimant := t.claims[0]
	t.decided()
	r.mindDeskLater()
	if t.by != claimant {
		r.recall(t)
	}
}

// mindDeskLater has the desk looked after again, although nothing there may have changed.
func (r *run) mindDeskLater() {
	if r.deskAt.IsZero() {
		r.deskAt = time.Now().Add(time.Second)
		r.rearm()
	}
}

// recall has t given back by an operator who left when t seemed to be somebody
// else's soon, or to be over.
func (r *run) recall(t *ticket) {
	if m := t.by; m != nil && m.gone && t.owner() == m {
		r.propose(proposal{entries: r.returning(m, protocol.Quit, []*ticket{t}), done: func() {}, failed: func() {}})
	}
}

func (r *run) hand(m *member, cmd protocol.Hand, w int64) {
	t, refusal := r.mine(m, cmd.Ticket)
	to := r.named(cmd.To)
	switch {
	case refusal != nil:
	case to == nil || !to.serves || to.gone:
		refusal = protocol.Refuse("no-operator", "there is no operator called %s here: /queue shows who is", cmd.To)
	case to == m:
		refusal = protocol.Refuse("yourself", "that is you")
	case !to.duty:
		refusal = protocol.Refuse("off-duty", "%s is off duty", to.nick)
	}
	if refusal != nil {
		r.answer(m.client, protocol.Refused{Refusal: *refusal}, w)
		return
	}
	c := m.client
	r.changeHands(t, to, append(r.toVisitor(m, t, protocol.AtDesk{State: protocol.HandedOver, By: m.nick, To: to.nick}),
		r.deskEntry(m, protocol.TicketChanged{Ticket: t.no, From: t.nick, State: protocol.HandedOver, By: m.nick, To: to.nick})), func() {
		if m.target == t {
			m.aimAt(nil)
			r.hush(m) // what comes together with it may still be for the visitor
		} else if m.heir == t {
			m.heir = nil
		}
		r.tellOne(c, r.servingNow(m, protocol.Serving{State: protocol.HandedOver, Ticket: t.no, Nick: t.nick, By: to.nick}))
		r.giveBackWhenWritten(c, w)
	}, func() { r.refuseUnkept(c, w) })
}

func (r *run) askToWait(m *member, cmd protocol.Hold, w int64) {
	t, refusal := r.mine(m, cmd.Ticket)
	if refusal == nil && t.owner() == nil {
		refusal = protocol.Refuse("visitor-waiting", "%s waits already, and is nobody's yet: /take %d", t.name(), t.no)
	}
	if refusal != nil {
		r.answer(m.client, protocol.Refused{Refusal: *refusal}, w)
		return
	}
	c, text := m.client, short(cmd.Text)
	r.propose(proposal{
		entries: append(r.toVisitor(m, t, protocol.AtDesk{State: protocol.OnHold, By: m.nick, Text: text}),
			r.deskEntry(m, protocol.TicketChanged{Ticket: t.no, From: t.nick, State: protocol.OnHold, By: m.nick, Text: text})),
		done: func() {
			r.answer(c, r.servingNow(m, protocol.Serving{State: protocol.OnHold, Ticket: t.no, Nick: t.nick}), w)
		},
		failed: func() { r.refuseUnkept(c, w) },
	})
}

// seeOut leads a visitor away whose conversation is closed.
func (r *run) seeOut(v *member) {
	switch c := v.client; {
	case v.gone || v.bound != protocol.DeskRoom:
		if v.last == protocol.DeskRoom { // it may come back, and reads then how it ended
			v.last, v.finished = r.roomBefore(v), r.opts.Desk
			r.keepUnread(v)
		}
	case v.moving > 0: // it is coming back just now
		v.onRoom = append(v.onRoom, func() { r.seeOut(v) })
	case r.opts.Desk:
		r.forgetToken(v)
		r.depart(v, protocol.Left{Reason: protocol.Finished}, func() {
			if v.client == c && c != nil {
				r.goodbye(c, protocol.Finished, protocol.Text{})
			}
			r.end(v)
		})
	case c != nil:
		r.move(v, r.roomBefore(v), 0, func(v *member, at *journal.Entry, w int64) {
			r.seeOther(v, at, w)
			r.hush(v) // what v is typing is for the operators, and not for everybody here
		})
	}
}
