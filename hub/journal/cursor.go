package journal

import "slices"

// SeqUnknown stands for a count that was not kept.
const SeqUnknown = ^uint64(0)

// Cursor is how far a reader has read: all entries of Streams up to Seq.
type Cursor struct {
	Seq     uint64
	Streams []StreamCursor
}

// StreamCursor is how far a reader has read in one stream.
type StreamCursor struct {
	Stream    Stream
	StreamSeq uint64 // of the last entry at or before the cursor's Seq, or SeqUnknown
	End       uint64 // of the last entry that is this reader's; 0: no bound
}

// PageBytes is the Size of the entries after which a page is full: a client that takes nothing holds a page, and the
// lines that are encoded of it.
const PageBytes = 32 << 10

// Page is the next stretch of the journal for one reader.
type Page struct {
	Entries []Entry
	Pruned  int  // entries that would have come first and are no longer kept
	AtLeast bool // Pruned is a lower bound: the count was not kept
}

// CountPruned counts in p what was pruned from the stream of at: its entries up to the pruned-th, of which at has read
// some already. A reader that has read more of them than were pruned, and yet misses some, has read a stream that was
// dropped and has begun anew.
func (p *Page) CountPruned(at *StreamCursor, pruned uint64) {
	anew := at.StreamSeq > pruned
	if at.End > 0 {
		pruned = min(pruned, at.End)
	}
	switch {
	case anew: // or SeqUnknown
		p.AtLeast = true
	case at.StreamSeq < pruned:
		p.Pruned += int(pruned - at.StreamSeq)
	default:
		return
	}
	at.StreamSeq = pruned
}

// Advance sorts what was read of each stream, keeps as many entries as make a full page (limit or PageBytes of them),
// and moves cur behind them. The caller must have read each stream up to upto, or as much of it as makes a full page.
func (p *Page) Advance(cur *Cursor, upto uint64, limit int) {
	slices.SortFunc(p.Entries, bySeq)
	n, bytes := 0, 0
	for n < len(p.Entries) && n < limit && bytes < PageBytes {
		bytes += p.Entries[n].Size()
		n++
	}
	if n < limit && bytes < PageBytes {
		cur.Seq = max(cur.Seq, upto)
	} else {
		clear(p.Entries[n:]) // it is read again, and not held meanwhile
		p.Entries = p.Entries[:n]
		cur.Seq = p.Entries[n-1].Seq
	}
	for _, e := range p.Entries {
		i := slices.IndexFunc(cur.Streams, func(r StreamCursor) bool { return r.Stream == e.Stream })
		cur.Streams[i].StreamSeq = e.StreamSeq
	}
}

func (c *Cursor) reads(st Stream) bool {
	for i := range c.Streams {
		if c.Streams[i].Stream == st {
			return true
		}
	}
	return false
}
