package journal

import (
	"cmp"
	"slices"
	"strings"

	"github.com/google/uuid"

	"chinwag/protocol"
)

// Stream names what belongs together in the record.
type Stream string

// Everybody is the stream that all read.
const Everybody Stream = "*"

// OfRoom is the stream of a room.
func OfRoom(r protocol.Room) Stream { return Stream(r.String()) }

// Desk is the stream that operators read: the room of that name, whose visitors
// have a stream each.
var Desk = OfRoom(protocol.DeskRoom)

// Visit is the stream of one session's conversation at the desk. Only that
// session reads it; what is in it stands in Desk as well.
func Visit(session uuid.UUID) Stream { return Mailbox(session) + Stream(protocol.DeskRoom.String()) }

// Mailbox is the stream that only one session reads.
func Mailbox(session uuid.UUID) Stream { return Stream("@" + session.String()) }

// Session is the only session that reads st, if there is one.
func (st Stream) Session() (id uuid.UUID, ok bool) {
	if len(st) == 0 || st[0] != '@' {
		return id, false
	}
	name := strings.TrimSuffix(string(st[1:]), protocol.DeskRoom.String())
	id, err := uuid.Parse(name)
	return id, err == nil
}

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
