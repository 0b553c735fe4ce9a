package state

import (
	"cmp"
	"maps"
	"slices"

	"github.com/google/uuid"

	"chinwag/protocol"
)

// The order in which visitors wait at the desk. A visitor without a connection keeps its place, and is passed over.

// isThere reports whether the visitor of t is at the desk, with a connection.
func (m *Machine) isThere(t *Ticket) bool {
	v := m.sessions[t.Session]
	return !t.Absent && v != nil && v.Conn != 0 && v.Ticket == t.No
}

// queuePosition returns where s stands at the desk; Place is 0 while an operator has it.
func (m *Machine) queuePosition(s *Session) protocol.QueuePosition {
	q := protocol.QueuePosition{OnDuty: m.onDuty()}
	if t := m.desk.tickets[s.Ticket]; t == nil || t.waits() {
		q.Place = m.placeInQueue(s.Ticket)
	}
	return q
}

// placeInQueue returns the place of a number among the connected visitors that wait: 1 is next.
func (m *Machine) placeInQueue(no protocol.Ticket) int {
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

// nextTicket returns the ticket that /next takes: that of the connected visitor that has waited longest or, if there is
// none, the oldest message; nil: there is neither.
func (m *Machine) nextTicket() *Ticket {
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
		q.By = m.sessions[t.Operator].Nick
	}
	return q
}

// showQueue lists the tickets: first those of connected visitors that wait, then of absent ones, of served ones, and
// messages. From a number on it lists all in the order of the numbers.
func (m *Machine) showQueue(s *Session, cmd protocol.Queue) {
	most := someTickets
	if cmd.All || cmd.From > 0 {
		most = manyTickets
	}
	head := protocol.QueueInfo{Operators: m.operatorList(), From: cmd.From}
	var listed []*Ticket
	for _, no := range slices.Sorted(maps.Keys(m.desk.tickets)) {
		t := m.desk.tickets[no]
		switch m.rank(t) {
		case rankServed:
			head.Served++
		case rankMessage:
			head.Messages++
		default:
			head.Waiting++
		}
		if no >= cmd.From {
			listed = append(listed, t)
		}
	}
	if cmd.From == 0 {
		slices.SortStableFunc(listed, func(a, b *Ticket) int { return cmp.Compare(m.rank(a), m.rank(b)) })
	}
	if len(listed) > most {
		switch {
		case cmd.From > 0:
			head.Next = listed[most].No
		case cmd.All:
			head.Next = 1
		}
		listed = listed[:most]
	}
	head.Shown = len(listed)
	m.answer(s, head)
	for _, t := range listed {
		m.answer(s, m.queued(t))
	}
}

// operatorList returns the operators, and the tickets that each has.
func (m *Machine) operatorList() []protocol.OperatorInfo {
	have := map[uuid.UUID][]protocol.Ticket{}
	for _, no := range slices.Sorted(maps.Keys(m.desk.tickets)) {
		by := m.desk.tickets[no].Operator
		have[by] = append(have[by], no)
	}
	list := []protocol.OperatorInfo{}
	for _, s := range m.desk.operators[:min(len(m.desk.operators), MaxNames)] {
		list = append(list, protocol.OperatorInfo{Nick: s.Nick, Duty: s.takesVisitors(), Tickets: have[s.ID]})
	}
	return list
}

// next assigns the visitor that has waited longest to s.
func (m *Machine) next(s *Session, _ protocol.Next) {
	if t := m.nextTicket(); t != nil {
		m.takeOver(s, t)
		return
	}
	m.guardPaste(s) // lines sent together with it were meant for that visitor
	m.notice(s, "nobody waits")
}

func queueFields(v *protocol.Queue, c *coder) {
	c.flags(&v.All)
	number(c, &v.From)
}
