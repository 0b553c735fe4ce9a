package hub

import (
	"time"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// visit follows a visitor's command, where it means something else at the desk
// than in a room.
func (r *run) visit(m *member, cmd protocol.Command, w int64) (done bool) {
	c := m.client
	switch cmd := cmd.(type) {
	case protocol.Say:
		r.sayThere(m, cmd, w)
	case protocol.Desk:
		if cmd.Text.IsBlank() {
			r.answer(c, r.status(m), w)
		} else {
			r.ask(m, cmd.Ref, cmd.Text, w)
		}
	case protocol.Who:
		r.answer(c, r.status(m), w)
	case protocol.Undesk:
		r.leaveDesk(m, w)
	case protocol.Join:
		switch {
		case cmd.Room == protocol.DeskRoom:
			r.answer(c, r.status(m), w)
		case r.opts.Desk:
			r.refuseRooms(c, w)
		default:
			return false
		}
	case protocol.Rooms:
		if !r.opts.Desk {
			return false
		}
		r.refuseRooms(c, w)
	case protocol.Msg, protocol.Me, protocol.Topic, protocol.Away:
		r.answer(c, protocol.Refused{Refusal: *atDesk, Ref: refOf(cmd)}, w)
	default:
		return false
	}
	return true
}

var atDesk = protocol.Refuse("at-desk", "at the desk you talk to the operators only: please just type what you need")

func (r *run) refuseRooms(c *Client, w int64) {
	r.refuse(c, w, "desk-only", "there is only the desk here: please just type what you need")
}

// goToDesk brings m to the desk, and says its text there.
func (r *run) goToDesk(m *member, cmd protocol.Desk, w int64) {
	if m.operator && cmd.Text.IsBlank() {
		r.showQueue(m, protocol.Queue{}, w)
		return
	}
	if m.operator {
		r.answer(m.client, protocol.Refused{Refusal: *nobodyToAsk, Ref: cmd.Ref}, w)
		return
	}
	see := r.seeOther
	if m.bound == (protocol.Room{}) {
		see = r.seeRoom
	}
	if r.saidBefore(m, cmd.Ref, w) {
		return
	}
	if refusal := r.checkPlace(m, protocol.DeskRoom, m.finished || r.desk.tickets[m.message] != nil); refusal != nil {
		r.answer(m.client, protocol.Refused{Refusal: *refusal, Ref: cmd.Ref}, w)
		return
	}
	if cmd.Text.IsBlank() {
		r.move(m, protocol.DeskRoom, w, see)
		return
	}
	r.move(m, protocol.DeskRoom, w, func(m *member, at *journal.Entry, w int64) {
		see(m, at, 0)
		r.ask(m, cmd.Ref, cmd.Text, w)
	})
}

var nobodyToAsk = protocol.Refuse("already-operator", "nobody has heard that: you are an operator, and at the desk visitors ask operators; @N TEXT answers visitor N, /queue shows them")

// leaveDesk leads back to the room; where there is none, out.
func (r *run) leaveDesk(m *member, w int64) {
	if r.opts.Desk {
		r.leave(m.client, protocol.Text{})
		return
	}
	r.move(m, r.roomBefore(m), w, r.seeOther)
}

// roomBefore is where somebody goes from the desk.
func (r *run) roomBefore(m *member) protocol.Room {
	if m.before == (protocol.Room{}) || r.checkPlace(m, m.before, false) != nil {
		return r.entrance(m)
	}
	return m.before
}

// ask proposes what a visitor says.
func (r *run) ask(m *member, ref protocol.Ref, text protocol.Text, w int64) {
	if r.saidBefore(m, ref, w) {
		return
	}
	c := m.client
	if r.desk.tickets[m.visiting] == nil {
		r.answer(c, protocol.Refused{Refusal: *conversationOver, Ref: ref}, w)
		return
	}
	theirs := r.deskEntry(m, protocol.Asked{Ticket: m.visiting, From: m.nick, Text: text})
	ours := r.entry(m, protocol.DeskRoom, protocol.Said{From: m.nick, Text: text, Mine: mine(ref)})
	r.say(m, ref, []journal.Entry{theirs, twin(ours, theirs)}, w, func() { r.giveBack(c, w) })
}

// twin is a with the stamp of b: both tell of the same thing.
func twin(a, b journal.Entry) journal.Entry {
	stamp := protocol.StampOf(b.Event)
	stamp.Room = protocol.StampOf(a.Event).Room
	a.Event = a.Event.Stamped(stamp)
	return a
}

// deskEntry is what the operators are told of m's doing.
func (r *run) deskEntry(m *member, e protocol.Recorded) journal.Entry {
	return r.entryOf(journal.Desk, m, protocol.DeskRoom, e)
}

// maxTurns is how often one may come to the desk anew within a minute.
const maxTurns = 10

// checkDesk bounds those who are there, in all and from one address, and how often somebody comes.
func (r *run) checkDesk(m *member) *protocol.Refusal {
	if m.turns >= maxTurns && time.Since(m.turned) < time.Minute {
		return protocol.Refuse("desk-too-often", "you have come to the desk too often: please wait a minute")
	}
	if m.expected {
		return nil
	}
	if r.desk.places >= r.opts.Visitors {
		return protocol.Refuse("desk-full", "the queue is full just now: please try again in a while")
	}
	if m.from.Prefix.IsValid() && r.desk.placesFrom[m.from.Prefix] >= r.opts.VisitorsPerAddress {
		return protocol.Refuse("desk-address-full", "%d from your address are at the desk already: please try again in a while", r.opts.VisitorsPerAddress)
	}
	return nil
}

// openTicket gives m a number, which counts from here on until it is over.
func (r *run) openTicket(m *member) {
	r.tickets++
	m.visiting = r.tickets
	if time.Since(m.turned) >= time.Minute {
		m.turned, m.turns = time.Now(), 0
	}
	m.turns++
	r.desk.forgo(m)
	r.desk.admit(m.from)
}

// giveUpTicket takes back a number whose opening could not be recorded.
func (r *run) giveUpTicket(m *member, no protocol.Ticket) {
	if m.visiting == no {
		m.visiting = 0
	}
	r.desk.dismiss(m.from)
}

// standing is where m stands; Place is 0 while an operator is with it.
func (r *run) standing(m *member) protocol.Queueing {
	q := protocol.Queueing{OnDuty: r.desk.onDuty()}
	if t := r.desk.tickets[m.visiting]; t == nil || t.by == nil {
		q.Place = r.desk.place(m.visiting)
	}
	return q
}

// stand is what m is told of where it stands, in the place of all that was to be
// told of it before.
func (r *run) stand(m *member) *protocol.Queueing {
	if !m.operator { // else what was told is of the record: see tellTrouble
		m.client.out.post(nil)
	}
	m.standing = r.standing(m)
	q := m.standing
	return &q
}

// status tells a visitor how things stand.
func (r *run) status(m *member) protocol.Event {
	if t := r.desk.tickets[m.visiting]; t != nil && t.by != nil {
		return protocol.AtDesk{State: protocol.Taken, By: t.by.nick}
	}
	return protocol.AtDesk{State: protocol.Waiting, Queueing: r.stand(m)}
}

// parting is what the desk records as m leaves it.
func (r *run) parting(m *member, why protocol.Reason) protocol.TicketState {
	switch {
	case why == protocol.Kicked:
	case r.leavesMessage(m):
		return protocol.LeftMessage
	case m.token != "" && why != protocol.Quit:
		return protocol.Disconnected
	}
	return protocol.Gone
}

// leavesMessage reports whether m's words wait to be answered when it has gone:
// there is nobody who could have answered them.
func (r *run) leavesMessage(m *member) bool {
	t := r.desk.tickets[m.visiting]
	return t != nil && (t.message || t.owner() == nil && !t.first.IsBlank() && r.desk.onDuty() == 0)
}

// expireVisitor is the end of the time for which a broken session is held. If
// there is a message, it may come back for as long as that is not answered, but its
// name is free again.
func (r *run) expireVisitor(m *member, t *ticket) {
	switch {
	case r.leavesMessage(m) && !m.released:
		r.release(m, m.nick)
		m.released = true
		if !t.message {
			r.tryTicket(t, m, protocol.LeftMessage)
		}
		r.holdUntil(m, time.Now().Add(r.opts.Messages))
	case r.leavesMessage(m):
		r.end(m) // the message stays
	default:
		r.endVisit(m, t)
	}
}

// endVisit ends a session that is held, and its conversation.
func (r *run) endVisit(m *member, t *ticket) {
	r.forgetToken(m)
	m.gone, m.visiting = true, 0
	r.tryTicket(t, m, protocol.Gone)
}

// tryTicket records what became of a visitor without anybody's doing.
func (r *run) tryTicket(t *ticket, m *member, state protocol.TicketState) {
	p := proposal{entries: []journal.Entry{r.deskEntry(m, protocol.TicketChanged{Ticket: t.no, From: m.nick, State: state})}}
	p.done = func() {
		if state == protocol.Gone {
			r.end(m)
		}
	}
	p.failed = func() {
		r.again(m, func() {
			if m.client == nil { // else it is back
				r.propose(p)
			}
		})
	}
	r.propose(p)
}

// tellQueue tells those who wait what has changed for them: at once, and then
// once a second at the most, so that a thousand who leave together cost each of the others
// two lines and not a thousand.
func (r *run) tellQueue() {
	if !r.untold {
		return
	}
	now := time.Now()
	if now.Before(r.toldQueue.Add(time.Second)) {
		return // the timer is set
	}
	r.untold, r.toldQueue = false, now
	onDuty := r.desk.onDuty()
	q := protocol.Queueing{OnDuty: onDuty}
	for _, t := range r.desk.queue {
		if t.lost {
			continue
		}
		q.Place++
		m := t.visitor
		if m == nil || m.client == nil || m.room == nil || len(t.claims) > 0 || m.visiting != t.no || sounds(m.standing, q) {
			continue
		}
		m.standing = q
		told := q
		m.client.out.post(protocol.NewLine(protocol.AtDesk{State: protocol.Waiting, Queueing: &told}))
	}
}

// sounds reports whether a and b are told in the same words.
func sounds(a, b protocol.Queueing) bool {
	if a.OnDuty == 0 || b.OnDuty == 0 {
		return a.OnDuty == b.OnDuty
	}
	return a.Place == b.Place
}
