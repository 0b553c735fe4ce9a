package state

import (
	"net/netip"

	"chinwag/protocol"
)

// The desk is a room in which a visitor hears only the operators, and only the operators hear the visitor. What is said
// there is two events with one id:
//
//	visitor ──> Said ──> the visitor's own stream ──> the visitor, alone
//	       └──> VisitorSaid ─> the desk's stream ───> every operator, in any room
//
// An operator's answer is Said and Replied in the same way. A conversation is a ticket: it belongs to a session, never
// to a name.

// visitorCommand carries out a command that means something else at the desk than in a room, and reports whether cmd is
// one.
func (m *Machine) visitorCommand(s *Session, cmd protocol.Command) bool {
	switch cmd := cmd.(type) {
	case protocol.Desk:
		switch {
		case cmd.Text.IsBlank():
			m.answer(s, m.status(s))
		case !m.saidBefore(s, cmd.Ref):
			m.ask(s, cmd.Ref, cmd.Text)
		}
	case protocol.Who:
		if cmd.Room != (protocol.Room{}) && cmd.Room != protocol.DeskRoom {
			m.reject(s, notAtDesk)
			return true
		}
		m.answer(s, m.status(s))
	case protocol.LeaveDesk:
		m.leaveDesk(s)
	case protocol.Join:
		switch {
		case cmd.Room == protocol.DeskRoom:
			m.answer(s, m.status(s))
		case m.Settings.Desk:
			m.reject(s, noRooms)
		default:
			return false
		}
	case protocol.Rooms:
		if !m.Settings.Desk {
			return false
		}
		m.reject(s, noRooms)
	case protocol.Msg, protocol.Me, protocol.Topic, protocol.Away, protocol.Watch, protocol.Part:
		m.reject(s, notAtDesk)
	default:
		return false
	}
	return true
}

var (
	notAtDesk = protocol.Refuse("at-desk", "at the desk you talk to the operators only: please just type what you need")
	noRooms   = protocol.Refuse("desk-only", "there is only the desk here: please just type what you need")
)

// goToDesk moves s to the desk, and says its text there.
func (m *Machine) goToDesk(s *Session, cmd protocol.Desk) {
	switch {
	case s.Operator && cmd.Text.IsBlank():
		m.showQueue(s, protocol.Queue{})
		return
	case s.Operator:
		m.reject(s, nobodyToAsk)
		return
	case m.saidBefore(s, cmd.Ref):
		return
	}
	if why := m.move(s, protocol.DeskRoom); why != nil {
		m.reject(s, why)
		return
	}
	m.answerEntered(s)
	if !cmd.Text.IsBlank() {
		m.ask(s, cmd.Ref, cmd.Text)
	}
}

var nobodyToAsk = protocol.Refuse("already-operator", "nobody has heard that: you are an operator, and at the desk visitors ask operators; @N TEXT answers visitor N, /queue shows them")

// leaveDesk moves s back to its room. On a server that is only a desk, it quits.
func (m *Machine) leaveDesk(s *Session) {
	if m.Settings.Desk {
		m.quit(s, protocol.Quit{})
		return
	}
	if why := m.move(s, m.roomBefore(s)); why != nil {
		m.reject(s, why)
		return
	}
	m.answerEntered(s)
}

// leaveNoDesk is for a session that is not at the desk.
func (m *Machine) leaveNoDesk(s *Session, _ protocol.LeaveDesk) {
	m.rejectf(s, "not-at-desk", "you are not at the desk: /part leaves a room, /quit the server")
}

// roomBefore returns the room to which s goes from the desk.
func (m *Machine) roomBefore(s *Session) protocol.Room {
	if s.Before == (protocol.Room{}) || m.checkEnter(s, s.Before, false) != nil {
		return m.entrance(s.Operator)
	}
	return s.Before
}

// ask emits a line of a visitor to the operators and to itself. The caller has checked that it is new.
func (m *Machine) ask(s *Session, ref protocol.Ref, text protocol.Text) {
	if m.desk.tickets[s.Ticket] == nil {
		m.reject(s, conversationOver)
		return
	}
	m.emit(Desk, s.ID, protocol.VisitorSaid{Meta: m.stamp(protocol.DeskRoom), Ticket: s.Ticket, From: s.Nick, Text: text})
	m.emit(Conversation(s.ID), s.ID, protocol.Said{Meta: m.sameStamp(protocol.DeskRoom), From: s.Nick, Text: text, Ack: mine(ref)})
}

var conversationOver = protocol.Refuse("conversation-closed", "this conversation has just been closed, so nobody has heard that")

// FullDesk returns why the desk has no place for a newcomer from an address; nil: it has one. Reserved places, in all
// and from that address, count as taken.
func (m *Machine) FullDesk(at netip.Prefix, reserved, reservedFrom int) *protocol.Refusal {
	if len(m.desk.visitors)+reserved >= m.Settings.Visitors {
		return protocol.Refuse("desk-full", "the queue is full just now: please try again in a while")
	}
	if at.IsValid() && m.desk.visitorsFrom[at]+reservedFrom >= m.Settings.VisitorsPerAddress {
		return protocol.Refuse("desk-address-full", "%d from your address are at the desk already: please try again in a while", m.Settings.VisitorsPerAddress)
	}
	return nil
}

// checkDesk returns why s cannot come to the desk: it comes too often, or there is no place.
func (m *Machine) checkDesk(s *Session) *protocol.Refusal {
	if s.Visits >= MaxVisits && m.now.Sub(s.VisitsSince) < visitPeriod {
		return protocol.Refuse("desk-too-often", "you have come to the desk too often: please wait a minute")
	}
	return m.FullDesk(s.From.Prefix, 0, 0)
}

// status returns the operator that serves the visitor s, or how it stands in the queue.
func (m *Machine) status(s *Session) protocol.Event {
	if t := m.desk.tickets[s.Ticket]; t != nil && m.sessions[t.Operator] != nil {
		return protocol.VisitorNotice{Event: protocol.VisitorTaken, By: m.sessions[t.Operator].Nick}
	}
	q := m.queuePosition(s)
	return protocol.VisitorNotice{Event: protocol.VisitorWaits, QueuePosition: &q}
}

func deskFields(v *protocol.Desk, c *coder) {
	c.ref(&v.Ref)
	c.text(&v.Text)
}
