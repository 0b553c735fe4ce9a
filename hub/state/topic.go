package state

import (
	"github.com/google/uuid"

	"chinwag/protocol"
)

func (m *Machine) showTopic(s *Session, in protocol.Room) {
	if r := m.rooms[in]; s.shows(r) {
		m.answer(s, protocol.TopicInfo{Room: r.Name, Text: r.Topic})
	}
}

// topic sends the topic of one of s's rooms, or sets it.
func (m *Machine) topic(s *Session, cmd protocol.Topic) {
	room, why := s.roomOr(cmd.Room)
	switch {
	case why != nil:
		m.reject(s, why)
	case cmd.Text.IsBlank():
		m.tellTopic(s, room)
	case isLong(cmd.Text):
		m.rejectf(s, "topic-too-long", "a topic has at most %d bytes: please make it shorter", maxShort)
	default:
		set := protocol.TopicSet{Meta: m.stamp(room), From: s.Nick, Ack: protocol.Ack{You: true}}
		if cmd.Text.String() != "-" {
			set.Text = cmd.Text
		}
		m.emit(s.stream(room), s.ID, set)
	}
}

func (m *Machine) tellTopic(s *Session, in protocol.Room) {
	r := m.rooms[in]
	if !r.Topic.IsBlank() && !s.shows(r) {
		m.notice(s, "the topic of "+r.Name.String()+" was set by somebody whom you ignore")
		return
	}
	m.answer(s, protocol.TopicInfo{Room: r.Name, Text: r.Topic})
}

func (m *Machine) topicSet(s *Session, ev protocol.TopicSet) {
	m.setTopic(m.rooms[ev.Room], ev.Text, s.ID, ev.From)
}

// setTopic sets or removes the topic of a room. A room has a row as long as it has a topic.
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

// shows reports whether s is shown the topic of r: there is one, and s does not ignore its author.
func (s *Session) shows(r *Room) bool {
	return !r.Topic.IsBlank() && (r.By == s.ID || !s.ignores(r.By, r.From))
}

func topicFields(v *protocol.Topic, c *coder) {
	c.text(&v.Text)
	c.room(&v.Room)
}
