package state

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"chinwag/protocol"
)

// answerEntered tells s about the room that it has entered from another one.
func (m *Machine) answerEntered(s *Session) {
	entered := protocol.Entered{Room: s.Room, Here: m.rooms[s.Room].members.attached, Seq: s.Entered}
	if s.Room == protocol.DeskRoom {
		q := m.queuePosition(s)
		entered.Here, entered.Desk = 1, &q
	}
	m.answer(s, entered)
	m.showTopic(s, s.Room)
	m.replayLast(s, Membership{s.Room, s.Entered})
}

// replayLast replays the last lines of a room from before s entered it.
func (m *Machine) replayLast(s *Session, in Membership) {
	if s.Replay > 0 {
		m.effect(s, Replay{Streams: []Stream{s.stream(in.Room)}, Upto: in.Entered - 1, Lines: s.Replay})
	}
}

func (m *Machine) listRooms(s *Session, cmd protocol.Rooms) { m.answer(s, m.roomList(s, cmd)) }

// roomList returns the rooms that have members and whose name and topic hold all of the words, those with most
// connected members first. It returns one page, which begins after a room.
func (m *Machine) roomList(s *Session, cmd protocol.Rooms) protocol.Event {
	words := strings.Fields(strings.ToLower(cmd.Words.String()))
	var rooms []*Room
	for r := range maps.Values(m.rooms) { // in any order: they are sorted
		if r.members.count > 0 && r.Name != protocol.DeskRoom && (r.Name != protocol.OperatorsRoom || s.Operator) && s.finds(r, words) {
			rooms = append(rooms, r)
		}
	}
	slices.SortFunc(rooms, func(a, b *Room) int {
		return cmp.Or(cmp.Compare(b.members.attached, a.members.attached), byName(a.Name, b.Name))
	})
	list := protocol.RoomList{Count: len(rooms), Rooms: []protocol.RoomInfo{}, Words: cmd.Words}
	if cmd.After != (protocol.Room{}) {
		i := slices.IndexFunc(rooms, func(r *Room) bool { return r.Name == cmd.After })
		if i < 0 { // it has vanished meanwhile, and so has its place in the list
			i = len(rooms) - 1
		}
		rooms = rooms[i+1:]
	}
	for _, r := range rooms[:min(len(rooms), MaxNames)] {
		info := protocol.RoomInfo{Room: r.Name, Here: r.members.attached, In: s.isIn(r.Name)}
		if s.shows(r) {
			info.Topic = r.Topic
		}
		list.Rooms = append(list.Rooms, info)
	}
	return list
}

// finds reports whether the name of r and the topic that s is shown hold all of the words, which are in lower case.
func (s *Session) finds(r *Room, words []string) bool {
	in := strings.ToLower(r.Name.String())
	if s.shows(r) {
		in += " " + strings.ToLower(r.Topic.String())
	}
	for _, w := range words {
		if !strings.Contains(in, w) {
			return false
		}
	}
	return true
}

// who answers s with the members of a room that it may enter.
func (m *Machine) who(s *Session, cmd protocol.Who) {
	room := cmp.Or(cmd.Room, s.Room)
	if why := m.checkLook(s, room); why != nil {
		m.reject(s, why)
		return
	}
	m.answer(s, m.membersOf(m.rooms[room]))
}

// checkLook returns why s may not know the members of a room.
func (m *Machine) checkLook(s *Session, room protocol.Room) *protocol.Refusal {
	switch {
	case s.isIn(room):
		return nil
	case room == protocol.OperatorsRoom && !s.Operator:
		return operatorsOnly
	case room == protocol.DeskRoom:
		return deskUnwatched
	case m.rooms[room] == nil:
		return noRoom(room)
	}
	return nil
}

func noRoom(room protocol.Room) *protocol.Refusal {
	return protocol.Refuse("no-room", "there is no room %s: /rooms lists them", room)
}

// membersOf names the first MaxNames members, in the order in which they entered.
func (*Machine) membersOf(r *Room) protocol.Event {
	e := protocol.Members{Room: r.Name, Here: r.members.attached, Names: []protocol.Member{}}
	for s := range r.members.all() {
		if len(e.Names) == MaxNames {
			break
		}
		one := protocol.Member{Nick: s.Nick, Away: !s.Away.IsBlank()}
		if s.Conn == 0 {
			one.Attached = new(bool)
		}
		e.Names = append(e.Names, one)
	}
	return e
}

func roomsFields(v *protocol.Rooms, c *coder) {
	c.text(&v.Words)
	c.room(&v.After)
}

func whoFields(v *protocol.Who, c *coder) { c.room(&v.Room) }
