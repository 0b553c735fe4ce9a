package hub

import (
	"cmp"
	"errors"
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
	last := r.things.at(seq)
	items = append(items, item{aside: &aside{behind: &behind{
		reading: c.reading, cursor: journal.Cursor{Seq: seq, Streams: streams}, me: s.reader(), last: last, resumes: last == thing{},
	}}})
	for _, sh := range shifts {
		items = append(items, item{aside: &aside{after: place{seq: sh.at}, shift: &sh.shift}})
	}
	return items
}

// catchUp reads on, or finds that there is nothing left and is live again.
func (d *delivery) catchUp() error {
	answer := make(chan caughtUp, 1) // the hub does not wait
	switch err := d.c.hub.send(d.c.ctx, catchUp{d.c, d.c.reads.reading, d.c.reads.cursor.Seq, answer}); {
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
			d.c.reads = nil
			return nil
		}
		if d.c.out.isWaiting() {
			return nil // its place is before the head; what comes from now on is not
		}
		d.c.reads.me.listener = at.listener
		return d.readOn(at.head)
	case <-d.c.hub.done:
		return d.drain()
	}
}

// readOn tells the record up to a position, a page at a time.
func (d *delivery) readOn(to place) error {
	at := d.c.reads
	for i := range at.cursor.Streams {
		r := &at.cursor.Streams[i]
		if nth, known := to.nth(i, r.Stream); known {
			r.Last = nth
		}
	}
	upto := to.seq
	for patient := d.patiently(d.begins(to)); at.cursor.Seq < upto && !d.isOver(); {
		if patient != nil {
			return patient
		}
		if err := d.readPage(upto); err != nil {
			patient = d.patiently(err)
			continue
		}
		if err := d.flush(); err != nil {
			return err
		}
	}
	return nil
}

// begins is what is done before a stretch of the record is read.
func (d *delivery) begins(to place) error {
	if err := d.recall(); err != nil {
		return err
	}
	return d.skip(to)
}

// readPage tells the next page of the record, as far as that can be written without
// waiting. What is in memory needs no turn: where a whole crowd is behind for a moment, turns
// would keep it there.
func (d *delivery) readPage(upto uint64) error {
	at, j := d.c.reads, d.c.hub.journal
	if page, ok := j.ReadRecent(&at.cursor, upto, pageLines); ok {
		d.tellMissed(page)
		return nil
	}
	return d.inTurn(func() error {
		page, err := j.Read(&at.cursor, upto, pageLines)
		if err == nil {
			d.tellMissed(page)
		}
		return err
	})
}

// tellMissed tells a page of what a client that is behind has not heard.
func (d *delivery) tellMissed(page journal.Page) {
	if page.Unsure {
		page.Gone = 0
	}
	if page.Gone > 0 || page.Unsure {
		d.lines = append(d.lines, protocol.NewLine(protocol.Gap{Lines: page.Gone, Why: protocol.Forgotten}))
	}
	d.lines = d.c.reads.appendLines(d.lines, page.Entries)
	d.offerNow()
}

// recall looks up what was told last before a break, if that is long ago and the session was in several rooms then: the
// next entry of the record may tell the same in another room.
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
