package state

import (
	"maps"
	"net/netip"
	"slices"

	"github.com/google/uuid"

	"chinwag/protocol"
)

// View is a summary of a machine for readers outside the package. It must not be changed, nor used after the next
// decision.
type View struct {
	Sessions     []*Session // in the order of their rows
	Operators    []*Session // that hear the desk
	Held         int        // sessions without a connection
	Names        int        // keys of nicks that are taken
	Codes        int
	Rooms        map[protocol.Room]int // with the number of their members
	Tickets      []*Ticket             // in the order of their numbers
	Queue        []*Ticket             // those of them that no operator has
	LastTicket   protocol.Ticket
	Ended        int // ended conversations that are remembered by number
	Visitors     int // at the desk that are taken
	VisitorsFrom map[netip.Prefix]int
	Blocks       int // blocked nicks and addresses
}

// View returns a summary of m.
func (m *Machine) View() View {
	v := View{
		Sessions:  slices.SortedFunc(maps.Values(m.sessions), byRow),
		Operators: slices.Clone(m.desk.operators), Held: len(m.held), Names: len(m.names), Codes: len(m.codes), Rooms: map[protocol.Room]int{},
		Tickets: slices.SortedFunc(maps.Values(m.desk.tickets), byNumber), Queue: slices.Clone(m.desk.queue), LastTicket: m.common.Tickets,
		Ended: len(m.common.Ended), Visitors: len(m.desk.visitors), VisitorsFrom: maps.Clone(m.desk.visitorsFrom), Blocks: len(m.blocks),
	}
	for name, r := range m.rooms {
		v.Rooms[name] = r.members.count
	}
	return v
}

// WithCode returns the session of a code or token; nil: there is none.
func (m *Machine) WithCode(code Secret) *Session { return m.codes[code] }

// Acked returns how many ids of messages are remembered.
func (s *Session) Acked() int { return len(s.ids.list()) }

// Authored returns in how many streams s has spoken, as far as they are remembered.
func (s *Session) Authored() int { return len(s.authored) }

// HolderOf returns the session whose nick has that key; nil: none has.
func (m *Machine) HolderOf(key string) *Session { return m.names[key] }

// Room returns the room of that name; nil: it has neither members nor a topic. It must only be read, and before the
// next decision.
func (m *Machine) Room(name protocol.Room) *Room { return m.rooms[name] }

// Ticket returns the ticket of that number; nil: it has ended. It must only be read, and before the next decision.
func (m *Machine) Ticket(no protocol.Ticket) *Ticket { return m.desk.tickets[no] }

// The hub reads these while it proposes an intent. What it delivers never comes from them.

// Session returns the session with that id; nil: it has ended. The caller must not change it, nor use it after the next
// decision.
func (m *Machine) Session(id uuid.UUID) *Session { return m.sessions[id] }

// IsNew reports whether the machine has never decided a start: there were no rows.
func (m *Machine) IsNew() bool { return m.Starts == 0 }

// LastGuest returns the highest number of a guest so far.
func (m *Machine) LastGuest() int { return m.guests }

// HasSaid reports whether s has said a message with that id, as far back as MaxIDs.
func (s *Session) HasSaid(ref protocol.Ref) bool { return ref != "" && s.ids.find(hashOf(ref)) != 0 }
