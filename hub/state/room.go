package state

import (
	"cmp"

	"github.com/google/uuid"

	"chinwag/protocol"
)

// join takes s to a room that it asks for.
func (m *Machine) join(s *Session, to protocol.Room) {
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
	m.seeOther(s)
}

// move takes s to a room, from where it is or from nowhere, with all that this means at the desk.
// It returns why it cannot go there; then nothing has happened.
func (m *Machine) move(s *Session, to protocol.Room) *protocol.Refusal {
	if why := m.checkMove(s, to); why != nil {
		return why
	}
	m.goTo(s, to)
	return nil
}

// hasPlace reports whether s has a place at the desk: who comes back to its own words, or to hear that they were
// answered for the last time, needs no other.
func (m *Machine) hasPlace(s *Session) bool {
	return m.desk.tickets[s.Visiting] != nil || m.desk.tickets[s.Message] != nil || s.Finished
}

// checkMove reports why s cannot have a room in front.
func (m *Machine) checkMove(s *Session, to protocol.Room) *protocol.Refusal {
	if s.isIn(to) {
		return nil
	}
	if s.Watches && to != protocol.DeskRoom {
		if why := m.checkMore(s); why != nil {
			return why
		}
	}
	return m.checkPlace(s, to, m.hasPlace(s))
}

// goTo is move to where s can go. A room that is watched is not left, but for the desk, where s is alone.
func (m *Machine) goTo(s *Session, to protocol.Room) {
	back, is := m.hasPlace(s), s.isIn(to)
	m.makeRoom(to)
	switch {
	case to == protocol.DeskRoom: // the others are not told where it goes
		left := protocol.Left{From: s.Nick, Reason: protocol.Moved, Rooms: s.shared()}
		m.emitEach(s, func(at protocol.Stamp) protocol.Recorded {
			left.Stamp = at
			return left
		})
	case s.Room != protocol.Room{} && !s.Watches:
		m.emit(s.stream(s.Room), s.ID, protocol.Left{Stamp: m.stamp(s.Room), From: s.Nick, Reason: protocol.Moved, To: to})
	}
	if s.Visiting != 0 && to != protocol.DeskRoom {
		m.partTicket(s, protocol.Moved)
	}
	if !is {
		m.emit(s.stream(to), s.ID, protocol.Joined{Stamp: m.stamp(to), From: s.Nick})
	}
	if s.Room != to {
		m.change(s.ID, Focused{Room: to, Watched: is})
	}
	switch {
	case to != protocol.DeskRoom || s.Finished:
	case back:
		m.comeBackToTicket(s)
	default:
		m.openTicket(s)
	}
	if s.Operator {
		m.beginDuty(s)
	}
}

// checkPlace reports why s cannot go there. back: it has a place at the desk.
func (m *Machine) checkPlace(s *Session, to protocol.Room, back bool) *protocol.Refusal {
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

// checkRoom bounds the rooms; there is always a place where people enter.
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
	if !m.isOneTooMany(to) || m.emptiedFirst() != nil {
		return nil
	}
	return protocol.Refuse("too-many-rooms", "there are %d rooms already: please join one of them, /rooms lists them", m.Settings.Rooms)
}

// isOneTooMany reports whether a room is not there yet, and there are as many as there may be. Rooms count
// that are empty and have a topic, but not the desk.
func (m *Machine) isOneTooMany(to protocol.Room) bool {
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

// emptiedFirst is the room that has been empty longest; nil: somebody is in each.
func (m *Machine) emptiedFirst() (first *Room) {
	for _, r := range m.rooms { // in any order: no two are equal
		if r.members.count == 0 && (first == nil || byEmptied(r, first) < 0) {
			first = r
		}
	}
	return first
}

func byEmptied(a, b *Room) int {
	return cmp.Or(cmp.Compare(a.Emptied, b.Emptied), cmp.Compare(a.Name.String(), b.Name.String()))
}

// makeRoom has an empty room forget its topic if there is no place for another room otherwise.
func (m *Machine) makeRoom(to protocol.Room) {
	if m.isOneTooMany(to) {
		m.change(uuid.Nil, RoomDropped{m.emptiedFirst().Name})
	}
}

// roomDropped takes the topic of an empty room, which vanishes then.
func (m *Machine) roomDropped(name protocol.Room) {
	r := m.rooms[name]
	m.setTopic(r, protocol.Text{}, uuid.Nil, protocol.Nick{})
	m.indexRoom(r)
}
