package state

import (
	"slices"

	"chinwag/protocol"
)

// stream is what s reads of a room.
func (s *Session) stream(in protocol.Room) Stream {
	if in == protocol.DeskRoom {
		return Visit(s.ID)
	}
	return OfRoom(in)
}

// enter has s, which is in no room, be in one.
func (m *Machine) enter(s *Session, ev protocol.Joined, e *Event) {
	m.touchSession(s)
	s.Room, s.Came, s.Resume = ev.Room, e.Seq, protocol.Room{}
	if s.Seen == 0 { // it was told all that came before
		s.Seen = e.Seq
	}
	m.stay(s, e)
	r := m.room(ev.Room)
	r.members.add(s)
	if r.Emptied != 0 {
		m.touchRoom(r).Emptied = 0
	}
}

// stay adds a stay to those of s. Who comes back after a break goes on with the last one: what was said
// meanwhile belongs to it.
func (m *Machine) stay(s *Session, e *Event) {
	n := len(s.Stays)
	if n > 0 && s.Stays[n-1].Upto == 0 && s.Stays[n-1].Stream == e.Stream {
		return
	}
	stays := slices.Grow([]Stay(nil), n+1)
	stays = append(stays, s.Stays...)
	if n > 0 && stays[n-1].Upto == 0 {
		stays[n-1].Upto = e.Seq
	}
	if n == MaxStays {
		stays, s.Trimmed = stays[1:], true
	}
	s.Stays = append(stays, Stay{Stream: e.Stream, From: e.Seq})
}

// leave has s be in no room.
func (m *Machine) leave(s *Session, ev protocol.Left, e *Event) {
	m.touchSession(s)
	r := m.rooms[s.Room]
	r.members.remove(s)
	if r.members.count == 0 {
		m.empty(r, e.Seq)
	}
	from := s.Room
	s.Room, s.Away = protocol.Room{}, protocol.Text{}
	if ev.Reason != protocol.Moved {
		s.Resume = from
		m.retired(s)
		return
	}
	if n := len(s.Stays); n > 0 {
		s.Stays = slices.Clone(s.Stays)
		s.Stays[n-1].Upto = e.Seq
	}
	switch {
	case ev.To == protocol.Room{}: // to the desk
		s.Before = from
	case from == protocol.DeskRoom:
		s.Finished = false
	}
}

// empty notes since when nobody is in r, if more is known of it than its name.
func (m *Machine) empty(r *Room, at uint64) {
	if !r.Topic.IsBlank() {
		m.touchRoom(r).Emptied = at
	}
	m.indexRoom(r)
}
