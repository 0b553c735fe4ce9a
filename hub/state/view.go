package state

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"

	"chinwag/protocol"
)

// View is what a machine holds at a moment, for who looks into it from outside. It must only be read, and before
// the next decision.
type View struct {
	Sessions   []*Session // in the order of their rows
	Operators  []*Session // who hear the desk
	Held       int        // sessions without a connection
	Names      int        // keys of nicks that are taken
	Codes      int
	Rooms      map[protocol.Room]int // of each how many are there
	Tickets    []*Ticket             // in the order of their numbers
	Queue      []*Ticket             // of these, those that nobody has
	LastTicket protocol.Ticket
	Ended      int // conversations that are remembered by number
	Places     int // at the desk that are taken
	PlacesFrom map[netip.Prefix]int
	Blocks     int // names and addresses that are kept out
}

// View is what m holds.
func (m *Machine) View() View {
	v := View{
		Sessions:  slices.SortedFunc(maps.Values(m.sessions), func(a, b *Session) int { return cmp.Compare(a.row, b.row) }),
		Operators: slices.Clone(m.desk.operators), Held: len(m.held), Names: len(m.names), Codes: len(m.codes), Rooms: map[protocol.Room]int{},
		Tickets: slices.SortedFunc(maps.Values(m.desk.tickets), byNumber), Queue: slices.Clone(m.desk.queue), LastTicket: m.common.Tickets,
		Ended: len(m.common.Ended), Places: len(m.desk.there), PlacesFrom: maps.Clone(m.desk.placesFrom), Blocks: len(m.blocks),
	}
	for name, r := range m.rooms {
		v.Rooms[name] = r.members.count
	}
	return v
}

// Holder is the session that has a nick which cannot be told from n; nil: it is free.
func (m *Machine) Holder(n protocol.Nick) *Session { return m.holder(n) }

// WithCode is the session of a code or token; nil: there is none.
func (m *Machine) WithCode(code Secret) *Session { return m.codes[code] }

// Acked is how many ids of messages are known when they are sent again, and Wrote in how many streams s has said something.
func (s *Session) Acked() int { return len(s.ids.list()) }

func (s *Session) Wrote() int { return len(s.wrote) }

// HolderOf is the session whose nick has that key; nil: none has.
func (m *Machine) HolderOf(key string) *Session { return m.names[key] }

// Room is the room of that name; nil: no session is in it, and it has no topic. It must only be read, and before the
// next decision. So must a Ticket; nil: it is over.
func (m *Machine) Room(name protocol.Room) *Room { return m.rooms[name] }

func (m *Machine) Ticket(no protocol.Ticket) *Ticket { return m.desk.tickets[no] }
