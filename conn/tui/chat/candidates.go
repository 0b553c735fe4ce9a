package chat

import (
	"cmp"
	"maps"
	"slices"

	"chinwag/protocol"
)

// maxCandidates is how many names, rooms, visitors and operators are remembered, of each.
const maxCandidates = 500

// candidates is what events have named, for completion: the rooms, the visitors at the desk, and the operators. A
// forgotten name can still be typed. The zero value has none.
type candidates struct {
	rooms     map[string]bool
	visitors  map[protocol.Ticket]visitor
	operators map[string]bool
}

// visitor is a visitor at the desk.
type visitor struct {
	nick protocol.Nick
	addr string // "": not told
}

// hear adds the names in e, and removes those that have gone.
func (s *candidates) hear(e protocol.Event) {
	switch e := e.(type) {
	case protocol.RoomList:
		if e.Count == len(e.Rooms) && e.Words.IsBlank() { // the list is complete
			s.rooms = nil
		}
		for _, r := range e.Rooms {
			s.room(r.Room)
		}
	case protocol.Entered:
		s.room(e.Room)
	case protocol.Watched:
		s.room(e.Room)
	case protocol.Left:
		s.room(e.To)
	case protocol.VisitorSaid:
		s.visitor(e.Ticket, e.From, "")
	case protocol.QueueRow:
		s.visitor(e.Ticket, e.Nick, e.Addr)
	case protocol.TicketChanged:
		s.ticket(e)
	case protocol.QueueInfo:
		for _, o := range e.Operators {
			s.operator(o.Nick)
		}
	case protocol.DutyChanged:
		s.duty(e)
	case protocol.Renamed:
		if s.operators[e.From.String()] {
			delete(s.operators, e.From.String())
			s.operator(e.To)
		}
	}
}

func (s *candidates) room(r protocol.Room) {
	if r != (protocol.Room{}) && r != protocol.DeskRoom {
		s.rooms = remember(s.rooms, r.String())
	}
}

func (s *candidates) visitor(no protocol.Ticket, n protocol.Nick, addr string) {
	if s.visitors == nil {
		s.visitors = map[protocol.Ticket]visitor{}
	}
	s.visitors[no] = visitor{n, cmp.Or(addr, s.visitors[no].addr)}
	if len(s.visitors) > maxCandidates { // the lowest number has waited longest, or is gone
		delete(s.visitors, slices.Min(slices.Collect(maps.Keys(s.visitors))))
	}
}

func (s *candidates) ticket(e protocol.TicketChanged) {
	switch e.Event {
	case protocol.TicketClosed, protocol.VisitorLeft:
		delete(s.visitors, e.Ticket)
	case protocol.VisitorRenamed:
		s.visitor(e.Ticket, e.To, "")
	default:
		s.visitor(e.Ticket, e.From, "")
	}
	s.operator(e.By)
	if e.Event == protocol.VisitorHanded {
		s.operator(e.To)
	}
}

func (s *candidates) duty(e protocol.DutyChanged) {
	if e.Reason == "" {
		s.operator(e.From)
	} else {
		delete(s.operators, e.From.String()) // the operator has gone
	}
}

func (s *candidates) operator(n protocol.Nick) {
	if n != (protocol.Nick{}) {
		s.operators = remember(s.operators, n.String())
	}
}

// remember adds a name to names. Above maxCandidates it forgets any other.
func remember(names map[string]bool, name string) map[string]bool {
	if names == nil {
		names = map[string]bool{}
	}
	names[name] = true
	for other := range names {
		if len(names) > maxCandidates && other != name {
			delete(names, other)
		}
	}
	return names
}
