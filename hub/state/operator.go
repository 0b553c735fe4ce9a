package state

import (
	"cmp"
	"slices"
	"time"

	"chinwag/protocol"
)

// An operator is in a room, and hears the desk from there. One that lost its connection in a restart keeps its tickets
// and its place in the list while it is held. But it is not there: it does not count as on duty, is assigned no
// visitor, and no timeout runs for it.

// isThere reports whether s has a connection.
func (s *Session) isThere() bool { return s.Conn != 0 }

// promote makes a session an operator.
func (m *Machine) promote(s *Session, _ Promote) {
	switch {
	case s == nil || s.Room == protocol.Room{}: // its connection has ended
	case s.HearsDesk:
		m.rejectf(s, "already-operator", "you are an operator already")
	case s.Room == protocol.DeskRoom:
		m.promoteVisitor(s)
	default:
		m.change(s.ID, Promoted{})
		m.beginDuty(s)
		m.answer(s, protocol.Promoted{})
	}
}

// promoteVisitor is promote for a session at the desk: an operator sits in a room.
func (m *Machine) promoteVisitor(s *Session) {
	m.change(s.ID, Promoted{}) // before it enters the room of operators
	if refusal := m.move(s, m.entrance(true)); refusal != nil {
		panic("state: an operator may not enter where operators enter: " + refusal.Text)
	}
	m.answerEntered(s)
	m.answer(s, protocol.Promoted{})
}

// noPassword is for a session that asks to be an operator where that needs no password: the hub has checked a password.
func (m *Machine) noPassword(s *Session, _ protocol.Operator) {
	m.rejectf(s, "no-password", "nobody becomes an operator that way here: the server has no password for it")
}

// Promoted makes a session an operator.
type Promoted struct{}

func (Promoted) change() {}

func (m *Machine) promoted(s *Session, _ Promoted) { m.touchSession(s).Operator = true }

// Demoted takes that back.
type Demoted struct{}

func (Demoted) change() {}

func (m *Machine) demoted(s *Session, _ Demoted) {
	m.touchSession(s).Operator = false
	m.retired(s)
}

// beginDuty has an operator hear the desk and take visitors, unless it hears the desk already.
func (m *Machine) beginDuty(s *Session) {
	if !s.HearsDesk {
		m.tellDuty(s, true, "")
	}
}

func (m *Machine) setDuty(s *Session, cmd protocol.Duty) {
	words := "you are on duty: /next takes who waits longest"
	if !cmd.On {
		words = "you are off duty: nobody new is yours, and those whom you have stay with you"
	}
	m.tellDuty(s, cmd.On, "")
	m.notice(s, words)
}

// tellDuty tells the operators whether s takes visitors. No session can ignore an operator.
func (m *Machine) tellDuty(s *Session, on bool, why protocol.Reason) {
	m.emit(Desk, s.ID, protocol.DutyChanged{Meta: m.stamp(protocol.DeskRoom), From: s.Nick, On: on, Reason: why})
	m.hearOperator(s)
}

// onDuty returns how many operators take visitors.
func (m *Machine) onDuty() (n int) {
	for _, s := range m.desk.operators {
		if s.takesVisitors() {
			n++
		}
	}
	return n
}

func (s *Session) takesVisitors() bool { return s.OnDuty && s.isThere() }

// ticketsOf returns the tickets of s, in the order of their numbers.
func (m *Machine) ticketsOf(s *Session) (ts []*Ticket) {
	for _, t := range m.desk.tickets {
		if t.Operator == s.ID {
			ts = append(ts, t)
		}
	}
	slices.SortFunc(ts, byNumber)
	return ts
}

// hasTickets reports whether s has a ticket.
func (m *Machine) hasTickets(s *Session) bool {
	for _, t := range m.desk.tickets {
		if t.Operator == s.ID {
			return true
		}
	}
	return false
}

// returnTickets has all visitors of s wait again. If s leaves, its Left was emitted before, so it is no longer on duty.
func (m *Machine) returnTickets(s *Session, why protocol.Reason) {
	onDuty := m.onDuty()
	if s.takesVisitors() {
		onDuty--
	}
	for _, t := range m.ticketsOf(s) {
		at := protocol.VisitorNotice{Event: protocol.VisitorReturned, By: s.Nick}
		if m.isThere(t) {
			at.QueuePosition = &protocol.QueuePosition{Place: m.placeInQueue(t.No), OnDuty: onDuty}
		}
		m.toVisitor(s, t, at)
		m.tellOfTicket(s, t, protocol.TicketChanged{Event: protocol.VisitorReturned, Reason: why})
	}
}

func byServed(a, b *Session) int { return cmp.Compare(a.HearsDeskFrom, b.HearsDeskFrom) }

// dutyChanged applies DutyChanged: the operator s hears the desk, on duty or not.
func (m *Machine) dutyChanged(s *Session, ev protocol.DutyChanged, e *Event) {
	m.desk.changed = true
	m.touchSession(s)
	s.Operator, s.OnDuty = true, ev.On
	if !s.HearsDesk {
		s.HearsDesk, s.HearsDeskFrom = true, e.Seq
		insert(&m.desk.operators, s, byServed)
		m.touchExact(s).active = ev.Time
	}
}

// retired undoes dutyChanged: s has left its room, and not for another one, or is no operator any more. Its tickets are
// still its own: returnTickets, in the same decision, returns them.
func (m *Machine) retired(s *Session) {
	if !s.HearsDesk {
		return
	}
	m.desk.changed = true
	m.touchSession(s)
	remove(&m.desk.operators, s, byServed)
	s.HearsDesk, s.OnDuty, s.Target = false, false, Target{}
	m.touchExact(s).refuseUntil = time.Time{}
}

// reconnected restarts the timeouts of an operator that has a new connection.
func (m *Machine) reconnected(s *Session) {
	if !s.HearsDesk {
		return
	}
	m.desk.changed = true // there may be a visitor for it
	m.touchExact(s).active = m.now
	if s.Target.Nobody {
		m.guardPaste(s) // it was not told yet that its lines are rejected
	}
}

// announce tells all sessions.
func (m *Machine) announce(s *Session, cmd protocol.Announce) {
	m.emit(Everybody, s.ID, protocol.Announced{Meta: m.stamp(protocol.Room{}), From: s.Nick, Text: cmd.Text})
}

func announceFields(v *protocol.Announce, c *coder) { c.text(&v.Text) }

func (m *Machine) stop(s *Session, cmd protocol.Stop) { m.effect(s, Shutdown{DropLong(cmd.Text)}) }

func stopFields(v *protocol.Stop, c *coder) { c.text(&v.Text) }

func dutyFields(v *protocol.Duty, c *coder) { c.flags(&v.On) }
