package state

import "chinwag/protocol"

// Who waits at the desk, and in which order. A visitor who is not connected keeps the place, and is passed over.

// isThere reports whether the visitor of t is at the desk, with a connection.
func (m *Machine) isThere(t *Ticket) bool {
	v := m.session(t.Session)
	return !t.Lost && v != nil && v.Conn != 0 && v.Visiting == t.No
}

// standing is where s stands at the desk; Place is 0 while an operator is with it.
func (m *Machine) standing(s *Session) protocol.Queueing {
	q := protocol.Queueing{OnDuty: m.onDuty()}
	if t := m.desk.tickets[s.Visiting]; t == nil || t.waits() {
		q.Place = m.place(s.Visiting)
	}
	return q
}

// place is that of a number among those who wait and are there: 1 is next.
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

// longest is the ticket that /next takes: of who waits longest of those who are there, or where nobody is the oldest
// message; nil: nobody waits. A visitor who is not connected just now is passed over, and keeps the place.
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

// queued is what /queue tells of t.
func (m *Machine) queued(t *Ticket) protocol.Queued {
	q := protocol.Queued{
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
