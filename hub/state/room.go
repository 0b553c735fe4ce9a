package state

import (
	"cmp"

	"github.com/google/uuid"

	"chinwag/protocol"
)

// Room is a room that has members or a topic.
type Room struct {
	Name    protocol.Room
	Topic   protocol.Text // "" : none
	By      uuid.UUID     // the session that has set it
	From    protocol.Nick // its nick at that time
	Emptied uint64        // position at which the last member left; 0: it has members

	row     int64 // 0: it is in no store
	dirty   uint64
	members members
}

// join moves s to a room that it asks for.
func (m *Machine) join(s *Session, cmd protocol.Join) {
	to := cmd.Room
	if to == protocol.DeskRoom || m.Settings.Desk && !s.Operator {
		m.goToDesk(s, protocol.Desk{})
		return
	}
	if to == s.Room {
		m.notice(s, "you are in "+to.String()+" already")
		return
	}
	was := s.isIn(to)
	if why := m.move(s, to); why != nil {
		m.reject(s, why)
		return
	}
	if was {
		m.answer(s, protocol.Fronted{Room: to, Here: m.rooms[to].members.attached})
		return
	}
	m.answerEntered(s)
}

// move moves s to a room, from another or from none, with all that this means at the desk. It returns why s cannot go
// there; then nothing has happened.
func (m *Machine) move(s *Session, to protocol.Room) *protocol.Refusal {
	if why := m.checkMove(s, to); why != nil {
		return why
	}
	m.goTo(s, to)
	return nil
}

// returnsToDesk reports whether s has a place at the desk already: it comes back to its own ticket, or to its goodbye.
func (m *Machine) returnsToDesk(s *Session) bool {
	return m.desk.tickets[s.Ticket] != nil || m.desk.tickets[s.Message] != nil || s.Finished
}

// checkMove returns why s cannot have a room in front.
func (m *Machine) checkMove(s *Session, to protocol.Room) *protocol.Refusal {
	if s.isIn(to) {
		return nil
	}
	if s.Watches && to != protocol.DeskRoom {
		if why := m.checkOneMore(s); why != nil {
			return why
		}
	}
	return m.checkEnter(s, to, m.returnsToDesk(s))
}

// goTo is move to where s can go. A watched room is not left, except for the desk: a visitor is in no other room.
func (m *Machine) goTo(s *Session, to protocol.Room) {
	back, is := m.returnsToDesk(s), s.isIn(to)
	m.evictRoom(to)
	switch {
	case to == protocol.DeskRoom: // the other members are not told where it goes
		left := protocol.Left{From: s.Nick, Reason: protocol.Moved, Rooms: s.shared()}
		m.emitEach(s, func(at protocol.Meta) protocol.Recorded {
			left.Meta = at
			return left
		})
	case s.Room != protocol.Room{} && !s.Watches:
		m.emit(s.stream(s.Room), s.ID, protocol.Left{Meta: m.stamp(s.Room), From: s.Nick, Reason: protocol.Moved, To: to})
	}
	if s.Ticket != 0 && to != protocol.DeskRoom {
		m.leaveTicket(s, protocol.Moved)
	}
	if !is {
		m.emit(s.stream(to), s.ID, protocol.Joined{Meta: m.stamp(to), From: s.Nick})
	}
	if s.Room != to {
		m.change(s.ID, Focused{Room: to, Watched: is})
	}
	switch {
	case to != protocol.DeskRoom || s.Finished:
	case back:
		m.returnToTicket(s)
	default:
		m.openTicket(s)
	}
	if s.Operator {
		m.beginDuty(s)
	}
}

// checkEnter returns why s cannot enter a room. back: it has a place at the desk.
func (m *Machine) checkEnter(s *Session, to protocol.Room, back bool) *protocol.Refusal {
	switch {
	case to == protocol.OperatorsRoom && !s.Operator:
		return operatorsOnly
	case to != protocol.DeskRoom:
		return m.checkRoom(to)
	case back:
		return nil
	}
	return m.checkDesk(s)
}

var operatorsOnly = protocol.Refuse("operators-room", "%s is for operators: /operator makes you one, if you know the password", protocol.OperatorsRoom)

// checkRoom returns why a room cannot be entered. The first room of a session always can.
func (m *Machine) checkRoom(to protocol.Room) *protocol.Refusal {
	if to == protocol.OperatorsRoom {
		return nil
	}
	if m.Settings.Desk {
		return protocol.Refuse("desk-only", "there are only the desk and %s here", protocol.OperatorsRoom)
	}
	if why := to.Unfit(); why != nil {
		return why
	}
	if !m.exceedsRooms(to) || m.longestEmpty() != nil {
		return nil
	}
	return protocol.Refuse("too-many-rooms", "there are %d rooms already: please join one of them, /rooms lists them", m.Settings.Rooms)
}

// exceedsRooms reports whether there is no place for a room that would have to be made. Empty rooms that have a topic
// count, the desk does not.
func (m *Machine) exceedsRooms(to protocol.Room) bool {
	switch to {
	case protocol.Lobby, protocol.OperatorsRoom, protocol.DeskRoom:
		return false
	}
	n := len(m.rooms)
	if m.rooms[protocol.DeskRoom] != nil {
		n--
	}
	return m.rooms[to] == nil && n >= m.Settings.Rooms
}

// longestEmpty returns the room that has been empty longest; nil: none is empty.
func (m *Machine) longestEmpty() (first *Room) {
	for _, r := range m.rooms { // in any order: no two are equal
		if r.members.count == 0 && (first == nil || byEmptied(r, first) < 0) {
			first = r
		}
	}
	return first
}

func byEmptied(a, b *Room) int {
	return cmp.Or(cmp.Compare(a.Emptied, b.Emptied), byName(a.Name, b.Name))
}

// evictRoom drops the room that has been empty longest, if there is no place for another otherwise.
func (m *Machine) evictRoom(to protocol.Room) {
	if m.exceedsRooms(to) {
		m.change(uuid.Nil, RoomDropped{m.longestEmpty().Name})
	}
}

// RoomDropped removes the topic of the room that has been empty longest, to make place for another room.
type RoomDropped struct{ Room protocol.Room }

func (RoomDropped) change() {}

func (o *RoomDropped) fields(c *coder) { c.room(&o.Room) }

// roomDropped removes the topic of an empty room, and thereby the room.
func (m *Machine) roomDropped(_ *Session, c RoomDropped) {
	r := m.rooms[c.Room]
	m.setTopic(r, protocol.Text{}, uuid.Nil, protocol.Nick{})
}

func joinFields(v *protocol.Join, c *coder) { c.room(&v.Room) }
