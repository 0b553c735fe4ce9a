package hub

import (
	"cmp"
	"slices"

	"chinwag/hub/journal"
)

// A client that comes back names the last position that it was told. If a thing begins there that stands in another of its
// rooms, too, that is not told again. The record knows it while it keeps that entry, and things know the last ones whatever is kept.
type things struct {
	all  []shared // in the order of the record
	last thing    // that was told
}

// shared is where a thing that stands in several rooms begins and ends in the record: its entries have one position after the other.
type shared struct {
	thing
	from, upto uint64
}

const mostThings = 4096

// follow notes an entry that is told.
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

// at is the thing that was told at a position and goes on behind it; zero: none is known.
func (t *things) at(seq uint64) thing {
	i, _ := slices.BinarySearchFunc(t.all, seq+1, func(s shared, after uint64) int { return cmp.Compare(s.upto, after) })
	if i == len(t.all) || t.all[i].from > seq {
		return thing{}
	}
	return t.all[i].thing
}
