package journal

import (
	"cmp"
	"slices"
	"sync"
)

const (
	tailLines = 8192
	tailBytes = 7 << 19 // of memory: 3.5 MiB

	// frameBytes is what the frame of an entry takes beside its words, in both encodings, and its share of the spare
	// capacity of the ring.
	frameBytes = 500
)

// tailCache is the end of the journal in memory, whatever the store: all of it, with frames that are encoded once, for
// clients that are a little behind. It does not replace replayCache: the last messages of a quiet room are not in
// it, and to find those of a busy one it would be searched, or indexed, once for every session that enters.
type tailCache struct {
	mu sync.Mutex
	ring
	bytes      int
	max        int    // entries
	floor      uint64 // every entry after this position is here
	redactions int    // calls of Redact: entries of a commit during one are not kept
}

// cachedSize is the memory that e takes at the most, with its frame encoded in text and in JSON, which has two bytes
// for a byte of words where these are full of quotation marks. It is an estimate, since a frame is made later than its
// entry is added.
func cachedSize(e *Entry) int {
	size := e.Size()
	return size + frameBytes + 3*(size-entryBytes)
}

// redactionCount is read before a commit and passed to append after it.
func (c *tailCache) redactionCount() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.redactions
}

// append adds what was committed, unless Redact was called since redactions were counted: it may have erased some of
// it.
func (c *tailCache) append(entries []Entry, redactions int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.redactions != redactions {
		c.ring, c.bytes = ring{}, 0
		if n := len(entries); n > 0 {
			c.floor = entries[n-1].Seq
		}
		return
	}
	for i := range entries {
		c.bytes += cachedSize(&entries[i])
	}
	c.add(entries...)
	drop := 0
	for len(c.entries)-drop > c.max || c.bytes > tailBytes {
		c.bytes -= cachedSize(&c.entries[drop])
		c.floor = c.entries[drop].Seq
		drop++
	}
	c.drop(drop)
}

// redact drops everything, so that reads go to the store again.
func (c *tailCache) redact() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n := len(c.entries); n > 0 {
		c.floor = c.entries[n-1].Seq
	}
	c.ring, c.bytes = ring{}, 0
	c.redactions++
}

// read is Store.Read; ok is false where some of what is asked for is not here.
func (c *tailCache) read(cur *Cursor, upto uint64, limit int) (p Page, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := len(c.entries)
	if cur.Seq < c.floor || n == 0 || upto > c.entries[n-1].Seq {
		return p, false
	}
	i, _ := slices.BinarySearchFunc(c.entries, cur.Seq+1, func(e Entry, seq uint64) int { return cmp.Compare(e.Seq, seq) })
	for bytes := 0; i < n && c.entries[i].Seq <= upto && len(p.Entries) < limit && bytes < PageBytes; i++ {
		if e := &c.entries[i]; cur.reads(e.Stream) {
			e.Frame() // made once for all readers
			p.Entries = append(p.Entries, *e)
			bytes += e.Size()
		}
	}
	p.Advance(cur, upto, limit)
	return p, true
}
