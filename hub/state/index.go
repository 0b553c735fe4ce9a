package state

import (
	"cmp"
	"slices"

	"chinwag/protocol"
)

// Indexes follow from the rows: names and codes of sessions, held sessions, members of rooms, the lists of the desk. A
// row with the number 0 is in no index: it does not exist yet, or no more.

// indexSession adds s to all indexes in which it belongs.
func (m *Machine) indexSession(s *Session) {
	if s.row == 0 {
		return
	}
	m.sessions[s.ID] = s
	if !s.Released {
		m.claimName(s)
	}
	if s.Code != (Secret{}) {
		m.codes[s.Code] = s
	}
	if HostOf(s.Conn) != 0 {
		m.conns[s.Conn] = s
	}
	if !s.Until.IsZero() {
		insert(&m.held, s, byUntil)
	}
	for p := range s.Memberships() {
		m.room(p.Room).members.add(s, p.Entered)
	}
	if s.HearsDesk {
		insert(&m.desk.operators, s, byServed)
	}
	m.desk.indexVisitor(s)
	m.indexIgnoring(s)
}

// unindexSession is the opposite of indexSession.
func (m *Machine) unindexSession(s *Session) {
	if s.row == 0 || m.sessions[s.ID] != s {
		return
	}
	delete(m.sessions, s.ID)
	delete(m.ignoring, s)
	m.freeName(s)
	if s.Code != (Secret{}) {
		delete(m.codes, s.Code)
	}
	if m.conns[s.Conn] == s {
		delete(m.conns, s.Conn)
	}
	if !s.Until.IsZero() {
		remove(&m.held, s, byUntil)
	}
	for p := range s.Memberships() {
		r := m.rooms[p.Room]
		r.members.remove(p.Entered)
		m.indexRoom(r)
	}
	if s.HearsDesk {
		remove(&m.desk.operators, s, byServed)
	}
	m.desk.unindexVisitor(s)
}

func byUntil(a, b *Session) int {
	return cmp.Or(a.Until.Compare(b.Until), byRow(a, b))
}

// insert puts x into its place in a list.
func insert[T any](list *[]T, x T, order func(a, b T) int) {
	i, _ := slices.BinarySearchFunc(*list, x, order)
	*list = slices.Insert(*list, i, x)
}

// remove takes x out of a list, if it is there.
func remove[T comparable](list *[]T, x T, order func(a, b T) int) {
	if i, found := slices.BinarySearchFunc(*list, x, order); found && (*list)[i] == x {
		*list = slices.Delete(*list, i, i+1)
	}
}

// claimName indexes the nick of s, so that no other session can take it or one like it.
func (m *Machine) claimName(s *Session) {
	for _, key := range s.Nick.Keys() {
		m.names[key] = s
	}
}

func (m *Machine) freeName(s *Session) {
	for _, key := range s.Nick.Keys() {
		if m.names[key] == s {
			delete(m.names, key)
		}
	}
}

// room returns the room of that name, which it makes if need be.
func (m *Machine) room(name protocol.Room) *Room {
	r := m.rooms[name]
	if r == nil {
		r = &Room{Name: name}
		m.rooms[name] = r
	}
	return r
}

// indexRoom removes a room that has neither members nor a topic, and keeps any other.
func (m *Machine) indexRoom(r *Room) {
	if r.members.count == 0 && r.Topic.IsBlank() {
		delete(m.rooms, r.Name)
	} else {
		m.rooms[r.Name] = r
	}
}
