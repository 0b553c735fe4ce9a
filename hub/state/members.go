package state

import (
	"cmp"
	"iter"
	"slices"
)

// members are the sessions in a room, in the order of their coming. One that goes leaves a hole, so
// that going costs the same in a room of any size.
type members struct {
	list     []member
	count    int
	attached int // that have a connection
}

// member is a session, and the position at which it came: no other came at that. A hole keeps the position.
type member struct {
	s    *Session // nil: a hole
	came uint64
}

// counts and uncount are called after and before a member's connection changes.
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

// add takes s in, which came at a position.
func (ms *members) add(s *Session, came uint64) {
	ms.count++
	ms.counts(s)
	if n := len(ms.list); n == 0 || ms.list[n-1].came < came {
		ms.list = append(ms.list, member{s, came})
		return
	}
	i, hole := ms.find(came)
	if hole { // its own, as a decision is undone
		ms.list[i].s = s
		return
	}
	ms.list = slices.Insert(ms.list, i, member{s, came})
}

// remove takes out the one that came at a position.
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

// has reports whether s is in, and came at that position.
func (ms *members) has(s *Session, came uint64) bool {
	i, found := ms.find(came)
	return found && ms.list[i].s == s
}

func (ms *members) find(came uint64) (i int, found bool) {
	return slices.BinarySearchFunc(ms.list, came, func(m member, came uint64) int { return cmp.Compare(m.came, came) })
}

// all are the members in the order of their coming.
func (ms *members) all() iter.Seq[*Session] {
	return func(yield func(*Session) bool) {
		for _, m := range ms.list {
			if m.s != nil && !yield(m.s) {
				return
			}
		}
	}
}
