package hub

import (
	"chinwag/hub/journal"
	"chinwag/hub/state"
	"chinwag/protocol"
)

// item is a frame of entries or, with a control, something else.
type item struct {
	frame *protocol.Frame
	*control
}

// control is an item that is no entry: an answer, a replay, a change of streams, or the goodbye.
type control struct {
	after         position      // a client that is behind reads up to here first
	slots         int64         // released when the item is written
	catchup       *catchup      // from here on the writer reads from the journal
	switchSession *watermark    // from here on another session is told, and the reading for the one before ends
	streamChange  *streamChange // a client that is behind reads other streams from here on
	replay        *replay       // a stretch of the journal to replay
	transcript    *transcript   // the conversation at the desk to replay
	search        *search       // what to find in the journal
	redact        *state.Redact // what to erase from the journal
	ref           protocol.Ref  // of the command that asks for one of these
	end           bool          // the last item
}

// waits reports whether the writer may have to wait for something other than the peer.
func (it item) waits() bool {
	a := it.control
	return a != nil && (a.catchup != nil || a.switchSession != nil || a.replay != nil || a.transcript != nil || a.search != nil || a.redact != nil)
}

// position is a point in the journal for one session: a position, and the number of entries up to there in each of its
// streams. Later entries are then not reported as missing.
type position struct {
	seq     uint64
	streams []journal.StreamCursor
}

// streamSeq is the number of the last entry of a stream at the position. i is the probable index of the stream.
func (p *position) streamSeq(i int, st journal.Stream) (nth uint64, known bool) {
	if i < len(p.streams) && p.streams[i].Stream == st {
		return p.streams[i].StreamSeq, true
	}
	for i := range p.streams {
		if p.streams[i].Stream == st {
			return p.streams[i].StreamSeq, true
		}
	}
	return 0, false
}
