package state

import (
	"cmp"
	"iter"
	"slices"
)

// members are the sessions in a room, in the order in which they entered. One that leaves makes a hole, so that leaving
// moves nothing, however large the room is.
type members struct {
	list     []member
	count    int
	attached int // that have a connection
}

// member is a session, and the position at which it entered, at which no other did. A hole keeps the position.
type member struct {
	s    *Session // nil: a hole
	came uint64
}

// counts is called after a member's connection changes, and uncount before it.
func (ms *members) counts(s *Session) {
	if s.Conn != 0 {
		ms.attached++
	}
}

func (ms *members) uncount(s *Session) {
	if s.Conn != 0 {
		ms.attached--
	}
}

// add adds s, which entered at a position.
func (ms *members) add(s *Session, came uint64) {
	ms.count++
	ms.counts(s)
	if n := len(ms.list); n == 0 || ms.list[n-1].came < came {
		ms.list = append(ms.list, member{s, came})
		return
	}
	i, hole := ms.find(came)
	if hole { // its own, as a decision is rolled back
		ms.list[i].s = s
		return
	}
	ms.list = slices.Insert(ms.list, i, member{s, came})
}

// remove removes the session that entered at a position.
func (ms *members) remove(came uint64) {
	i, _ := ms.find(came)
	ms.count--
	ms.uncount(ms.list[i].s)
	ms.list[i].s = nil
	for n := len(ms.list); n > 0 && ms.list[n-1].s == nil; n-- {
		ms.list = ms.list[:n-1]
	}
	if len(ms.list) > 2*ms.count+8 {
		ms.list = slices.DeleteFunc(ms.list, func(m member) bool { return m.s == nil })
	}
}

// has reports whether s is a member, and entered at that position.
func (ms *members) has(s *Session, came uint64) bool {
	i, found := ms.find(came)
	return found && ms.list[i].s == s
}

func (ms *members) find(came uint64) (i int, found bool) {
	return slices.BinarySearchFunc(ms.list, came, func(m member, came uint64) int { return cmp.Compare(m.came, came) })
}

// all yields the members in the order in which they entered.
func (ms *members) all() iter.Seq[*Session] {
	return func(yield func(*Session) bool) {
		for _, m := range ms.list {
			if m.s != nil && !yield(m.s) {
				return
			}
		}
	}
}
