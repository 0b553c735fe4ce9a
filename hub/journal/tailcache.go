package journal

import (
	"cmp"
	"slices"
	"sync"
)

const (
	recentLines = 8192
	recentBytes = 7 << 19 // of memory: 3.5 MiB

	// lineBytes is what the line of an entry takes beside its words, in both encodings, and
	// its share of the spare capacity of the tail.
	lineBytes = 500
)

// recent is the end of the journal in memory, whatever the store. A client that has fallen
// behind a little reads on from here, with lines that are encoded already.
type recent struct {
	mu sync.RWMutex
	tail
	bytes int
	most  int    // entries
	floor uint64 // every entry after this position is here
	epoch int    // counts calls of Redact: entries of a commit during one are not kept
}

// held is the memory that e takes at the most, with its line encoded in text and in
// JSON, which has two bytes for a byte of words where these are full of quotation marks. It is
// an estimate, since a line is encoded later than it is remembered.
func held(e *Entry) int {
	size := e.Size()
	return size + lineBytes + 3*(size-entryBytes)
}

// now is the epoch, to be read before a commit and passed to remember after it.
func (r *recent) now() int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.epoch
}

// remember adds what was committed since epoch, unless Redact was called since: it may have erased some of it.
func (r *recent) remember(entries []Entry, epoch int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.epoch != epoch {
		r.tail, r.bytes = tail{}, 0
		if n := len(entries); n > 0 {
			r.floor = entries[n-1].Seq
		}
		return
	}
	for i := range entries {
		r.bytes += held(&entries[i])
	}
	r.add(entries...)
	drop := 0
	for len(r.entries)-drop > r.most || r.bytes > recentBytes {
		r.bytes -= held(&r.entries[drop])
		r.floor = r.entries[drop].Seq
		drop++
	}
	r.drop(drop)
}

// forget drops everything, so that reads go to the store again.
func (r *recent) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n := len(r.entries); n > 0 {
		r.floor = r.entries[n-1].Seq
	}
	r.tail, r.bytes = tail{}, 0
	r.epoch++
}

// read is Store.Read; ok is false where some of what is asked for is not here.
func (r *recent) read(cur *Cursor, upto uint64, limit int) (p Page, ok bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	n := len(r.entries)
	if cur.Seq < r.floor || n == 0 || upto > r.entries[n-1].Seq {
		return p, false
	}
	i, _ := slices.BinarySearchFunc(r.entries, cur.Seq+1, func(e Entry, seq uint64) int { return cmp.Compare(e.Seq, seq) })
	for bytes := 0; i < n && r.entries[i].Seq <= upto && len(p.Entries) < limit && bytes < PageBytes; i++ {
		if e := &r.entries[i]; cur.reads(e.Stream) {
			p.Entries = append(p.Entries, *e)
			bytes += e.Size()
		}
	}
	p.Advance(cur, upto, limit)
	return p, true
}
