package state

import (
	"cmp"
	"iter"
	"slices"
)

// members are the sessions in a room, in the order of their coming. One that goes leaves a hole, so
// that going costs the same in a room of any size.
type members struct {
	list     []*Session // nil: a hole
	count    int
	attached int // that have a connection
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

// add takes s in. Session.Came is its place in the order.
func (ms *members) add(s *Session) {
	ms.count++
	ms.counts(s)
	if n := len(ms.list); n == 0 || ms.list[n-1] != nil && ms.list[n-1].Came <= s.Came {
		s.index = n
		ms.list = append(ms.list, s)
		return
	}
	ms.compact()
	i, _ := slices.BinarySearchFunc(ms.list, s, func(a, b *Session) int { return cmp.Compare(a.Came, b.Came) })
	ms.list = slices.Insert(ms.list, i, s)
	for ; i < len(ms.list); i++ {
		ms.list[i].index = i
	}
}

// remove takes s out.
func (ms *members) remove(s *Session) {
	ms.count--
	ms.uncount(s)
	ms.list[s.index] = nil
	for n := len(ms.list); n > 0 && ms.list[n-1] == nil; n-- {
		ms.list = ms.list[:n-1]
	}
	if len(ms.list) > 2*ms.count+8 {
		ms.compact()
	}
}

func (ms *members) compact() {
	ms.list = slices.DeleteFunc(ms.list, func(s *Session) bool { return s == nil })
	for i, s := range ms.list {
		s.index = i
	}
}

// all are the members in the order of their coming.
func (ms *members) all() iter.Seq[*Session] {
	return func(yield func(*Session) bool) {
		for _, s := range ms.list {
			if s != nil && !yield(s) {
				return
			}
		}
	}
}
