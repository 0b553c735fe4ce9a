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
func (r *run) readFrom(items []item, c *Client, q state.CatchUp) []item {
	s := c.session
	if s == nil || len(q.Stays) == 0 {
		return items
	}
	seq := s.seen.Load()
	tell := func(e protocol.Event) {
		items = append(items, item{line: protocol.NewFrame(e), aside: &aside{after: r.place(c)}})
	}
	if c.missing != "" {
		tell(protocol.Gap{Why: c.missing})
		c.missing = ""
	}
	if seq < q.Trimmed { // the room is older than those that are remembered
		tell(protocol.Gap{Why: protocol.Pruned})
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

// catchUp reads on, or is at the head and becomes live again.
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
			return nil // its position is before the head; what comes from now on is not
		}
		d.c.reads.me.listener = at.listener
		return d.readOn(at.head)
	case <-d.c.hub.done:
		return d.drain()
	}
}

// readOn tells the journal up to a position, a page at a time.
func (d *delivery) readOn(to place) error {
	at := d.c.reads
	for i := range at.cursor.Streams {
		r := &at.cursor.Streams[i]
		if nth, known := to.nth(i, r.Stream); known {
			r.End = nth
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

// begins is what is done before a stretch of the journal is read.
func (d *delivery) begins(to place) error {
	if err := d.recall(); err != nil {
		return err
	}
	return d.skip(to)
}

// readPage tells the next page of the journal, as far as it can be written without waiting. A page in memory
// needs no turn: where a whole crowd is behind for a moment, turns would keep it there.
func (d *delivery) readPage(upto uint64) error {
	at, j := d.c.reads, d.c.hub.journal
	if page, ok := j.ReadCached(&at.cursor, upto, pageLines); ok {
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

// tellMissed tells a page of what a client that is behind has missed.
func (d *delivery) tellMissed(page journal.Page) {
	if page.AtLeast {
		page.Pruned = 0
	}
	if page.Pruned > 0 || page.AtLeast {
		d.lines = append(d.lines, protocol.NewFrame(protocol.Gap{Lines: page.Pruned, Why: protocol.Pruned}))
	}
	d.lines = d.c.reads.appendLines(d.lines, page.Entries)
	d.offerNow()
}

// recall looks up the last event before a break, if that is long ago and the session was in several rooms then:
// the next entry of the journal may be the same event in another room.
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
			cur.Streams = append(cur.Streams, journal.StreamCursor{Stream: r.Stream, StreamSeq: journal.SeqUnknown})
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

// shiftAt is a shift with its position.
type shiftAt struct {
	at uint64
	shift
}

// windows are the streams that s reads from a position on, and how they change up to the present.
func (s *session) windows(q state.CatchUp, seq uint64) (streams []journal.StreamCursor, shifts []shiftAt) {
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
		window.End = s.leftAt(st)
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
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(b.leave, a.leave)) // leaving comes first
	})
	return streams, shifts
}

// leftAt is the number of the last entry of a stream that belongs to a stay; 0: unknown.
func (s *session) leftAt(st state.Stay) uint64 {
	for _, l := range s.lefts {
		if l.stream == st.Stream && l.seq == st.Upto {
			return l.nth
		}
	}
	return 0
}

// readsOn reports whether the client of s is behind and reads from the journal: then its streams must be
// changed there.
func (s *session) readsOn() bool { return s != nil && s.client != nil && !s.live && !s.fresh }

// readLess ends a stream of a session that is behind, before e, by which it leaves the room.
func (r *run) readLess(e *journal.Entry) {
	_, leaves := e.Event.(protocol.Left)
	if s := r.sessions[e.Author]; leaves && s.readsOn() {
		r.append(s.client, &aside{after: r.place(s.client), shift: &shift{leave: e.Stream, front: s.frontStream()}}, nil)
	}
}

// readAlso adds a stream to a session that is behind, from e on: that of the room it has entered, or the
// desk's.
func (r *run) readAlso(e *journal.Entry) {
	switch e.Event.(type) {
	case protocol.Joined, protocol.DutyChanged:
	default:
		return
	}
	if s := r.sessions[e.Author]; s.readsOn() {
		enter := journal.StreamCursor{Stream: e.Stream, StreamSeq: e.StreamSeq}
		r.append(s.client, &aside{after: r.place(s.client), shift: &shift{enter: enter, front: s.frontStream()}}, nil)
	}
}

// refocus tells a session that is behind as one with another room in front from here on.
func (r *run) refocus(s *session) {
	if s.readsOn() {
		r.append(s.client, &aside{after: r.place(s.client), shift: &shift{front: s.frontStream()}}, nil)
	}
}
