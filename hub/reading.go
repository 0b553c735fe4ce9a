package hub

import (
	"cmp"
	"slices"

	"chinwag/hub/journal"
	"chinwag/hub/state"
	"chinwag/protocol"
)

// A session that is behind reads the streams that it hears, in the order of the record. Which ones these are
// changes on the way, as it enters rooms and leaves them:
//
//	#lobby    ~~~~~~~~~~~~~~~~~~~~~~~~|            its stay there
//	#tea            |~~~~~~~~~~~|                  one beside it
//	#mate                         |~~~~~~~~~~~~~   and where it is
//	             ^ read up to here: #lobby now, then #tea, too, …

// readFrom has c's writer read the record from where its session was told: the rooms in which
// that was at the time, and from each position on those in which it was then, up to where it is.
func (r *run) readFrom(items []item, c *Client, q state.CatchUp) []item {
	s := c.session
	if s == nil || len(q.Stays) == 0 {
		return items
	}
	seq := s.seen.Load()
	tell := func(e protocol.Event) {
		items = append(items, item{line: protocol.NewLine(e), aside: &aside{after: r.place(c)}})
	}
	if c.missing != "" {
		tell(protocol.Gap{Why: c.missing})
		c.missing = ""
	}
	if seq < q.Trimmed { // more rooms ago than are remembered
		tell(protocol.Gap{Why: protocol.Forgotten})
	}
	streams, shifts := s.windows(q, seq)
	s.live, s.fresh = false, false
	c.reading++
	items = append(items, item{aside: &aside{behind: &behind{
		reading: c.reading, cursor: journal.Cursor{Seq: seq, Streams: streams}, me: s.reader(), resumes: true,
	}}})
	for _, sh := range shifts {
		items = append(items, item{aside: &aside{after: place{seq: sh.at}, shift: &sh.shift}})
	}
	return items
}

// recall looks up what was told last before a break, if the session was in several rooms then: the next entry of the
// record may tell the same in another room.
func (d *delivery) recall() error {
	at := d.c.reads
	if !at.resumes {
		return nil
	}
	at.resumes = false
	upto := at.cursor.Seq
	cur := journal.Cursor{Seq: max(upto, 1) - 1}
	for _, r := range at.cursor.Streams {
		if isRooms(r.Stream) {
			cur.Streams = append(cur.Streams, journal.Reading{Stream: r.Stream, Nth: journal.Unknown})
		}
	}
	if len(cur.Streams) < 2 {
		return nil
	}
	return d.inTurn(func() error {
		page, err := d.c.hub.journal.Read(&cur, upto, 1)
		for i := range page.Entries {
			at.last.again(&page.Entries[i])
		}
		return err
	})
}

// shiftAt is a shift, and its position.
type shiftAt struct {
	at uint64
	shift
}

// windows are what s reads from a position on, and how that changes up to where it is.
func (s *session) windows(q state.CatchUp, seq uint64) (streams []journal.Reading, shifts []shiftAt) {
	unknown := func(st state.Stream) journal.Reading { return journal.Reading{Stream: st, Nth: journal.Unknown} }
	streams = append(streams, unknown(state.Everybody), unknown(state.Mailbox(s.id)))
	if q.Serves {
		streams = append(streams, unknown(state.Desk))
	}
	front := s.frontStream()
	for i, st := range q.Stays {
		if i == 0 && q.Trimmed == 0 { // a session that was begun with the token of one that was over was told its room from before it came
			st.From = min(st.From, seq)
		}
		if st.Upto != 0 && st.Upto <= seq {
			continue
		}
		window := unknown(st.Stream)
		window.Last = s.leftAt(st)
		if st.From <= seq {
			streams = append(streams, window)
		} else {
			shifts = append(shifts, shiftAt{st.From, shift{enter: window, front: front}})
		}
		if st.Upto != 0 {
			shifts = append(shifts, shiftAt{st.Upto, shift{leave: st.Stream, front: front}})
		}
	}
	slices.SortStableFunc(shifts, func(a, b shiftAt) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(b.leave, a.leave)) // it leaves first
	})
	return streams, shifts
}

// leftAt is which entry of a stay's stream was the last that belongs to it; 0: unknown.
func (s *session) leftAt(st state.Stay) uint64 {
	for _, l := range s.lefts {
		if l.stream == st.Stream && l.seq == st.Upto {
			return l.nth
		}
	}
	return 0
}

// readsOn reports whether the client of s, which is behind, reads by itself: then what it reads changes in its place.
func (s *session) readsOn() bool { return s != nil && s.client != nil && !s.live && !s.fresh }

// readLess has a session that is behind read a stream no more from before e on: it leaves the room by that.
func (r *run) readLess(e *journal.Entry) {
	_, leaves := e.Event.(protocol.Left)
	if s := r.sessions[e.Author]; leaves && s.readsOn() {
		r.append(s.client, &aside{after: r.place(s.client), shift: &shift{leave: e.Stream, front: s.frontStream()}}, nil)
	}
}

// readAlso has a session that is behind read another stream from e on: of the room that it has
// entered, or of the desk.
func (r *run) readAlso(e *journal.Entry) {
	switch e.Event.(type) {
	case protocol.Joined, protocol.DutyChanged:
	default:
		return
	}
	if s := r.sessions[e.Author]; s.readsOn() {
		enter := journal.Reading{Stream: e.Stream, Nth: e.Nth}
		r.append(s.client, &aside{after: r.place(s.client), shift: &shift{enter: enter, front: s.frontStream()}}, nil)
	}
}

// refocus has a session that is behind be told as it is told with another room in front from here on.
func (r *run) refocus(s *session) {
	if s.readsOn() {
		r.append(s.client, &aside{after: r.place(s.client), shift: &shift{front: s.frontStream()}}, nil)
	}
}
