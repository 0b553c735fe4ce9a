package journal

import (
	"cmp"
	"slices"

	"github.com/google/uuid"

	"chinwag/hub/state"
	"chinwag/protocol"
)

// Stream names what belongs together in the record.
type Stream = state.Stream

// The streams, as package state names them.
const Everybody = state.Everybody

var Desk = state.Desk

func OfRoom(r protocol.Room) Stream    { return state.OfRoom(r) }
func Visit(session uuid.UUID) Stream   { return state.Visit(session) }
func Mailbox(session uuid.UUID) Stream { return state.Mailbox(session) }

// Row is a row of what is true, kept beside the entries.
type Row = state.Row

// Entry is one event in its place. Entries never change once they are committed.
type Entry struct {
	Seq    uint64 // position in the record: grows, is never used twice, need not be contiguous
	Nth    uint64 // how many entries its stream has had, this one included
	Stream Stream
	Author uuid.UUID // the session whose doing it is
	Event  protocol.Recorded
	Line   *protocol.Line // what all but its author are told, shared by them; nil: nobody has made it
}

const entryBytes = 200 // what an entry costs beside its words, about

// Size is the memory that e takes without its Line, about.
func (e *Entry) Size() int {
	_, words := protocol.Words(e.Event)
	switch ev := e.Event.(type) { // what these say is not searched
	case protocol.Left:
		words = ev.Text
	case protocol.AwaySet:
		words = ev.Text
	case protocol.TicketChanged:
		words = ev.Text
	case protocol.AtDesk:
		words = ev.Text
	}
	return entryBytes + len(words.String())
}

// Unknown stands for a count that nobody has kept.
const Unknown = ^uint64(0)

// Cursor is how far somebody has read: all that is in Streams up to Seq.
type Cursor struct {
	Seq     uint64
	Streams []Reading
}

// Reading is how far somebody has read in one stream.
type Reading struct {
	Stream Stream
	Nth    uint64 // of the last entry at or before the cursor's Seq, or Unknown
	Last   uint64 // of the last entry that is this reader's; 0: there is no last one
}

// PageBytes is the Size of the entries after which a page is full: a client that takes
// nothing holds a page, and the lines that are spelled of it.
const PageBytes = 32 << 10

// Page is the next stretch of the record for somebody.
type Page struct {
	Entries []Entry
	Gone    int  // entries that would have come first and are no longer kept
	Unsure  bool // Gone is a lower bound: nobody has counted
}

// Erased is e as it stands in the record when its words have been taken out.
func (e Entry) Erased() Entry {
	from, _ := protocol.Words(e.Event)
	e.Event = protocol.Erased{Stamp: protocol.StampOf(e.Event), From: from}
	e.Line = nil // it holds the words
	return e
}

// Miss counts in p what has gone from the stream of at: its entries up to the
// gone-th, of which at has read some already. Whoever has read more of them than have
// gone, and misses some, has read a stream that was dropped and has begun anew.
func (p *Page) Miss(at *Reading, gone uint64) {
	anew := at.Nth > gone
	if at.Last > 0 {
		gone = min(gone, at.Last)
	}
	switch {
	case anew: // or Unknown
		p.Unsure = true
	case at.Nth < gone:
		p.Gone += int(gone - at.Nth)
	default:
		return
	}
	at.Nth = gone
}

// Cut brings what was read of each stream into order, leaves as many entries as make a
// full page, limit or PageBytes of them, and moves cur behind them. Of each stream all that
// there is up to upto must have been read, or as much as makes a full page.
func (p *Page) Cut(cur *Cursor, upto uint64, limit int) {
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
		i := slices.IndexFunc(cur.Streams, func(r Reading) bool { return r.Stream == e.Stream })
		cur.Streams[i].Nth = e.Nth
	}
}

func bySeq(a, b Entry) int { return cmp.Compare(a.Seq, b.Seq) }
