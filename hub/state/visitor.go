package state

import (
	"time"

	"chinwag/protocol"
)

// How a visit goes is in ticketDiagram.
//
// After a restart a visitor is not connected, and the operators are not told: the ticket is lost when the visitor does
// not come back in time. So isThere asks the session, and Ticket.Absent is what operators were told.

// visitPeriod is the period to which MaxVisits refers.
const visitPeriod = time.Minute

// openTicket opens a new ticket for s, which has come to the desk.
func (m *Machine) openTicket(s *Session) { m.tellDesk(s, m.Tickets+1, protocol.VisitorWaits) }

// returnToTicket has s, which has come to the desk, continue its conversation or message there.
func (m *Machine) returnToTicket(s *Session) {
	no := s.Ticket
	if no == 0 {
		no = s.Message
	}
	if m.desk.tickets[no] != nil {
		m.tellDesk(s, no, protocol.VisitorBack)
	}
}

// leaveTicket ends the visit of s, or has its ticket wait for it, as s leaves the desk for that reason. Left was
// emitted before. protocol.Moved: s goes to another room.
func (m *Machine) leaveTicket(s *Session, why protocol.Reason) {
	t := m.desk.tickets[s.Ticket]
	if t == nil {
		return
	}
	event := m.leaveEvent(s, t, why)
	if event != protocol.VisitorLeftMessage || !t.Message { // else operators were told that
		m.tellDesk(s, t.No, event)
	}
	if event == protocol.VisitorLeftMessage && why == protocol.Moved {
		m.change(s.ID, MessageLeft{})
	}
}

// leaveEvent returns what happens to t when its visitor leaves the desk.
func (m *Machine) leaveEvent(s *Session, t *Ticket, why protocol.Reason) protocol.TicketEvent {
	switch {
	case why == protocol.Kicked:
	case m.leavesMessage(s):
		return protocol.VisitorLeftMessage
	case why == protocol.Moved:
	case s.Code != Secret{} && why != protocol.Departed && !t.Absent:
		return protocol.VisitorLost
	}
	return protocol.VisitorLeft
}

// leavesMessage reports whether the words of s wait for an answer when it has gone: no operator is on duty to answer
// them.
func (m *Machine) leavesMessage(s *Session) bool {
	t := m.desk.tickets[s.Ticket]
	return t != nil && (t.Message || t.waits() && !t.First.IsBlank() && m.onDuty() == 0)
}

// extendHold ends the hold of a visitor's session that is in no room, and reports whether it is held for longer. If
// there is a message, the session may come back until that is answered, but its nick is free again.
func (m *Machine) extendHold(s *Session) bool {
	t := m.desk.tickets[s.Ticket]
	switch {
	case t == nil:
		return false
	case !m.leavesMessage(s):
		m.tellDesk(s, t.No, protocol.VisitorLeft)
		return false
	case s.Released:
		return false // the message stays
	}
	m.change(s.ID, NameReleased{})
	if !t.Message {
		m.tellDesk(s, t.No, protocol.VisitorLeftMessage)
	}
	m.change(s.ID, Detached{Until: m.now.Add(m.Settings.Messages), Seen: s.Seen, Short: s.Short})
	return true
}

// tellDesk tells the operators of a change of a ticket that no operator has made.
func (m *Machine) tellDesk(s *Session, no protocol.Ticket, event protocol.TicketEvent) {
	m.emit(Desk, s.ID, protocol.TicketChanged{Meta: m.stamp(protocol.DeskRoom), Ticket: no, From: s.Nick, Event: event})
}

// dismiss moves a visitor away from the desk after its conversation was closed. A visitor without a connection may come
// back to read that.
func (m *Machine) dismiss(v *Session) {
	switch {
	case v.row == 0: // the bound of MaxUnread has ended it in this decision
	case v.Conn == 0:
		m.dismissLater(v)
	case v.Room != protocol.DeskRoom:
	case m.Settings.Desk:
		conn := v.Conn
		m.end(v, protocol.Left{Reason: protocol.Finished})
		m.tell(conn, Answer{Event: protocol.Goodbye{Reason: protocol.Finished}})
	case m.move(v, m.roomBefore(v)) == nil:
		m.answerEntered(v)
		m.guardPaste(v) // a line that is being typed is for the operators, not for this room
	}
}

// dismissLater has v come back to a room or, where there is only the desk, to its goodbye.
func (m *Machine) dismissLater(v *Session) {
	if v.Room != protocol.DeskRoom && v.Resume != protocol.DeskRoom {
		return
	}
	if v.Room == protocol.DeskRoom { // since a start: its room was not told that it has no connection
		m.emit(v.stream(v.Room), v.ID, protocol.Left{Meta: m.stamp(v.Room), From: v.Nick, Reason: protocol.Lost})
	}
	m.change(v.ID, ResumeSet{Resume: m.roomBefore(v), Finished: m.Settings.Desk})
	if len(m.desk.unread) > MaxUnread {
		m.end(m.desk.unread[0], protocol.Left{Reason: protocol.Lost})
	}
}
