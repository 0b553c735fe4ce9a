package state

import (
	"cmp"
	"maps"
	"slices"

	"github.com/google/uuid"

	"chinwag/protocol"
)

const (
	someTickets = 20  // in the answer to /queue
	manyTickets = 200 // in the answer to /queue all
)

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
		by := m.desk.tickets[no].By
		have[by] = append(have[by], no)
	}
	list := []protocol.OperatorInfo{}
	for _, s := range m.desk.operators[:min(len(m.desk.operators), MaxNames)] {
		list = append(list, protocol.OperatorInfo{Nick: s.Nick, Duty: s.takesVisitors(), Tickets: have[s.ID]})
	}
	return list
}
