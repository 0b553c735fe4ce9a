package hub

import (
	"cmp"
	"slices"

	"chinwag/hub/journal"
)

// A resumed client names the last position that it was told. If an event begins there that is also in another
// of its rooms, it is not told again. The journal knows the event while it keeps the entry; things knows the
// last ones whatever is kept.
type things struct {
	all  []shared // in the order of the journal
	last thing    // that was delivered
}

// shared is where an event in several rooms begins and ends in the journal: its entries have consecutive
// positions.
type shared struct {
	thing
	from, upto uint64
}

const mostThings = 4096

// follow notes a delivered entry.
func (t *things) follow(e *journal.Entry) {
	before := t.last
	if !t.last.again(e) {
		return
	}
	if n := len(t.all); n > 0 && t.all[n-1].id == before.id {
		t.all[n-1].upto = e.Seq
		return
	}
	if len(t.all) == 2*mostThings {
		t.all = slices.Delete(t.all, 0, mostThings)
	}
	t.all = append(t.all, shared{before, e.Seq - 1, e.Seq})
}

// at is the event that was told at a position and goes on after it; zero: none is known.
func (t *things) at(seq uint64) thing {
	i, _ := slices.BinarySearchFunc(t.all, seq+1, func(s shared, after uint64) int { return cmp.Compare(s.upto, after) })
	if i == len(t.all) || t.all[i].from > seq {
		return thing{}
	}
	return t.all[i].thing
}
