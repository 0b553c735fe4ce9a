package hub

import (
	"slices"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// transcriptIndex are the positions of conversations in the journal. The entries of a conversation lie in the desk's
// stream among those of others. The desk remembers where they are, so that a transcript need not read all of the
// stream:
//
//	the desk's stream    1 1 . 1 . . . . . . . . . 1 1 . . .
//	the extents of @1     ~~~~~~~                   ~~~
//
// Of a conversation that ended long ago, only the stretch that holds it is kept: one for each of the first few
// thousand, then one for two together, for four, and so on.
type transcriptIndex struct {
	extents     map[protocol.Ticket]*extents
	ended       []protocol.Ticket // whose conversation is over, the oldest first
	extentCount int               // of all conversations
	old         []seqRange        // those of number 0 to width-1, of width to 2*width-1, …
	width       protocol.Ticket
}

// seqRange is where in the journal some conversations lie that ended long ago.
type seqRange struct{ from, to uint64 }

// extents is where the entries of one conversation lie, in order.
type extents []extent

// extent is a stretch of the desk's stream with entries of one conversation in it.
type extent struct {
	from, to       uint64 // positions of the first and the last of them
	firstNth, last uint64 // their numbers among all entries of the stream
	entries        int    // how many there are
}

const (
	maxEnded      = 1000    // of conversations that are over
	maxExtents    = 1024    // of one conversation; beyond, the nearest two are joined
	fewExtents    = 16      // of one conversation, if there are very many in all:
	maxAllExtents = 1 << 16 // some 3 MB
	maxGap        = 16      // entries of other conversations that are read rather than skipped
	maxOld        = 4096    // an even number
)

func newTranscriptIndex() transcriptIndex {
	return transcriptIndex{extents: map[protocol.Ticket]*extents{}, width: 1}
}

// follow adds an entry of the desk's stream, which may begin or end a conversation.
func (ts *transcriptIndex) follow(e *journal.Entry) {
	if ev, ok := e.Event.(protocol.TicketChanged); ok {
		switch ev.Event {
		case protocol.VisitorWaits:
			ts.open(ev.Ticket)
		case protocol.TicketClosed, protocol.VisitorLeft:
			ts.close(ev.Ticket)
		}
	}
	ts.append(e)
}

// resume begins the extents of a conversation that goes on after a start: all of the stretch that holds it.
func (ts *transcriptIndex) resume(no protocol.Ticket, from, to uint64) {
	ts.extents[no] = &extents{{from: from, to: to}}
	ts.extentCount++
}

// open begins the extents of a conversation.
func (ts *transcriptIndex) open(no protocol.Ticket) { ts.extents[no] = new(extents) }

// append adds an entry of the desk's stream to its conversation.
func (ts *transcriptIndex) append(e *journal.Entry) {
	if t := ts.extents[protocol.TicketOf(e.Event)]; t != nil {
		most := maxExtents
		if ts.extentCount >= maxAllExtents {
			most = min(maxExtents, max(fewExtents, len(*t)))
		}
		ts.extentCount += t.add(e.Seq, e.StreamSeq, most)
	}
}

// close ends a conversation. A few lines that were in flight may follow.
func (ts *transcriptIndex) close(no protocol.Ticket) {
	if ts.extents[no] == nil {
		return
	}
	if ts.ended = append(ts.ended, no); len(ts.ended) > maxEnded {
		ts.forget(ts.ended[0])
		ts.ended = slices.Delete(ts.ended, 0, 1)
	}
}

// forget keeps of a conversation only the stretch that holds it.
func (ts *transcriptIndex) forget(no protocol.Ticket) {
	t := *ts.extents[no]
	delete(ts.extents, no)
	ts.extentCount -= len(t)
	for no/ts.width >= maxOld {
		ts.widen()
	}
	for protocol.Ticket(len(ts.old)) <= no/ts.width {
		ts.old = append(ts.old, seqRange{})
	}
	at := &ts.old[no/ts.width]
	*at = at.with(seqRange{t[0].from, t[len(t)-1].to})
}

func (ts *transcriptIndex) widen() {
	for i := 0; i < len(ts.old); i += 2 {
		both := ts.old[i]
		if i+1 < len(ts.old) {
			both = both.with(ts.old[i+1])
		}
		ts.old[i/2] = both
	}
	ts.old, ts.width = ts.old[:(len(ts.old)+1)/2], 2*ts.width
}

// with is the stretch that holds both.
func (s seqRange) with(other seqRange) seqRange {
	switch {
	case other == seqRange{}:
		return s
	case s == seqRange{}:
		return other
	}
	return seqRange{min(s.from, other.from), max(s.to, other.to)}
}

// find is where a conversation lies: its last n entries, or with -1 all of them. It is empty if there has been none of
// that number.
func (ts *transcriptIndex) find(no protocol.Ticket, n int) extents {
	switch t := ts.extents[no]; {
	case t != nil && n >= 0:
		return slices.Clone(t.lastOf(n))
	case t != nil:
		return slices.Clone(*t)
	case no/ts.width < protocol.Ticket(len(ts.old)) && ts.old[no/ts.width] != seqRange{}:
		old := ts.old[no/ts.width]
		return extents{{from: old.from, to: old.to}}
	}
	return nil
}

// add adds an entry, and returns how many extents more there are. There are at most most.
func (t *extents) add(seq, nth uint64, most int) int {
	if n := len(*t); n > 0 && nth-(*t)[n-1].last <= maxGap {
		s := &(*t)[n-1]
		s.to, s.last = seq, nth
		s.entries++
		return 0
	}
	more := 1
	if len(*t) >= most {
		t.join()
		more = 0
	}
	*t = append(*t, extent{seq, seq, nth, nth, 1})
	return more
}

// join joins the two extents with the smallest gap between them.
func (t *extents) join() {
	ss, at := *t, 1
	for i := 2; i < len(ss); i++ {
		if ss[i].firstNth-ss[i-1].last < ss[at].firstNth-ss[at-1].last {
			at = i
		}
	}
	s := &ss[at-1]
	s.to, s.last, s.entries = ss[at].to, ss[at].last, s.entries+ss[at].entries
	*t = slices.Delete(ss, at, at+1)
}

// lastOf are the extents with the last n entries.
func (t extents) lastOf(n int) extents {
	i := len(t)
	for ; i > 0 && n > 0; i-- {
		n -= t[i-1].entries
	}
	return t[i:]
}
