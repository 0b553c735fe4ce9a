package state

import (
	"time"

	"chinwag/protocol"
)

// due does what is due by now. What is too much for one decision is due at once again.
func (m *Machine) due(*Session, Tick) {
	for n := 0; n < endedAtOnce && len(m.held) > 0 && !m.held[0].Until.After(m.now); n++ {
		m.endHold(m.held[0])
	}
	m.limitDesk()
	m.operatorsDue()
}

// NextDue returns when Tick has something to do next; zero: never.
func (m *Machine) NextDue() time.Time {
	next := earlier(m.nextDeskDue(), m.nextOperatorDue())
	if len(m.held) > 0 {
		next = earlier(next, m.held[0].Until)
	}
	return next
}

// earlier returns the earlier of two times; zero is never.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// endHold ends a session that did not come back in time, unless its words at the desk wait for an answer. If it is
// still in its rooms, their members are told now that it has lost its connection.
func (m *Machine) endHold(s *Session) {
	lost := protocol.Left{Reason: protocol.Lost}
	if s.Room != (protocol.Room{}) && m.leavesMessage(s) {
		m.part(s, lost)
	}
	if s.Room == (protocol.Room{}) && m.extendHold(s) {
		return
	}
	m.end(s, lost)
}
