package state

import "chinwag/protocol"

// The order in which visitors wait at the desk. A visitor without a connection keeps its place, and is passed over.

// isThere reports whether the visitor of t is at the desk, with a connection.
func (m *Machine) isThere(t *Ticket) bool {
	v := m.session(t.Session)
	return !t.Lost && v != nil && v.Conn != 0 && v.Visiting == t.No
}

// standing returns where s stands at the desk; Place is 0 while an operator has it.
func (m *Machine) standing(s *Session) protocol.QueuePosition {
	q := protocol.QueuePosition{OnDuty: m.onDuty()}
	if t := m.desk.tickets[s.Visiting]; t == nil || t.waits() {
		q.Place = m.place(s.Visiting)
	}
	return q
}

// place returns the place of a number among the connected visitors that wait: 1 is next.
func (m *Machine) place(no protocol.Ticket) int {
	place := 1
	for _, t := range m.desk.queue {
		if t.No >= no {
			break
		}
		if m.isThere(t) {
			place++
		}
	}
	return place
}

// longest returns the ticket that /next takes: that of the connected visitor that has waited longest or, if there is
// none, the oldest message; nil: there is neither.
func (m *Machine) longest() *Ticket {
	var message *Ticket
	for _, t := range m.desk.queue {
		switch {
		case m.isThere(t):
			return t
		case t.Message && message == nil:
			message = t
		}
	}
	return message
}

// The ranks in the answer to /queue.
const (
	rankThere = iota
	rankAbsent
	rankServed
	rankMessage
)

func (m *Machine) rank(t *Ticket) int {
	switch {
	case !t.waits():
		return rankServed
	case t.Message:
		return rankMessage
	case !m.isThere(t):
		return rankAbsent
	}
	return rankThere
}

// queued returns what /queue shows of t.
func (m *Machine) queued(t *Ticket) protocol.QueueRow {
	q := protocol.QueueRow{
		Ticket: t.No, Nick: t.Nick, State: protocol.Waiting, Since: t.Since, Addr: t.From.Host, Text: t.First,
		Waited: int(m.now.Sub(t.Since).Seconds()),
	}
	switch {
	case t.Message:
		q.State = protocol.LeftMessage
	case !m.isThere(t):
		q.State = protocol.Disconnected
	case t.OnHold:
		q.State = protocol.OnHold
	case !t.waits():
		q.State = protocol.Taken
	}
	if !t.waits() {
		q.By = m.session(t.By).Nick
	}
	return q
}
