package hub

import (
	"slices"

	"chinwag/protocol"
)

// maxRefs is how many ids of one member are remembered.
const maxRefs = 256

// refs are the last ids that a member gave to what it said, so that a line that
// is sent twice is one line. nil: none yet, as most never give any.
type refs struct {
	seqs  map[protocol.Ref]uint64   // the position of each; 0: under way
	order []protocol.Ref            // the oldest first
	asked map[protocol.Ref][]asking // who sent it again while it was under way
}

// asking is a connection that waits to be told where its line stands.
type asking struct {
	c      *Client
	weight int64
	answer func(seq uint64)
}

// find reports whether ref was used, and the position of its line if it has one.
func (r *refs) find(ref protocol.Ref) (seq uint64, used bool) {
	if r == nil {
		return 0, false
	}
	seq, used = r.seqs[ref]
	return seq, used
}

// ask has a answered when it is decided where the line stands; 0: nowhere. Connections that
// are over wait no longer.
func (r *refs) ask(ref protocol.Ref, a asking) {
	if r.asked == nil {
		r.asked = map[protocol.Ref][]asking{}
	}
	waiting := slices.DeleteFunc(r.asked[ref], asking.letGo)
	r.asked[ref] = append(waiting, a)
}

// letGo gives back what a connection that is over waits with, and reports whether it is.
func (a asking) letGo() bool {
	if a.c.member != nil {
		return false
	}
	a.c.turn.Release(a.weight)
	return true
}

// keep remembers where m's line stands (0: it is under way), and forgets the oldest
// beyond the bound.
func (m *member) keep(ref protocol.Ref, seq uint64) {
	if ref == "" {
		return
	}
	if m.refs == nil {
		m.refs = &refs{seqs: map[protocol.Ref]uint64{}}
	}
	r := m.refs
	if _, used := r.seqs[ref]; !used {
		if len(r.order) == maxRefs {
			delete(r.seqs, r.order[0])
			r.order = append(r.order[:0], r.order[1:]...)
		}
		r.order = append(r.order, ref)
	}
	r.seqs[ref] = seq
}

// drop forgets a ref whose line could not be kept.
func (r *refs) drop(ref protocol.Ref) {
	if r == nil {
		return
	}
	if i := slices.Index(r.order, ref); i >= 0 {
		r.order = slices.Delete(r.order, i, i+1)
		delete(r.seqs, ref)
	}
}

func (r *refs) isAsked(ref protocol.Ref) bool { return r != nil && len(r.asked[ref]) > 0 }

// decided answers those who asked.
func (r *refs) decided(ref protocol.Ref, seq uint64) {
	if r == nil {
		return
	}
	asked := r.asked[ref]
	delete(r.asked, ref)
	for _, a := range asked {
		a.answer(seq)
	}
}
