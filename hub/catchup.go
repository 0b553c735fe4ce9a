package hub

import (
	"cmp"
	"errors"
	"slices"

	"chinwag/hub/journal"
	"chinwag/hub/state"
	"chinwag/protocol"
)

// A session that is behind reads the streams that it hears, in the order of the journal. These change on the
// way, as it enters and leaves rooms:
//
//	#lobby    ~~~~~~~~~~~~~~~~~~~~~~~~|            its stay there
//	#tea            |~~~~~~~~~~~|                  one beside it
//	#mate                         |~~~~~~~~~~~~~   and where it is
//	             ^ read up to here: #lobby now, then #tea, too, …

// readFrom lets c's writer read the journal from the last position that was told: the rooms of the session at
// that position, and its later rooms each from where it entered, up to the present ones.
func (l *loop) readFrom(items []item, c *Client, q state.CatchUp) []item {
	s := c.session
	if s == nil || len(q.Stays) == 0 {
		return items
	}
	seq := s.watermark.Load()
	tell := func(e protocol.Event) {
		items = append(items, item{frame: protocol.NewFrame(e), control: &control{after: l.position(c)}})
	}
	if c.gapReason != "" {
		tell(protocol.Gap{Why: c.gapReason})
		c.gapReason = ""
	}
	if seq < q.Trimmed { // the room is older than those that are remembered
		tell(protocol.Gap{Why: protocol.Pruned})
	}
	streams, shifts := s.streamsFrom(q, seq)
	s.live, s.resuming = false, false
	c.catchupNo++
	last := l.shared.at(seq)
	items = append(items, item{control: &control{catchup: &catchup{
		no: c.catchupNo, cursor: journal.Cursor{Seq: seq, Streams: streams}, view: s.journalView(), lastEvent: last, lastUnknown: last == roomEvent{},
	}}})
	for _, sh := range shifts {
		items = append(items, item{control: &control{after: position{seq: sh.at}, shift: &sh.streamChange}})
	}
	return items
}

// catchUp reads on, or is at the head and becomes live again.
func (d *delivery) catchUp() error {
	answer := make(chan headAnswer, 1) // the hub does not wait
	switch err := d.c.hub.send(d.c.ctx, headQuery{d.c, d.c.catchup.no, d.c.catchup.cursor.Seq, answer}); {
	case errors.Is(err, ErrStopped):
		return d.drain()
	case err != nil:
		return err
	}
	select {
	case at := <-answer:
		switch {
		case at.over:
			return nil
		case at.live:
			d.c.catchup = nil
			return nil
		}
		if d.c.out.isWaiting() {
			return nil // its position is before the head; what comes from now on is not
		}
		d.c.catchup.view.view = at.view
		return d.readOn(at.head)
	case <-d.c.hub.done:
		return d.drain()
	}
}

// readOn tells the journal up to a position, a page at a time.
func (d *delivery) readOn(to position) error {
	at := d.c.catchup
	for i := range at.cursor.Streams {
		r := &at.cursor.Streams[i]
		if nth, known := to.streamSeq(i, r.Stream); known {
			r.End = nth
		}
	}
	upto := to.seq
	for patient := d.waitForJournal(d.prepareRead(to)); at.cursor.Seq < upto && !d.isOver(); {
		if patient != nil {
			return patient
		}
		if err := d.readPage(upto); err != nil {
			patient = d.waitForJournal(err)
			continue
		}
		if err := d.flush(); err != nil {
			return err
		}
	}
	return nil
}

// prepareRead is what is done before a stretch of the journal is read.
func (d *delivery) prepareRead(to position) error {
	if err := d.recallLastEvent(); err != nil {
		return err
	}
	return d.skipFar(to)
}

// readPage tells the next page of the journal, as far as it can be written without waiting. A page in memory
// needs no turn: where a whole crowd is behind for a moment, turns would keep it there.
func (d *delivery) readPage(upto uint64) error {
	at, j := d.c.catchup, d.c.hub.journal
	if page, ok := j.ReadCached(&at.cursor, upto, pageLines); ok {
		d.appendPage(page)
		return nil
	}
	return d.inReadTurn(func() error {
		page, err := j.Read(&at.cursor, upto, pageLines)
		if err == nil {
			d.appendPage(page)
		}
		return err
	})
}

// appendPage tells a page of what a client that is behind has missed.
func (d *delivery) appendPage(page journal.Page) {
	if page.AtLeast {
		page.Pruned = 0
	}
	if page.Pruned > 0 || page.AtLeast {
		d.frames = append(d.frames, protocol.NewFrame(protocol.Gap{Lines: page.Pruned, Why: protocol.Pruned}))
	}
	d.frames = d.c.catchup.appendLines(d.frames, page.Entries)
	d.tryWriteNow()
}

// recallLastEvent looks up the last event before a break, if that is long ago and the session was in several rooms then:
// the next entry of the journal may be the same event in another room.
func (d *delivery) recallLastEvent() error {
	at := d.c.catchup
	if !at.lastUnknown {
		return nil
	}
	at.lastUnknown = false
	upto := at.cursor.Seq
	cur := journal.Cursor{Seq: max(upto, 1) - 1}
	for _, r := range at.cursor.Streams {
		if isRooms(r.Stream) {
			cur.Streams = append(cur.Streams, journal.StreamCursor{Stream: r.Stream, StreamSeq: journal.SeqUnknown})
		}
	}
	if len(cur.Streams) < 2 {
		return nil
	}
	return d.inReadTurn(func() error {
		page, err := d.c.hub.journal.Read(&cur, upto, 1)
		for i := range page.Entries {
			at.lastEvent.isRepeat(&page.Entries[i])
		}
		return err
	})
}

// streamChangeAt is a shift with its position.
type streamChangeAt struct {
	at uint64
	streamChange
}

// streamsFrom are the streams that s reads from a position on, and how they change up to the present.
func (s *session) streamsFrom(q state.CatchUp, seq uint64) (streams []journal.StreamCursor, shifts []streamChangeAt) {
	unknown := func(st state.Stream) journal.StreamCursor {
		return journal.StreamCursor{Stream: st, StreamSeq: journal.SeqUnknown}
	}
	streams = append(streams, unknown(state.Everybody), unknown(state.Mailbox(s.id)))
	if q.Serves {
		streams = append(streams, unknown(state.Desk))
	}
	front := s.frontStream()
	for i, st := range q.Stays {
		if i == 0 && q.Trimmed == 0 { // a session that was begun with the token of an ended one was told its room from before it entered
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
			shifts = append(shifts, streamChangeAt{st.From, streamChange{enter: window, front: front}})
		}
		if st.Upto != 0 {
			shifts = append(shifts, streamChangeAt{st.Upto, streamChange{leave: st.Stream, front: front}})
		}
	}
	slices.SortStableFunc(shifts, func(a, b streamChangeAt) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(b.leave, a.leave)) // leaving comes first
	})
	return streams, shifts
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

// isBehind reports whether the client of s is behind and reads from the journal: then its streams must be
// changed there.
func (s *session) isBehind() bool { return s != nil && s.client != nil && !s.live && !s.resuming }

// stopReading ends a stream of a session that is behind, before e, by which it leaves the room.
func (l *loop) stopReading(e *journal.Entry) {
	_, leaves := e.Event.(protocol.Left)
	if s := l.sessions[e.Author]; leaves && s.isBehind() {
		l.append(s.client, &control{after: l.position(s.client), shift: &streamChange{leave: e.Stream, front: s.frontStream()}}, nil)
	}
}

// startReading adds a stream to a session that is behind, from e on: that of the room it has entered, or the
// desk's.
func (l *loop) startReading(e *journal.Entry) {
	switch e.Event.(type) {
	case protocol.Joined, protocol.DutyChanged:
	default:
		return
	}
	if s := l.sessions[e.Author]; s.isBehind() {
		enter := journal.StreamCursor{Stream: e.Stream, StreamSeq: e.StreamSeq}
		l.append(s.client, &control{after: l.position(s.client), shift: &streamChange{enter: enter, front: s.frontStream()}}, nil)
	}
}

// refocus tells a session that is behind as one with another room in front from here on.
func (l *loop) refocus(s *session) {
	if s.isBehind() {
		l.append(s.client, &control{after: l.position(s.client), shift: &streamChange{front: s.frontStream()}}, nil)
	}
}
