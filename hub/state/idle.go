package state

import (
	"time"

	"chinwag/protocol"
)

// tendDesk does what follows by itself when something at the desk has changed.
func (m *Machine) tendDesk() {
	if !m.desk.touched {
		return
	}
	m.limitDesk()
	m.followTargets()
	m.assign()
	m.desk.touched = false
}

// assign gives the next visitor, without being asked, to the only connected operator of a server that is only a desk,
// if it serves none. With more operators it does nothing: a half-typed line could reach the wrong visitor.
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

// operatorsDue does what is due for operators.
func (m *Machine) operatorsDue() {
	m.relieve()
	m.settle()
}

// nextOperatorDue returns when operatorsDue has something to do next; zero: never. No timeout runs for an operator
// without a connection: see reconnected.
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

// relieve has the visitors of operators that have been silent for too long wait again.
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
