package state

import (
	"slices"

	"chinwag/protocol"
)

// Which operator has which visitor. Of two who take the same one the first has the visitor, and the other is told who.

// next takes the visitor who waits longest.
func (m *Machine) next(s *Session) {
	if t := m.longest(); t != nil {
		m.takeOver(s, t)
		return
	}
	m.hush(s) // what comes together with it was for whoever was to be taken
	m.notice(s, "nobody waits")
}

func (m *Machine) take(s *Session, no protocol.Ticket) {
	t, why := m.owned(s, no)
	switch {
	case why != nil:
		m.hush(s)
		m.reject(s, why)
	case t.By == s.ID:
		m.aim(s, t)
		m.answer(s, m.serving(s, protocol.Serving{}))
	default:
		m.takeOver(s, t)
	}
}

// owned is the ticket of that number if it is s's or nobody's. Zero means the one to whom s's lines go.
func (m *Machine) owned(s *Session, no protocol.Ticket) (*Ticket, *protocol.Refusal) {
	aimed := no == 0
	if aimed {
		no = s.Target.Ticket
	}
	t := m.desk.tickets[no]
	switch {
	case t == nil && aimed && s.Target.Nobody:
		return nil, protocol.Refuse("target-changed", "where your lines go has just changed: please name the number, /queue shows them")
	case t == nil && aimed:
		return nil, protocol.Refuse("no-target", "whom do you mean? Please name the number, /queue shows them")
	case t == nil && s.Target.Left == no:
		return nil, protocol.Refuse("visitor-gone", "%s %s has gone", no, s.Target.Nick)
	case t == nil && slices.Contains(m.common.Ended, no):
		return nil, protocol.Refuse("visitor-gone", "%s has gone", no)
	case t == nil:
		return nil, noVisitor(no)
	case !t.waits() && t.By != s.ID:
		return nil, protocol.Refuse("visitor-taken", "%s has %s, and /note %d TEXT tells only operators", m.session(t.By).Nick, t.name(), t.No)
	}
	return t, nil
}

func noVisitor(no protocol.Ticket) *protocol.Refusal {
	return protocol.Refuse("no-visitor", "there is no visitor %s here: /queue shows who is", no)
}

// takeOver makes t s's own, and sends s's lines there.
func (m *Machine) takeOver(s *Session, t *Ticket) {
	m.assignTo(s, t)
	m.aim(s, t)
	m.answer(s, m.serving(s, protocol.Serving{State: protocol.Taken, Ticket: t.No, Nick: t.Nick}))
	m.showPast(s, t)
}

// assignTo makes t s's own: the visitor and the operators are told.
func (m *Machine) assignTo(s *Session, t *Ticket) {
	m.toVisitor(s, t, protocol.AtDesk{State: protocol.Taken, By: s.Nick})
	m.tellOfTicket(s, t, protocol.TicketChanged{State: protocol.Taken})
}

// tellOfTicket tells the operators what s, who is one, has done with t.
func (m *Machine) tellOfTicket(s *Session, t *Ticket, ev protocol.TicketChanged) {
	ev.Stamp, ev.Ticket, ev.From, ev.By = m.stamp(protocol.DeskRoom), t.No, t.Nick, s.Nick
	m.emit(Desk, s.ID, ev)
}

// showPast shows s what was said with the visitor whom it has now, if it has not heard it.
func (m *Machine) showPast(s *Session, t *Ticket) {
	if t.Opened < s.Served {
		m.read(s, Transcript{Ticket: t.No, Lines: m.Settings.Replay})
	}
}

func (m *Machine) hand(s *Session, cmd protocol.Hand) {
	t, why := m.owned(s, cmd.Ticket)
	to := m.named(cmd.To)
	switch {
	case why != nil:
	case to == nil || !to.Serves || to.Conn == 0:
		why = protocol.Refuse("no-operator", "there is no operator called %s here: /queue shows who is", cmd.To)
	case to == s:
		why = protocol.Refuse("yourself", "that is you")
	case !to.Duty:
		why = protocol.Refuse("off-duty", "%s is off duty", to.Nick)
	}
	if why != nil {
		m.reject(s, why)
		return
	}
	m.toVisitor(s, t, protocol.AtDesk{State: protocol.HandedOver, By: s.Nick, To: to.Nick})
	m.tellOfTicket(s, t, protocol.TicketChanged{State: protocol.HandedOver, To: to.Nick})
	switch t.No {
	case s.Target.Ticket:
		m.aim(s, nil)
		m.hush(s) // what comes together with it may still be for the visitor
	case s.Target.Heir:
		m.disinherit(s)
	}
	m.answer(s, m.serving(s, protocol.Serving{State: protocol.HandedOver, Ticket: t.No, Nick: t.Nick, By: to.Nick}))
}

// disinherit has s's lines go to the room, and to no visitor, when they go somewhere again.
func (m *Machine) disinherit(s *Session) {
	target := s.Target
	target.Heir = 0
	m.change(s.ID, TargetSet{target})
}

// hold asks a visitor to wait a moment.
func (m *Machine) hold(s *Session, cmd protocol.Hold) {
	t, why := m.owned(s, cmd.Ticket)
	if why == nil && t.waits() {
		why = protocol.Refuse("visitor-waiting", "%s waits already, and is nobody's yet: /take %d", t.name(), t.No)
	}
	if why != nil {
		m.reject(s, why)
		return
	}
	text := short(cmd.Text)
	m.toVisitor(s, t, protocol.AtDesk{State: protocol.OnHold, By: s.Nick, Text: text})
	m.tellOfTicket(s, t, protocol.TicketChanged{State: protocol.OnHold, Text: text})
	m.answer(s, m.serving(s, protocol.Serving{State: protocol.OnHold, Ticket: t.No, Nick: t.Nick}))
}

// toVisitor tells the visitor of t, if there still is one, in the stream that it reads; it reports whether it did. e gets
// a stamp here. A visitor who has left a message and is in a room is told the words in it, as a private line.
func (m *Machine) toVisitor(s *Session, t *Ticket, e protocol.Recorded) bool {
	v := m.session(t.Session)
	switch {
	case v == nil:
		return false
	case v.Visiting == t.No:
		m.emit(Visit(v.ID), s.ID, e.Stamped(m.stamp(protocol.DeskRoom)))
		return true
	case v.Message != t.No:
		return false
	}
	words := wordsTo(e)
	if words.IsBlank() {
		return false
	}
	m.emit(Mailbox(v.ID), s.ID, protocol.Whispered{Stamp: m.stamp(protocol.Room{}), From: s.Nick, To: v.Nick, Text: words})
	return true
}

// wordsTo are an operator's words in what a visitor is told.
func wordsTo(e protocol.Recorded) protocol.Text {
	switch e := e.(type) {
	case protocol.Said:
		return e.Text
	case protocol.AtDesk:
		return e.Text
	}
	return protocol.Text{}
}
