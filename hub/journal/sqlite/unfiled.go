package sqlite

import (
	"slices"
	"strconv"
	"sync"

	"chinwag/hub/journal"
)

// place is where an entry stands: its position, doubled, and one more where it is a message.
type place uint64

func (p place) seq() uint64 { return uint64(p >> 1) }

func (p place) isSpoken() bool { return p&1 == 1 }

func placeOf(seq uint64, spoken bool) place {
	if spoken {
		return place(seq<<1 | 1)
	}
	return place(seq << 1)
}

// stream is the counters of a stream, and the places of its entries that are not filed, in order. A place that a reader
// was given is never written over.
type stream struct {
	id      int64
	count   uint64 // entries ever, filed or not
	last    uint64 // position of the newest
	added   uint64 // entries in the commit under way
	unfiled []place
}

// streamTable is the streams that were written to last, with all entries that are not filed. A goroutine that changes
// it holds Store.writing and mu; one that only looks holds either.
type streamTable struct {
	mu      sync.RWMutex
	byName  map[journal.Stream]*stream
	unfiled int // entries
}

func (t *streamTable) put(name journal.Stream, st *stream) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.byName[name] = st
}

// add adds entries that were committed to their streams, and gives them their positions.
func (t *streamTable) add(entries []journal.Entry, of []*stream, first uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := range entries {
		st, seq := of[i], first+uint64(i)
		st.count++
		st.last = seq
		st.unfiled = append(st.unfiled, placeOf(seq, entries[i].Event.IsMessage()))
		entries[i].SetPosition(seq, st.count)
	}
	if t.unfiled += len(entries); len(t.byName) > maxStreams+t.unfiled {
		t.forgetLocked()
	}
}

// filed takes the first n places of a stream away.
func (t *streamTable) filed(st *stream, n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.unfiled -= n
	if st.unfiled = st.unfiled[n:]; len(st.unfiled) == 0 {
		st.unfiled = nil
	}
}

// forget drops the streams of which all is filed: their counters are in the file.
func (t *streamTable) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.forgetLocked()
}

func (t *streamTable) forgetLocked() {
	for name, st := range t.byName {
		if len(st.unfiled) == 0 {
			delete(t.byName, name)
		}
	}
}

func (t *streamTable) remove(name journal.Stream) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.byName, name)
}

// places are those of a stream's entries that are not filed.
func (t *streamTable) places(name journal.Stream) []place {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if st := t.byName[name]; st != nil {
		return st.unfiled
	}
	return nil
}

// count makes the counters of streams, as they stand in the file, those of all of their entries.
func (t *streamTable) count(streams []streamRow) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	for i := range streams {
		s := &streams[i]
		if st := t.byName[s.Name]; st != nil && st.id == s.ID && st.last > s.Last {
			s.Count, s.Last = st.count, st.last
		}
	}
}

// between are the places after a position and up to another.
func between(places []place, after, upto uint64) []place {
	find := func(seq uint64) int {
		i, _ := slices.BinarySearchFunc(places, seq, func(p place, seq uint64) int {
			if p.seq() <= seq {
				return -1
			}
			return 1
		})
		return i
	}
	from := find(after)
	return places[from:max(from, find(upto))]
}

// lastSpoken are the last n messages among places, the newest first.
func lastSpoken(places []place, n int) (last []place) {
	for _, p := range slices.Backward(places) {
		if len(last) == n {
			break
		}
		if p.isSpoken() {
			last = append(last, p)
		}
	}
	return last
}

// list is places as a query takes them, for json_each.
func list(places []place) string {
	b := []byte{'['}
	for i, p := range places {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendUint(b, uint64(p), 10)
	}
	return string(append(b, ']'))
}
