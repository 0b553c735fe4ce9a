package state

import (
	"time"

	"chinwag/protocol"
)

// endedAtOnce is how many sessions one decision ends: what is said meanwhile waits no longer than for these.
const endedAtOnce = 128

// due does what is to happen because time has passed. What is too much for one decision is due at once again.
func (m *Machine) due() {
	for n := 0; n < endedAtOnce && len(m.held) > 0 && !m.held[0].Until.After(m.now); n++ {
		m.endHold(m.held[0])
	}
	m.limitDesk()
	m.operatorsDue()
}

// NextDue is when Due has something to do next; zero: never.
func (m *Machine) NextDue() time.Time {
	next := earlier(m.nextDeskDue(), m.nextOperatorDue())
	if len(m.held) > 0 {
		next = earlier(next, m.held[0].Until)
	}
	return next
}

// earlier is the first of two times; zero is never.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// endHold ends a session to which nobody came back, unless what it has said at the desk waits
// to be answered. Of one that is still in its room the others hear now that it has no connection.
func (m *Machine) endHold(s *Session) {
	lost := protocol.Left{Reason: protocol.Lost}
	if s.Room != (protocol.Room{}) && m.leavesMessage(s) {
		m.part(s, lost)
	}
	if s.Room == (protocol.Room{}) && m.holdOver(s) {
		return
	}
	m.end(s, lost)
}
