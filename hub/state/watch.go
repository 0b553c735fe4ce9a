package state

import (
	"slices"

	"chinwag/protocol"
)

// A session has one room in front, and may watch others. Its lines go to the room in front, and a command without a
// room means that one.
//
//	/join B     A is left, B is in front         A stays, and B is in front, if A is watched
//	/watch B    A is in front, B is watched
//	/part A     A is left, and of the others the one entered last is in front

// watch has s enter another room, too, or lists its rooms.
func (m *Machine) watch(s *Session, cmd protocol.Watch) {
	room := cmd.Room
	if room == (protocol.Room{}) {
		m.answer(s, protocol.Watching{Rooms: s.rooms()})
		return
	}
	p, is := s.membership(room)
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
		p, _ = s.membership(room)
	}
	m.answer(s, protocol.Watched{Room: room, Here: m.rooms[room].members.attached, Seq: p.Entered})
	if !is {
		m.showTopic(s, room)
		m.replayLast(s, p)
	}
}

// watchToo has s enter a further room, which it can.
func (m *Machine) watchToo(s *Session, room protocol.Room) {
	m.evictRoom(room)
	m.emit(s.stream(room), s.ID, protocol.Joined{Meta: m.stamp(room), From: s.Nick})
}

func (m *Machine) checkWatch(s *Session, room protocol.Room) *protocol.Refusal {
	if room == protocol.DeskRoom {
		return deskUnwatched
	}
	if why := m.checkOneMore(s); why != nil {
		return why
	}
	return m.checkEnter(s, room, false)
}

var deskUnwatched = protocol.Refuse("desk-unwatched", "the desk is not a room to watch: /desk goes there, and operators hear it wherever they are")

// checkOneMore returns why s cannot enter a further room.
func (m *Machine) checkOneMore(s *Session) *protocol.Refusal {
	if most := min(m.Settings.RoomsPerSession, MaxRoomsPerSession); 1+len(s.Watched) >= most {
		return protocol.TooManyRooms(most)
	}
	return nil
}

// partRoom has s leave one of its rooms. If that was in front, the one that it entered last of the others comes to the
// front.
func (m *Machine) partRoom(s *Session, cmd protocol.Part) {
	room, why := s.roomOr(cmd.Room)
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
		next := slices.MaxFunc(s.Watched, byEntered)
		m.change(s.ID, Focused{Room: next.Room, Watched: true})
	}
}

// Focused brings one of a session's rooms to the front. Watched: the session stays in it when another one comes to the
// front.
type Focused struct {
	Room    protocol.Room
	Watched bool
}

func (Focused) change() {}

func (o *Focused) fields(c *coder) {
	c.room(&o.Room)
	c.flags(&o.Watched)
}

// focused applies Focused. The room that was in front is watched: otherwise s would have left it.
func (m *Machine) focused(s *Session, c Focused) {
	was := s.front()
	m.touchSession(s)
	if c.Room != s.Room {
		others := slices.Clone(s.Watched)
		i := slices.IndexFunc(others, func(p Membership) bool { return p.Room == c.Room })
		front := others[i]
		others = slices.Delete(others, i, i+1)
		if s.Room != (protocol.Room{}) {
			insert(&others, Membership{s.Room, s.Entered}, byEntered)
		}
		s.Room, s.Entered, s.Watched = front.Room, front.Entered, others
	}
	s.Watches = c.Watched
	m.step(roomDiagram, s.Nick, was, "Focused", s.front())
}

func watchFields(v *protocol.Watch, c *coder) { c.room(&v.Room) }

func partFields(v *protocol.Part, c *coder) { c.room(&v.Room) }
