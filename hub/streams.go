package hub

import (
	"cmp"
	"slices"

	"chinwag/hub/journal"
	"chinwag/hub/state"
	"chinwag/protocol"
)

// A session that is behind reads the streams that it hears, in the order of the journal. These change on the way, as it
// enters and leaves rooms:
//
//	#lobby    ~~~~~~~~~~~~~~~~~~~~~~~~|            its stay there
//	#tea            |~~~~~~~~~~~|                  one beside it
//	#mate                         |~~~~~~~~~~~~~   and where it is
//	             ^ read up to here: #lobby now, then #tea, too, …

// streamChange is a change of the streams that a client that is behind reads.
type streamChange struct {
	at    uint64               // position; 0: where it stands in the outbox
	leave journal.Stream       // "": none
	enter journal.StreamCursor // without a stream: none
	front journal.Stream       // the stream of the room in front, from here on
}

// apply applies a change of streams.
func (c *catchup) apply(s *streamChange) {
	c.view.front = s.front
	streams := c.cursor.Streams
	gone := func(st journal.Stream) func(journal.StreamCursor) bool {
		return func(r journal.StreamCursor) bool { return r.Stream == st }
	}
	if s.leave != "" {
		streams = slices.DeleteFunc(streams, gone(s.leave))
	}
	if s.enter.Stream != "" {
		streams = append(slices.DeleteFunc(streams, gone(s.enter.Stream)), s.enter)
	}
	c.cursor.Streams = streams
}

// streamsFrom are the streams that s reads from a position on, and how they change up to the present.
func (s *session) streamsFrom(e state.CatchUp, seq uint64) (streams []journal.StreamCursor, changes []streamChange) {
	unknown := func(st state.Stream) journal.StreamCursor {
		return journal.StreamCursor{Stream: st, StreamSeq: journal.SeqUnknown}
	}
	streams = append(streams, unknown(state.Everybody), unknown(state.Mailbox(s.id)))
	if e.HearsDesk {
		streams = append(streams, unknown(state.Desk))
	}
	front := s.frontStream()
	for i, st := range e.Stays {
		if i == 0 && e.StaysCut == 0 { // begun with the token of an ended one: it was told its room from before it entered
			st.From = min(st.From, seq)
		}
		if st.Upto != 0 && st.Upto <= seq {
			continue
		}
		window := unknown(st.Stream)
		window.End = s.lastOfStay(st)
		if st.From <= seq {
			streams = append(streams, window)
		} else {
			changes = append(changes, streamChange{at: st.From, enter: window, front: front})
		}
		if st.Upto != 0 {
			changes = append(changes, streamChange{at: st.Upto, leave: st.Stream, front: front})
		}
	}
	slices.SortStableFunc(changes, func(a, b streamChange) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(b.leave, a.leave)) // leaving comes first
	})
	return streams, changes
}

// lastOfStay is the number of the last entry of a stream that belongs to a stay; 0: unknown.
func (s *session) lastOfStay(st state.Stay) uint64 {
	for _, l := range s.pastStays {
		if l.stream == st.Stream && l.seq == st.Upto {
			return l.nth
		}
	}
	return 0
}

// isBehind reports whether the client of s is behind and reads from the journal: then its streams must be changed
// there.
func (s *session) isBehind() bool { return s != nil && s.feed == behind }

// stopReading ends a stream of a session that is behind, before e, by which it leaves the room.
func (l *loop) stopReading(e *journal.Entry) {
	_, leaves := e.Event.(protocol.Left)
	if s := l.sessions[e.Author]; leaves && s.isBehind() {
		l.changeStreams(s, streamChange{leave: e.Stream})
	}
}

// startReading adds a stream to a session that is behind, from e on: that of the room it has entered, or the desk's.
func (l *loop) startReading(e *journal.Entry) {
	switch e.Event.(type) {
	case protocol.Joined, protocol.DutyChanged:
	default:
		return
	}
	if s := l.sessions[e.Author]; s.isBehind() {
		l.changeStreams(s, streamChange{enter: journal.StreamCursor{Stream: e.Stream, StreamSeq: e.StreamSeq}})
	}
}

// refocus tells a session that is behind as one with another room in front from here on.
func (l *loop) refocus(s *session) {
	if s.isBehind() {
		l.changeStreams(s, streamChange{})
	}
}

// changeStreams changes what a session that is behind reads from here on, with its present room in front.
func (l *loop) changeStreams(s *session, change streamChange) {
	change.front = s.frontStream()
	l.appendControl(s.client, &control{after: l.position(s.client), streamChange: &change}, nil)
}
