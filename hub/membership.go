package hub

import (
	"iter"
	"slices"

	"chinwag/hub/journal"
	"chinwag/hub/state"
	"chinwag/protocol"
)

// membership is the presence of a session in a room. The one in front is part of the session, since most sessions have
// no other.
type membership struct {
	of    *session
	room  *room
	came  uint64 // position at which the session entered
	index int32  // in room.members
}

// rooms are the memberships of s, the one in front first.
func (s *session) rooms() iter.Seq[*membership] {
	return func(yield func(*membership) bool) {
		if s.front.room != nil && !yield(&s.front) {
			return
		}
		for _, m := range s.watched {
			if !yield(m) {
				return
			}
		}
	}
}

// in is the membership of s in a room; nil: none.
func (s *session) in(name protocol.Room) *membership {
	for m := range s.rooms() {
		if m.room.name == name {
			return m
		}
	}
	return nil
}

// where is the room that s has in front; zero: none.
func (s *session) where() protocol.Room {
	if s.front.room == nil {
		return protocol.Room{}
	}
	return s.front.room.name
}

// isElsewhere reports whether events in the room of m are delivered with the name of the room.
func (m *membership) isElsewhere() bool {
	return !m.of.program && m != &m.of.front && m.of.front.room != nil
}

// stream is what the session reads of the room.
func (m *membership) stream() state.Stream {
	if m.room.name == protocol.DeskRoom {
		return state.Conversation(m.of.id)
	}
	return state.OfRoom(m.room.name)
}

// frontStream is what s reads of the room in front; "": none.
func (s *session) frontStream() state.Stream {
	if s.front.room == nil {
		return ""
	}
	return s.front.stream()
}

// enter adds s to a room: in front, if s has none there.
func (a *audience) enter(s *session, name protocol.Room, at uint64) {
	m := &s.front
	if m.room != nil {
		m = new(membership)
		s.watched = append(s.watched, m)
	}
	r := a.room(name)
	*m = membership{of: s, room: r, came: at, index: int32(len(r.members))}
	r.members = append(r.members, m)
}

// leave takes s out of a room.
func (a *audience) leave(s *session, name protocol.Room) {
	m := s.in(name)
	if m == nil {
		return
	}
	r := m.room
	r.remove(m)
	if m == &s.front {
		*m = membership{}
	} else {
		s.watched = without(s.watched, m)
	}
	a.tidy(r)
}

// without returns nil for an empty list, to free it.
func without(list []*membership, m *membership) []*membership {
	if len(list) == 1 {
		return nil
	}
	return slices.DeleteFunc(list, func(o *membership) bool { return o == m })
}

// remove fills the gap with the last member, so that the slice has no holes.
func (r *room) remove(m *membership) {
	end := len(r.members) - 1
	last := r.members[end]
	r.members[m.index], last.index = last, m.index
	r.members[end] = nil
	r.members = r.members[:end]
}

// focus puts a room of s in front.
func (*audience) focus(s *session, name protocol.Room) {
	m := s.in(name)
	if m == nil || m == &s.front {
		return
	}
	was := s.front
	s.front = *m
	s.front.room.members[m.index] = &s.front
	if was.room == nil {
		s.watched = without(s.watched, m)
		return
	}
	*m = was
	m.room.members[m.index] = m
}

// tidy deletes a room without sessions and without undelivered lines.
func (a *audience) tidy(r *room) {
	if len(r.members) == 0 && len(r.pending) == 0 && r.name != protocol.DeskRoom {
		delete(a.rooms, r.name)
		delete(a.streamSeqs, state.OfRoom(r.name))
	}
}

// cursor is the cursor of s at the head.
func (a *audience) cursor(s *session) journal.Cursor {
	streams := make([]journal.StreamCursor, 0, 4+len(s.watched))
	streams = append(streams, a.streamCursor(state.Everybody), a.streamCursor(state.Mailbox(s.id)))
	if s.hearsDesk {
		streams = append(streams, a.streamCursor(state.Desk))
	}
	for m := range s.rooms() {
		streams = append(streams, a.streamCursor(m.stream()))
	}
	return journal.Cursor{Seq: a.head, Streams: streams}
}

func (a *audience) streamCursor(st state.Stream) journal.StreamCursor {
	return journal.StreamCursor{Stream: st, StreamSeq: a.streamSeqs[st]}
}
