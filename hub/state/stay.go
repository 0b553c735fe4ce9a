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

// enter has s be in a room more: in front, if none is.
func (m *Machine) enter(s *Session, ev protocol.Joined, e *Event) {
	m.touchSession(s)
	if s.Room == (protocol.Room{}) {
		s.Room, s.Came, s.Watches, s.Resume = ev.Room, e.Seq, false, protocol.Room{}
	} else {
		s.Watched = append(slices.Clip(s.Watched), Place{ev.Room, e.Seq})
	}
	if s.Seen == 0 { // it was told all that came before
		s.Seen = e.Seq
	}
	m.stay(s, ev.Room, e)
	r := m.room(ev.Room)
	r.members.add(s, e.Seq)
	if r.Emptied != 0 {
		m.touchRoom(r).Emptied = 0
	}
}

// stay adds a stay to those of s. A session that comes back after a break goes on with its last ones: what was
// said meanwhile belongs to them. A stay that was broken off, and to which s does not come back, ends here.
func (m *Machine) stay(s *Session, room protocol.Room, e *Event) {
	again := slices.DeleteFunc(slices.Clone(s.Rewatch), func(r protocol.Room) bool { return r == room })
	goesOn := func(st Stay) bool {
		is := func(r protocol.Room) bool { return s.stream(r) == st.Stream }
		return slices.ContainsFunc(s.rooms(), is) || slices.ContainsFunc(again, is)
	}
	stays, is := slices.Clone(s.Stays), false
	for i := range stays {
		switch st := &stays[i]; {
		case st.Upto != 0:
		case st.Stream == e.Stream:
			is = true
		case !goesOn(*st):
			st.Upto = e.Seq
		}
	}
	if !is {
		stays = append(stays, Stay{Stream: e.Stream, From: e.Seq})
	}
	s.Stays, s.Rewatch = s.trim(stays), again
}

// trim leaves out the oldest stays that are over, if these are too many. It writes to the slice.
func (s *Session) trim(stays []Stay) []Stay {
	over := 0
	for _, st := range stays {
		if st.Upto != 0 {
			over++
		}
	}
	for ; over >= MaxStays; over-- {
		i := slices.IndexFunc(stays, func(st Stay) bool { return st.Upto != 0 })
		s.Trimmed = max(s.Trimmed, stays[i].Upto)
		stays = slices.Delete(stays, i, i+1)
	}
	return stays
}

// endStay ends the stay of s in a room.
func (s *Session) endStay(room protocol.Room, at uint64) {
	stays := slices.Clone(s.Stays)
	for i := range stays {
		if st := &stays[i]; st.Upto == 0 && st.Stream == s.stream(room) {
			st.Upto = at
		}
	}
	s.Stays = s.trim(stays)
}

// hasStay reports whether a stay of s in a room is not over.
func (s *Session) hasStay(room protocol.Room) bool {
	return slices.ContainsFunc(s.Stays, func(st Stay) bool { return st.Upto == 0 && st.Stream == s.stream(room) })
}

// stayEnded ends the stay of s in a room to which it has not come back.
func (m *Machine) stayEnded(s *Session, c StayEnded) {
	m.touchSession(s)
	s.endStay(c.Room, m.head)
	s.Rewatch = slices.DeleteFunc(slices.Clone(s.Rewatch), func(r protocol.Room) bool { return r == c.Room })
}

// leave has s not be in a room any more.
func (m *Machine) leave(s *Session, ev protocol.Left, e *Event) {
	m.touchSession(s)
	from, came, front := ev.Room, s.Came, ev.Room == s.Room
	if front {
		s.Room, s.Watches = protocol.Room{}, false
	} else {
		p, _ := s.place(from)
		came = p.Came
		s.Watched = slices.DeleteFunc(slices.Clone(s.Watched), func(p Place) bool { return p.Room == from })
	}
	r := m.rooms[from]
	r.members.remove(came)
	if r.members.count == 0 {
		m.empty(r, e.Seq)
	}
	nowhere := s.Room == protocol.Room{} && len(s.Watched) == 0
	if nowhere {
		s.Away = protocol.Text{}
	}
	switch {
	case ev.Reason == protocol.Moved || ev.Reason == protocol.Parted:
		s.endStay(from, e.Seq)
	case front:
		s.Resume, s.Rewatch = from, nil
	default:
		s.Rewatch = append(slices.Clip(s.Rewatch), from)
	}
	switch {
	case ev.Reason != protocol.Moved && ev.Reason != protocol.Parted:
		if nowhere {
			m.retired(s)
		}
	case ev.Reason == protocol.Moved && front && ev.To == protocol.Room{}: // to the desk
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
