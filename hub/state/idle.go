package state

import (
	"time"

	"chinwag/protocol"
)

// returnSilent has the visitors of operators that have been silent for too long wait again.
func (m *Machine) returnSilent() {
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

// operatorsDue does what is due for operators.
func (m *Machine) operatorsDue() {
	m.returnSilent()
	m.resumeTargets()
}

// nextOperatorDue returns when operatorsDue has something to do next; zero: never. No timeout runs for an operator
// without a connection: see reconnected.
func (m *Machine) nextOperatorDue() (due time.Time) {
	for _, s := range m.desk.operators {
		if !s.isThere() {
			continue
		}
		if m.Settings.Silence > 0 {
			due = earlier(due, s.active.Add(m.Settings.Silence))
		}
		if s.Target.Nobody {
			due = earlier(due, s.refuseUntil)
		}
	}
	return due
}
