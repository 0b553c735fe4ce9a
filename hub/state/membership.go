package state

import (
	"cmp"
	"iter"
	"slices"

	"chinwag/protocol"
)

// Stay is a session's time in a room: a range of positions in its stream.
type Stay struct {
	Stream Stream
	From   uint64 // position at which it entered
	Upto   uint64 // position at which it left; 0: it is still there
}

// roomDiagram has what a session has in front. In no room it is between two events of a decision, or has no connection.
var roomDiagram = parseDiagram(`
	in no room  ── Joined ───> in a room      Open, Resume, /join, /leave
	in no room  ── Joined ───> at the desk    Open, Resume, /desk
	in no room  ── Focused ──> in a room      the room in front is left, and another was watched
	in a room   ── Left ─────> in no room     /join, /desk, /part, or the session loses its connection or ends
	at the desk ── Left ─────> in no room     /leave, or the same
`)

// stream returns the stream that s reads of a room.
func (s *Session) stream(in protocol.Room) Stream {
	if in == protocol.DeskRoom {
		return Conversation(s.ID)
	}
	return OfRoom(in)
}

// enter applies Joined: s is in a further room, in front if none is.
func (m *Machine) enter(s *Session, ev protocol.Joined, e *Event) {
	was := s.front()
	m.touchSession(s)
	if s.Room == (protocol.Room{}) {
		s.Room, s.Entered, s.Watches, s.Resume = ev.Room, e.Seq, false, protocol.Room{}
	} else {
		s.Watched = append(slices.Clip(s.Watched), Membership{ev.Room, e.Seq})
	}
	if s.Seen == 0 { // what came before counts as delivered
		s.Seen = e.Seq
	}
	m.addStay(s, e)
	r := m.room(ev.Room)
	r.members.add(s, e.Seq)
	if r.Emptied != 0 {
		m.touchRoom(r).Emptied = 0
	}
	m.step(roomDiagram, s.Nick, was, "Joined", s.front())
}

// addStay adds a stay to those of s. A session that comes back after a break continues the open ones: what was said
// meanwhile belongs to them.
func (*Machine) addStay(s *Session, e *Event) {
	if !s.hasStay(e.Stream) {
		s.Stays = s.cutStays(append(slices.Clip(s.Stays), Stay{Stream: e.Stream, From: e.Seq}))
	}
}

// cutStays drops the oldest stays that are over, if these are too many.
func (s *Session) cutStays(stays []Stay) []Stay {
	over := 0
	for _, st := range stays {
		if st.Upto != 0 {
			over++
		}
	}
	for ; over >= MaxStays; over-- {
		i := slices.IndexFunc(stays, func(st Stay) bool { return st.Upto != 0 })
		s.StaysCut = max(s.StaysCut, stays[i].Upto)
		stays = slices.Concat(stays[:i], stays[i+1:])
	}
	return stays
}

// openStay returns the index of the open stay of s in a stream; -1: there is none.
func (s *Session) openStay(st Stream) int {
	return slices.IndexFunc(s.Stays, func(o Stay) bool { return o.Upto == 0 && o.Stream == st })
}

func (s *Session) hasStay(st Stream) bool { return s.openStay(st) >= 0 }

// endStay ends the stay of s in a stream.
func (s *Session) endStay(st Stream, at uint64) {
	if i := s.openStay(st); i >= 0 {
		stays := slices.Clone(s.Stays)
		stays[i].Upto = at
		s.Stays = s.cutStays(stays)
	}
}

// endStays ends the stays that a break has left open in rooms to which s has not come back.
func (m *Machine) endStays(s *Session) {
	var in []Stream
	for p := range s.Memberships() {
		in = append(in, s.stream(p.Room))
	}
	for _, st := range s.Stays {
		if st.Upto == 0 && !slices.Contains(in, st.Stream) {
			m.change(s.ID, StayEnded{st.Stream})
		}
	}
}

// StayEnded ends a session's stay in a stream to which it has not returned after a break.
type StayEnded struct{ Stream Stream }

func (StayEnded) change() {}

func (o *StayEnded) fields(c *coder) { c.stream(&o.Stream) }

func (m *Machine) stayEnded(s *Session, c StayEnded) { m.touchSession(s).endStay(c.Stream, m.head) }

// leave applies Left: s is in one room less.
func (m *Machine) leave(s *Session, ev protocol.Left, e *Event) {
	was := s.front()
	m.touchSession(s)
	from, came, front := ev.Room, s.Entered, ev.Room == s.Room
	if front {
		s.Room, s.Watches = protocol.Room{}, false
	} else {
		p, _ := s.membership(from)
		came = p.Entered
		s.Watched = slices.DeleteFunc(slices.Clone(s.Watched), func(p Membership) bool { return p.Room == from })
	}
	r := m.rooms[from]
	r.members.remove(came)
	if r.members.count == 0 {
		m.empty(r, e.Seq)
	}
	onServer := ev.Reason == protocol.Moved || ev.Reason == protocol.Parted
	switch {
	case onServer:
		s.endStay(e.Stream, e.Seq)
	case front:
		s.Resume, s.Rewatch = from, nil
	default:
		s.Rewatch = append(slices.Clip(s.Rewatch), from)
	}
	if s.Room == (protocol.Room{}) && len(s.Watched) == 0 {
		s.Away = protocol.Text{}
		if !onServer {
			m.retired(s)
		}
	}
	switch {
	case !onServer:
	case ev.Reason == protocol.Moved && front && ev.To == protocol.Room{}: // to the desk
		s.Before = from
	case from == protocol.DeskRoom:
		s.Finished = false
	}
	m.step(roomDiagram, s.Nick, was, "Left", s.front())
}

// empty notes since when r has no members, if it has a topic.
func (m *Machine) empty(r *Room, at uint64) {
	if !r.Topic.IsBlank() {
		m.touchRoom(r).Emptied = at
	}
	m.indexRoom(r)
}

// Membership is a room that a session is in.
type Membership struct {
	Room    protocol.Room
	Entered uint64 // position at which it entered
}

// Memberships yields the rooms of s, the one in front first.
func (s *Session) Memberships() iter.Seq[Membership] {
	return func(yield func(Membership) bool) {
		if s.Room != (protocol.Room{}) && !yield(Membership{s.Room, s.Entered}) {
			return
		}
		for _, p := range s.Watched {
			if !yield(p) {
				return
			}
		}
	}
}

// membership returns that of s in a room, and whether it is in there.
func (s *Session) membership(in protocol.Room) (p Membership, is bool) {
	for p := range s.Memberships() {
		if p.Room == in {
			return p, in != protocol.Room{}
		}
	}
	return p, false
}

// isIn reports whether s is in a room.
func (s *Session) isIn(room protocol.Room) bool {
	_, is := s.membership(room)
	return is
}

// rooms returns the rooms of s, the one in front first.
func (s *Session) rooms() (rooms []protocol.Room) {
	for p := range s.Memberships() {
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
	for p := range s.Memberships() {
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

func byEntered(a, b Membership) int { return cmp.Compare(a.Entered, b.Entered) }

// front returns what is in front of s.
func (s *Session) front() string {
	switch s.Room {
	case protocol.Room{}:
		return "in no room"
	case protocol.DeskRoom:
		return "at the desk"
	}
	return "in a room"
}
