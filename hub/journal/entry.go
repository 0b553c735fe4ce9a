package journal

import (
	"cmp"
	"slices"

	"github.com/google/uuid"

	"chinwag/hub/state"
	"chinwag/protocol"
)

// Stream names a sequence of entries that are read together.
type Stream = state.Stream

// The streams, as package state names them.
const Everybody = state.Everybody

var Desk = state.Desk

func OfRoom(r protocol.Room) Stream         { return state.OfRoom(r) }
func Conversation(session uuid.UUID) Stream { return state.Conversation(session) }
func Mailbox(session uuid.UUID) Stream      { return state.Mailbox(session) }

// Row is a row of the state, kept beside the entries.
type Row = state.Row

// Entry is one event at its position. A committed entry never changes, but for Redact.
type Entry struct {
	Seq       uint64 // position in the journal: grows, is never used twice, need not be contiguous
	StreamSeq uint64 // how many entries its stream has had, this one included
	Stream    Stream
	Author    uuid.UUID // the session that caused it
	Event     protocol.Recorded
	Frame     *protocol.Frame // what every client but its author's is told, shared by them; nil: not made yet
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
	case protocol.VisitorNotice:
		words = ev.Text
	}
	return entryBytes + len(words.String())
}

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
	StreamSeq uint64 // of the last entry at or before the cursor's Seq, or Unknown
	End       uint64 // of the last entry that is this reader's; 0: no bound
}

// PageBytes is the Size of the entries after which a page is full: a client that takes
// nothing holds a page, and the lines that are spelled of it.
const PageBytes = 32 << 10

// Page is the next stretch of the journal for one reader.
type Page struct {
	Entries []Entry
	Pruned  int  // entries that would have come first and are no longer kept
	AtLeast bool // Gone is a lower bound: the count was not kept
}

// Redacted is e as it stands in the journal after Redact: without its words.
func (e Entry) Redacted() Entry {
	from, _ := protocol.Words(e.Event)
	e.Event = protocol.Redacted{Meta: protocol.MetaOf(e.Event), From: from}
	e.Frame = nil // it holds the words
	return e
}

// CountPruned counts in p what has gone from the stream of at: its entries up to the
// gone-th, of which at has read some already. A reader that has read more of them than have
// gone, and yet misses some, has read a stream that was dropped and has begun anew.
func (p *Page) CountPruned(at *StreamCursor, gone uint64) {
	anew := at.StreamSeq > gone
	if at.End > 0 {
		gone = min(gone, at.End)
	}
	switch {
	case anew: // or Unknown
		p.AtLeast = true
	case at.StreamSeq < gone:
		p.Pruned += int(gone - at.StreamSeq)
	default:
		return
	}
	at.StreamSeq = gone
}

// Advance sorts what was read of each stream, keeps as many entries as make a full page
// (limit or PageBytes of them), and moves cur behind them. The caller must have read each
// stream up to upto, or as much of it as makes a full page.
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

func bySeq(a, b Entry) int { return cmp.Compare(a.Seq, b.Seq) }
