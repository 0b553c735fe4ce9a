package state

import (
	"slices"

	"chinwag/protocol"
)

// Operators take visitors. Of two operators that take the same one the first has the visitor, and the other is told
// which operator that is.

func (m *Machine) take(s *Session, cmd protocol.Take) {
	t, why := m.owned(s, cmd.Ticket)
	switch {
	case why != nil:
		m.guardPaste(s)
		m.reject(s, why)
	case t.Operator == s.ID:
		m.setTarget(s, t)
		m.answer(s, m.withTarget(s, protocol.Target{}))
	default:
		m.takeOver(s, t)
	}
}

// owned returns the ticket with that number if it waits or is assigned to s. Zero means the target of s.
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
	case t == nil && s.Target.Former == no:
		return nil, protocol.Refuse("visitor-gone", "%s %s has gone", no, s.Target.FormerNick)
	case t == nil && slices.Contains(m.common.Ended, no):
		return nil, protocol.Refuse("visitor-gone", "%s has gone", no)
	case t == nil:
		return nil, noVisitor(no)
	case !t.waits() && t.Operator != s.ID:
		return nil, protocol.Refuse("visitor-taken", "%s has %s, and /note %d TEXT tells only operators", m.sessions[t.Operator].Nick, t.name(), t.No)
	}
	return t, nil
}

func noVisitor(no protocol.Ticket) *protocol.Refusal {
	return protocol.Refuse("no-visitor", "there is no visitor %s here: /queue shows who is", no)
}

// takeOver assigns t to s and makes it the target.
func (m *Machine) takeOver(s *Session, t *Ticket) {
	m.assignTo(s, t)
	m.setTarget(s, t)
	m.answer(s, m.withTarget(s, protocol.Target{Event: protocol.VisitorTaken, Ticket: t.No, Nick: t.Nick}))
	m.replayConversation(s, t)
}

// assignTo assigns t to s, and tells the visitor and the operators.
func (m *Machine) assignTo(s *Session, t *Ticket) {
	m.toVisitor(s, t, protocol.VisitorNotice{Event: protocol.VisitorTaken, By: s.Nick})
	m.tellOfTicket(s, t, protocol.TicketChanged{Event: protocol.VisitorTaken})
}

// tellOfTicket tells the operators what the operator s has done with t.
func (m *Machine) tellOfTicket(s *Session, t *Ticket, ev protocol.TicketChanged) {
	ev.Meta, ev.Ticket, ev.From, ev.By = m.stamp(protocol.DeskRoom), t.No, t.Nick, s.Nick
	m.emit(Desk, s.ID, ev)
}

// replayConversation shows s the conversation of a visitor that came before s heard the desk.
func (m *Machine) replayConversation(s *Session, t *Ticket) {
	if t.Opened < s.HearsDeskFrom {
		m.effect(s, Transcript{Ticket: t.No, Lines: m.Settings.Replay})
	}
}

func (m *Machine) hand(s *Session, cmd protocol.Hand) {
	t, why := m.owned(s, cmd.Ticket)
	to := m.named(cmd.To)
	switch {
	case why != nil:
	case to == nil || !to.HearsDesk || to.Conn == 0:
		why = protocol.Refuse("no-operator", "there is no operator called %s here: /queue shows who is", cmd.To)
	case to == s:
		why = protocol.Refuse("yourself", "that is you")
	case !to.OnDuty:
		why = protocol.Refuse("off-duty", "%s is off duty", to.Nick)
	}
	if why != nil {
		m.reject(s, why)
		return
	}
	m.toVisitor(s, t, protocol.VisitorNotice{Event: protocol.VisitorHanded, By: s.Nick, To: to.Nick})
	m.tellOfTicket(s, t, protocol.TicketChanged{Event: protocol.VisitorHanded, To: to.Nick})
	switch t.No {
	case s.Target.Ticket:
		m.setTarget(s, nil)
		m.guardPaste(s) // lines sent together with it may still be meant for the visitor
	case s.Target.Pending:
		m.dropPending(s)
	}
	m.answer(s, m.withTarget(s, protocol.Target{Event: protocol.VisitorHanded, Ticket: t.No, Nick: t.Nick, By: to.Nick}))
}

// dropPending removes the pending target: when the lines of s are accepted again, they go to the room.
func (m *Machine) dropPending(s *Session) {
	target := s.Target
	target.Pending = 0
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
	text := DropLong(cmd.Text)
	m.toVisitor(s, t, protocol.VisitorNotice{Event: protocol.VisitorHeld, By: s.Nick, Text: text})
	m.tellOfTicket(s, t, protocol.TicketChanged{Event: protocol.VisitorHeld, Text: text})
	m.answer(s, m.withTarget(s, protocol.Target{Event: protocol.VisitorHeld, Ticket: t.No, Nick: t.Nick}))
}

// toVisitor sends e to the visitor of t, in the stream that its session reads, and reports whether it did. It makes the
// stamp of e. A visitor that has left a message and is in a room gets only the words of e, as a private line.
func (m *Machine) toVisitor(s *Session, t *Ticket, e protocol.Recorded) bool {
	v := m.sessions[t.Session]
	switch {
	case v == nil:
		return false
	case v.Ticket == t.No:
		m.emit(Conversation(v.ID), s.ID, e.WithMeta(m.stamp(protocol.DeskRoom)))
		return true
	case v.Message != t.No:
		return false
	}
	words := wordsTo(e)
	if words.IsBlank() {
		return false
	}
	m.emit(Mailbox(v.ID), s.ID, protocol.Whispered{Meta: m.stamp(protocol.Room{}), From: s.Nick, To: v.Nick, Text: words})
	return true
}

// wordsTo returns the words of an operator in an event for a visitor.
func wordsTo(e protocol.Recorded) protocol.Text {
	switch e := e.(type) {
	case protocol.Said:
		return e.Text
	case protocol.VisitorNotice:
		return e.Text
	}
	return protocol.Text{}
}

// updateDesk does what follows by itself when something at the desk has changed.
func (m *Machine) updateDesk() {
	if !m.desk.changed {
		return
	}
	m.limitDesk()
	m.dropEndedTargets()
	m.assign()
	m.desk.changed = false
}

// assign gives the next visitor, without being asked, to the only connected operator of a server that is only a desk,
// if it serves none. With more operators it does nothing: a half-typed line could reach the wrong visitor.
func (m *Machine) assign() {
	if !m.Settings.Desk {
		return
	}
	s := m.onlyOperator()
	if s == nil || s.Target.Ticket != 0 || !s.OnDuty || m.hasTickets(s) {
		return
	}
	if t := m.nextTicket(); t != nil {
		m.assignUnasked(s, t)
	}
}

// onlyOperator returns the connected operator; nil: there is none, or more than one.
func (m *Machine) onlyOperator() (only *Session) {
	for _, s := range m.desk.operators {
		switch {
		case !s.isThere():
		case only != nil:
			return nil
		default:
			only = s
		}
	}
	return only
}

func takeFields(v *protocol.Take, c *coder) { number(c, &v.Ticket) }

func handFields(v *protocol.Hand, c *coder) {
	number(c, &v.Ticket)
	c.nick(&v.To)
}

func holdFields(v *protocol.Hold, c *coder) {
	number(c, &v.Ticket)
	c.text(&v.Text)
}
