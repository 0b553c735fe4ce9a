package journal

import (
	"cmp"

	"github.com/google/uuid"

	"chinwag/protocol"
)

// Entry is one event at its position. A committed entry never changes, but for Redact.
type Entry struct {
	Seq       uint64 // position in the journal: grows, is never used twice, need not be contiguous
	StreamSeq uint64 // how many entries its stream has had, this one included
	Stream    Stream
	Author    uuid.UUID // the session that caused it
	Event     protocol.Recorded
	frame     *protocol.Frame // see Frame; nil: not made yet
}

const entryBytes = 200 // what an entry costs beside its words, about

// Size is the memory that e takes without its frame, about.
func (e *Entry) Size() int {
	if said, ok := e.Event.(protocol.Said); ok { // most are
		return entryBytes + len(said.Text.String())
	}
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

// Redacted is e as it stands in the journal after Redact: without its words.
func (e Entry) Redacted() Entry {
	from, _ := protocol.Words(e.Event)
	e.Event = protocol.Redacted{Meta: protocol.MetaOf(e.Event), From: from}
	e.frame = nil // it holds the words
	return e
}

func bySeq(a, b Entry) int { return cmp.Compare(a.Seq, b.Seq) }

// Frame is what every client but its author's is told of e, shared by them. It is made at the first call.
func (e *Entry) Frame() *protocol.Frame {
	if e.frame == nil {
		e.frame = protocol.PublicFrame(e.Event)
	}
	return e.frame
}
