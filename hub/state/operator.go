package state

import (
	"cmp"
	"slices"
	"time"

	"chinwag/protocol"
)

// An operator sits in a room, and hears the desk from there. One whose connection a restart has
// broken still has its tickets, and its place in the list, until its hold is over: but it is not there,
// so it counts as on duty for nobody, is given nobody, and no clock runs against it.

// isThere reports whether somebody would read at once what s is told.
func (s *Session) isThere() bool { return s.Conn != 0 }

// promote makes an operator of a session.
func (m *Machine) promote(s *Session) {
	switch {
	case s == nil || s.Room == protocol.Room{}: // whose connection is over
	case s.Serves:
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
	m.change(s.ID, Promoted{}) // of the way there
	if refusal := m.move(s, m.entrance(true)); refusal != nil {
		panic("state: an operator may not enter where operators enter: " + refusal.Text)
	}
	m.beginDuty(s)
	m.seeOther(s)
	m.answer(s, protocol.Promoted{})
}

// beginDuty has an operator hear the desk and take visitors, if it does not.
func (m *Machine) beginDuty(s *Session) {
	if !s.Serves {
		m.tellDuty(s, true, "")
	}
}

func (m *Machine) setDuty(s *Session, on bool) {
	words := "you are on duty: /next takes who waits longest"
	if !on {
		words = "you are off duty: nobody new is yours, and those whom you have stay with you"
	}
	m.tellDuty(s, on, "")
	m.notice(s, words)
}

// tellDuty tells the operators whether s takes visitors. Everybody hears an operator.
func (m *Machine) tellDuty(s *Session, on bool, why protocol.Reason) {
	m.emit(Desk, s.ID, protocol.DutyChanged{Stamp: m.stamp(protocol.DeskRoom), From: s.Nick, On: on, Reason: why})
	m.hearOperator(s)
}

// onDuty is how many operators take visitors.
func (m *Machine) onDuty() (n int) {
	for _, s := range m.desk.operators {
		if s.takesVisitors() {
			n++
		}
	}
	return n
}

func (s *Session) takesVisitors() bool { return s.Duty && s.isThere() }

// ticketsOf are those that s has, in the order of their numbers.
func (m *Machine) ticketsOf(s *Session) (ts []*Ticket) {
	for _, t := range m.desk.tickets {
		if t.By == s.ID {
			ts = append(ts, t)
		}
	}
	slices.SortFunc(ts, func(a, b *Ticket) int { return cmp.Compare(a.No, b.No) })
	return ts
}

// hasTickets reports whether s has anybody.
func (m *Machine) hasTickets(s *Session) bool {
	for _, t := range m.desk.tickets {
		if t.By == s.ID {
			return true
		}
	}
	return false
}

// returnTickets gives back all visitors that s has, for that reason. Where s goes, that is told after its
// Left, by which it has no duty any more.
func (m *Machine) returnTickets(s *Session, why protocol.Reason) {
	onDuty := m.onDuty()
	if s.takesVisitors() {
		onDuty--
	}
	for _, t := range m.ticketsOf(s) {
		at := protocol.AtDesk{State: protocol.Returned, By: s.Nick}
		if m.isThere(t) {
			at.Queueing = &protocol.Queueing{Place: m.place(t.No), OnDuty: onDuty}
		}
		m.toVisitor(s, t, at)
		m.tellOfTicket(s, t, protocol.TicketChanged{State: protocol.Returned, Reason: why})
	}
}

// addOperator puts s into its place among the operators.
func (d *desk) addOperator(s *Session) {
	i, _ := slices.BinarySearchFunc(d.operators, s, byServed)
	d.operators = slices.Insert(d.operators, i, s)
}

func (d *desk) removeOperator(s *Session) {
	if i, found := slices.BinarySearchFunc(d.operators, s, byServed); found {
		d.operators = slices.Delete(d.operators, i, i+1)
	}
}

func byServed(a, b *Session) int { return cmp.Compare(a.Served, b.Served) }

// dutyChanged has an operator hear the desk, on duty or not.
func (m *Machine) dutyChanged(s *Session, ev protocol.DutyChanged, e *Event) {
	m.desk.touched = true
	m.touchSession(s)
	s.Operator, s.Duty = true, ev.On
	if !s.Serves {
		s.Serves, s.Served = true, e.Seq
		m.desk.addOperator(s)
		m.touchExact(s).active = ev.Time
	}
}

// retired is the end of dutyChanged: s has left its room, and not for another one, or is no operator any more. Its
// visitors are still its own; returnTickets, in the same decision, has them wait again.
func (m *Machine) retired(s *Session) {
	if !s.Serves {
		return
	}
	m.desk.touched = true
	m.touchSession(s)
	m.desk.removeOperator(s)
	s.Serves, s.Duty, s.Target = false, false, Target{}
	m.touchExact(s).hushed = time.Time{}
}

// reconnected has the clocks of an operator begin again that has another connection now.
func (m *Machine) reconnected(s *Session) {
	if !s.Serves {
		return
	}
	m.desk.touched = true // there may be somebody for it
	m.touchExact(s).active = m.now
	if s.Target.Nobody {
		m.hush(s) // it was not told yet that its lines go to nobody
	}
}
