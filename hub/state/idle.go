package state

import (
	"time"

	"chinwag/protocol"
)

// tendDesk looks after the desk when something there has changed.
func (m *Machine) tendDesk() {
	if !m.desk.touched {
		return
	}
	m.limitDesk()
	m.followTargets()
	m.assign()
	m.desk.touched = false
}

// assign gives the next visitor to an operator who is alone at a server that is
// only a desk: as in the tutorial, where who sits there answers who comes.
func (m *Machine) assign() {
	if !m.Settings.Desk {
		return
	}
	s := m.onlyOperator()
	if s == nil || s.Target.Ticket != 0 || !s.Duty || m.hasTickets(s) {
		return
	}
	if t := m.longest(); t != nil {
		m.appoint(s, t)
	}
}

// onlyOperator is the one who is there; nil: there is none, or there are others.
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

// operatorsDue does what time brings for operators.
func (m *Machine) operatorsDue() {
	m.relieve()
	m.settle()
}

// nextOperatorDue is when operatorsDue has something to do next; zero: never. It has nothing to do for an
// operator who is not there: see reconnected.
func (m *Machine) nextOperatorDue() (due time.Time) {
	by := func(t time.Time) {
		if due.IsZero() || t.Before(due) {
			due = t
		}
	}
	for _, s := range m.desk.operators {
		if !s.isThere() {
			continue
		}
		if m.Settings.Silence > 0 {
			by(s.active.Add(m.Settings.Silence))
		}
		if s.Target.Nobody {
			by(s.hushed)
		}
	}
	return due
}

// relieve takes the visitors from operators who have said nothing for too long.
func (m *Machine) relieve() {
	if m.Settings.Silence <= 0 {
		return
	}
	for _, s := range m.desk.operators {
		if !s.isThere() || m.now.Before(s.active.Add(m.Settings.Silence)) {
			continue
		}
		m.touchExact(s).active = m.now // once is enough
		if !m.hasTickets(s) {
			continue
		}
		m.returnTickets(s, protocol.Silent)
		m.tellDuty(s, false, protocol.Silent)
		m.notice(s, "you have said nothing for a long while: your visitors wait for somebody else, and you are off duty. /duty on when you are back")
	}
}
