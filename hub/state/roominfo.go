package state

import (
	"cmp"
	"maps"
	"slices"

	"github.com/google/uuid"

	"chinwag/protocol"
)

// seeOther tells s what it finds in the room into which it has come from another one.
func (m *Machine) seeOther(s *Session) {
	entered := protocol.Entered{Room: s.Room, Here: m.rooms[s.Room].members.attached, Seq: s.Came}
	if s.Room == protocol.DeskRoom {
		q := m.standing(s)
		entered.Here, entered.Desk = 1, &q
	}
	m.answer(s, entered)
	m.showTopic(s)
	m.showLast(s)
}

func (m *Machine) showTopic(s *Session) {
	if r := m.rooms[s.Room]; s.shows(r) {
		m.answer(s, protocol.TopicIs{Room: r.Name, Text: r.Topic})
	}
}

// showLast shows the last lines that were said in the room before s came.
func (m *Machine) showLast(s *Session) {
	if s.Replay > 0 {
		m.read(s, Past{Streams: []Stream{s.stream(s.Room)}, Upto: s.Came - 1, Lines: s.Replay})
	}
}

func (m *Machine) roomList(s *Session) protocol.Event {
	var rooms []*Room
	for r := range maps.Values(m.rooms) { // in any order: they are sorted
		if r.members.count > 0 && r.Name != protocol.DeskRoom && (r.Name != protocol.OperatorsRoom || s.Operator) {
			rooms = append(rooms, r)
		}
	}
	slices.SortFunc(rooms, func(a, b *Room) int {
		return cmp.Or(cmp.Compare(b.members.attached, a.members.attached), cmp.Compare(a.Name.String(), b.Name.String()))
	})
	list := protocol.RoomList{Count: len(rooms), Rooms: []protocol.RoomInfo{}}
	for _, r := range rooms[:min(len(rooms), MaxNames)] {
		info := protocol.RoomInfo{Room: r.Name, Here: r.members.attached}
		if s.shows(r) {
			info.Topic = r.Topic
		}
		list.Rooms = append(list.Rooms, info)
	}
	return list
}

// membersOf names the first who came, as far as the bound allows.
func (m *Machine) membersOf(r *Room) protocol.Event {
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

// topic tells what the room of s is about, or sets it.
func (m *Machine) topic(s *Session, cmd protocol.Topic) {
	switch {
	case cmd.Text.IsBlank():
		m.tellTopic(s)
	case isLong(cmd.Text):
		m.rejectf(s, "topic-too-long", "a topic has at most %d bytes: please make it shorter", maxShort)
	default:
		set := protocol.TopicSet{Stamp: m.stamp(s.Room), From: s.Nick, Mine: protocol.Mine{You: true}}
		if cmd.Text.String() != "-" {
			set.Text = cmd.Text
		}
		m.emit(s.stream(s.Room), s.ID, set)
	}
}

func (m *Machine) tellTopic(s *Session) {
	r := m.rooms[s.Room]
	if !r.Topic.IsBlank() && !s.shows(r) {
		m.notice(s, "the topic of "+r.Name.String()+" was set by somebody whom you ignore")
		return
	}
	m.answer(s, protocol.TopicIs{Room: r.Name, Text: r.Topic})
}

func (m *Machine) topicSet(s *Session, ev protocol.TopicSet) {
	m.setTopic(m.rooms[ev.Room], ev.Text, s.ID, ev.From)
}

// setTopic has a room have a row as long as it has a topic.
func (m *Machine) setTopic(r *Room, t protocol.Text, by uuid.UUID, from protocol.Nick) {
	m.touchRoom(r)
	switch {
	case t.IsBlank():
		*r = Room{Name: r.Name, dirty: r.dirty, members: r.members}
		m.indexRoom(r) // it may be empty, and hold nothing any more
		return
	case r.row == 0:
		r.row = m.nextRow()
	}
	r.Topic, r.By, r.From = t, by, from
}

// away tells the room that s is away, or is back.
func (m *Machine) away(s *Session, t protocol.Text) {
	switch {
	case isLong(t):
		m.rejectf(s, "away-too-long", "an away text has at most %d bytes: please make it shorter", maxShort)
	case t.IsBlank() && s.Away.IsBlank():
		m.notice(s, "you are not away: /away TEXT says that you are")
	default:
		m.emit(s.stream(s.Room), s.ID, protocol.AwaySet{Stamp: m.stamp(s.Room), From: s.Nick, Text: t, Mine: protocol.Mine{You: true}})
	}
}
