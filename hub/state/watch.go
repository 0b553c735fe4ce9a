package state

import (
	"cmp"
	"iter"
	"slices"

	"chinwag/protocol"
)

// A session has one room in front, and may watch others. Its lines go to the room in front, and a command without a
// room means that one.
//
//	/join B     A is left, B is in front         A stays, and B is in front, if A is watched
//	/watch B    A is in front, B is watched
//	/part A     A is left, and of the others the one entered last is in front

// MaxPlaces bounds the rooms of a session, whatever the settings say.
const MaxPlaces = 256

// Place is a room that a session is in.
type Place struct {
	Room protocol.Room
	Came uint64 // position at which it entered
}

// Places yields the rooms of s, the one in front first.
func (s *Session) Places() iter.Seq[Place] {
	return func(yield func(Place) bool) {
		if s.Room != (protocol.Room{}) && !yield(Place{s.Room, s.Came}) {
			return
		}
		for _, p := range s.Watched {
			if !yield(p) {
				return
			}
		}
	}
}

// place returns the place of s in a room, and whether it is in there.
func (s *Session) place(in protocol.Room) (p Place, is bool) {
	for p := range s.Places() {
		if p.Room == in {
			return p, in != protocol.Room{}
		}
	}
	return p, false
}

// isIn reports whether s is in a room.
func (s *Session) isIn(room protocol.Room) bool {
	_, is := s.place(room)
	return is
}

// rooms returns the rooms of s, the one in front first.
func (s *Session) rooms() (rooms []protocol.Room) {
	for p := range s.Places() {
		rooms = append(rooms, p.Room)
	}
	return rooms
}

// shared returns the rooms of s, by name, in which one thing that it does is emitted with one id; nil: there is only
// one. The desk and the room of operators are left out.
func (s *Session) shared() (rooms []protocol.Room) {
	if len(s.Watched) == 0 {
		return nil
	}
	for p := range s.Places() {
		if p.Room != protocol.OperatorsRoom && p.Room != protocol.DeskRoom {
			rooms = append(rooms, p.Room)
		}
	}
	if len(rooms) < 2 {
		return nil
	}
	slices.SortFunc(rooms, byName)
	return rooms
}

func byName(a, b protocol.Room) int { return cmp.Compare(a.String(), b.String()) }

// emitEach emits one thing that s does in each of its rooms, with one id. f makes the event for a room.
func (m *Machine) emitEach(s *Session, f func(protocol.Meta) protocol.Recorded) {
	rooms := s.rooms() // the event may take s out of one
	for i, room := range rooms {
		stamp := m.sameStamp
		if i == 0 {
			stamp = m.stamp
		}
		m.emit(s.stream(room), s.ID, f(stamp(room)))
	}
}

// roomOr returns the room that a command names, or the one in front; why: s is not in there.
func (s *Session) roomOr(named protocol.Room) (room protocol.Room, why *protocol.Refusal) {
	switch {
	case named == protocol.Room{}:
		return s.Room, nil
	case !s.isIn(named):
		return named, protocol.NotInRoom(named)
	}
	return named, nil
}

// watch has s enter another room, too, or lists its rooms.
func (m *Machine) watch(s *Session, room protocol.Room) {
	if room == (protocol.Room{}) {
		m.answer(s, protocol.Watching{Rooms: s.rooms()})
		return
	}
	p, is := s.place(room)
	switch {
	case is && (room != s.Room || s.Watches):
		m.notice(s, "you watch "+room.String()+" already")
		return
	case is:
		m.change(s.ID, Focused{Room: room, Watched: true})
	default:
		if why := m.checkWatch(s, room); why != nil {
			m.reject(s, why)
			return
		}
		m.watchToo(s, room)
		p, _ = s.place(room)
	}
	m.answer(s, protocol.Watched{Room: room, Here: m.rooms[room].members.attached, Seq: p.Came})
	if !is {
		m.showTopic(s, room)
		m.showLast(s, p)
	}
}

// watchToo has s enter a further room, which it can.
func (m *Machine) watchToo(s *Session, room protocol.Room) {
	m.makeRoom(room)
	m.emit(s.stream(room), s.ID, protocol.Joined{Meta: m.stamp(room), From: s.Nick})
}

func (m *Machine) checkWatch(s *Session, room protocol.Room) *protocol.Refusal {
	if room == protocol.DeskRoom {
		return deskUnwatched
	}
	if why := m.checkMore(s); why != nil {
		return why
	}
	return m.checkPlace(s, room, false)
}

var deskUnwatched = protocol.Refuse("desk-unwatched", "the desk is not a room to watch: /desk goes there, and operators hear it wherever they are")

// checkMore returns why s cannot enter a further room.
func (m *Machine) checkMore(s *Session) *protocol.Refusal {
	if most := min(m.Settings.RoomsPerSession, MaxPlaces); 1+len(s.Watched) >= most {
		return protocol.TooManyRooms(most)
	}
	return nil
}

// partRoom has s leave one of its rooms. If that was in front, the one that it entered last of the others comes to
// the front.
func (m *Machine) partRoom(s *Session, named protocol.Room) {
	room, why := s.roomOr(named)
	switch {
	case why != nil:
		m.reject(s, why)
		return
	case len(s.Watched) == 0:
		m.reject(s, protocol.OnlyRoom())
		return
	}
	m.leaveRoom(s, room)
	m.answer(s, protocol.PartedFrom{Room: room, Front: s.Room})
}

// leaveRoom takes s out of one of several rooms.
func (m *Machine) leaveRoom(s *Session, room protocol.Room) {
	m.emit(s.stream(room), s.ID, protocol.Left{Meta: m.stamp(room), From: s.Nick, Reason: protocol.Parted})
	if s.Room == (protocol.Room{}) {
		next := slices.MaxFunc(s.Watched, func(a, b Place) int { return cmp.Compare(a.Came, b.Came) })
		m.change(s.ID, Focused{Room: next.Room, Watched: true})
	}
}

// focused applies Focused. The room that was in front is watched: otherwise s would have left it.
func (m *Machine) focused(s *Session, c Focused) {
	m.touchSession(s)
	if c.Room != s.Room {
		others := slices.Clone(s.Watched)
		i := slices.IndexFunc(others, func(p Place) bool { return p.Room == c.Room })
		front := others[i]
		others = slices.Delete(others, i, i+1)
		if s.Room != (protocol.Room{}) {
			others = insertPlace(others, Place{s.Room, s.Came})
		}
		s.Room, s.Came, s.Watched = front.Room, front.Came, others
	}
	s.Watches = c.Watched
}

// insertPlace puts p into its place in the order of coming.
func insertPlace(list []Place, p Place) []Place {
	i, _ := slices.BinarySearchFunc(list, p, func(a, b Place) int { return cmp.Compare(a.Came, b.Came) })
	return slices.Insert(list, i, p)
}
