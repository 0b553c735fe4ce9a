package state

import (
	"encoding/binary"

	"chinwag/protocol"
)

// A client that gives its messages ids may send one again if it was not acknowledged: the message is said once.

// saidBefore reports whether a message was said before. If so it answers s with the position of that message.
func (m *Machine) saidBefore(s *Session, ref protocol.Ref) bool {
	if ref == "" {
		return false
	}
	seq := s.ids.find(hashOf(ref))
	if seq == 0 {
		return false
	}
	m.answer(s, protocol.Duplicate{Ref: ref, Seq: seq})
	return true
}

// remember keeps the id of a message of s, and its position.
func (m *Machine) remember(s *Session, ref protocol.Ref, seq uint64) {
	m.touchSoft(s)
	if s.ids == nil {
		s.ids = newRing()
	}
	u := m.undo.lastSoft()
	u.id, u.hasID = s.ids.add(id{hashOf(ref), seq}), true
}

// id is the hash of an id that a client gave to a message, and the position of that message. Only the hash is compared:
// a new id is taken for one of 256 others once in 7e16 messages.
type id struct {
	hash uint64
	seq  uint64 // 0: there is none
}

// hashOf is MurmurHash64A without a seed: the same in every process. For ids as long as a uuid it takes a third of the
// time of FNV-1a.
func hashOf(ref protocol.Ref) uint64 {
	const k = 0xc6a4a7935bd1e995
	b := []byte(ref) // no copy is made: it is only read
	h := uint64(len(b)) * k
	for ; len(b) >= 8; b = b[8:] {
		word := binary.LittleEndian.Uint64(b) * k
		word ^= word >> 47
		h = (h ^ word*k) * k
	}
	if len(b) > 0 {
		var rest uint64
		for i, letter := range b {
			rest |= uint64(letter) << (8 * i)
		}
		h = (h ^ rest) * k
	}
	h = (h ^ h>>47) * k
	return h ^ h>>47
}

// ring holds the last ids of a session. It grows up to MaxIDs; then the newest replaces the oldest. It is nil until the
// first, because most clients never give an id.
type ring struct {
	ids    []id
	newest int      // index in ids
	heads  []uint16 // of each bucket the newest, as 1 + its index in ids; 0: none
	nexts  []uint16 // of each of ids the next in its bucket, likewise
}

func newRing() *ring { return &ring{newest: MaxIDs - 1} }

// find returns the position of the message whose id has that hash; 0: it is not remembered.
func (r *ring) find(hash uint64) (seq uint64) {
	if r == nil || len(r.ids) == 0 {
		return 0
	}
	for i := *r.head(hash); i != 0; i = r.nexts[i-1] {
		if of := &r.ids[i-1]; of.hash == hash {
			return of.seq
		}
	}
	return 0
}

// add adds an id, and returns the one that it has replaced.
func (r *ring) add(one id) (was id) {
	r.newest = (r.newest + 1) % MaxIDs
	if r.newest == len(r.ids) {
		r.grow()
	}
	return r.put(r.newest, one)
}

// putBack undoes the last add.
func (r *ring) putBack(was id) {
	r.put(r.newest, was)
	r.newest = (r.newest + MaxIDs - 1) % MaxIDs
}

// list returns the ids, the oldest first.
func (r *ring) list() (ids []id) {
	if r == nil {
		return nil
	}
	for i := range MaxIDs {
		if at := (r.newest + 1 + i) % MaxIDs; at < len(r.ids) && r.ids[at].seq != 0 {
			ids = append(ids, r.ids[at])
		}
	}
	return ids
}

// put replaces the id at an index, and returns the old one.
func (r *ring) put(place int, one id) (was id) {
	was = r.ids[place]
	if was.seq != 0 {
		p := r.head(was.hash)
		for int(*p) != place+1 {
			p = &r.nexts[*p-1]
		}
		*p = r.nexts[place]
	}
	r.ids[place] = one
	if one.seq != 0 {
		p := r.head(one.hash)
		r.nexts[place], *p = *p, uint16(place+1)
	}
	return was
}

// head returns the bucket of a hash. There are as many buckets as ids.
func (r *ring) head(hash uint64) *uint16 { return &r.heads[hash%uint64(len(r.heads))] }

// grow doubles the capacity.
func (r *ring) grow() {
	old, n := r.ids, max(8, 2*len(r.ids))
	r.ids, r.heads, r.nexts = make([]id, n), make([]uint16, n), make([]uint16, n)
	for place, one := range old {
		r.put(place, one)
	}
}
