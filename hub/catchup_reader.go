package hub

import (
	"slices"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// pageLines is how many entries a writer that is behind reads at once, if they are short: journal.PageBytes bounds what
// it holds.
const pageLines = 128

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

// readPage tells the next page of the journal, as far as it can be written without waiting. A page in memory needs no
// turn: where a whole crowd is behind for a moment, turns would keep it there.
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

// appendLines appends the frames of entries. Consecutive joins and leaves become one frame, but for programs that want
// each.
func (c *catchup) appendLines(frames []*protocol.Frame, entries []journal.Entry) []*protocol.Frame {
	from := len(frames)
	for i := range entries {
		if e := &entries[i]; !c.lastEvent.isRepeat(e) && c.view.hears(e) {
			frames = append(frames, c.view.frame(e))
		}
	}
	if c.view.program && !c.view.summary {
		return frames
	}
	return frames[:from+len(coalesce(frames[from:], c.view.joinStyle()))]
}

// recallLastEvent looks up the last event before a break, if that is long ago and the session was in several rooms
// then: the next entry of the journal may be the same event in another room.
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

const (
	farBehind   = 2000 // entries that a person has missed
	shownAnyway = 100  // spoken lines that are told all the same
)

// skipFar passes over most of what a person far behind has missed: people want the present conversation, and one line
// tells how much was skipped and how to read it. Programs never skip.
func (d *delivery) skipFar(to position) error {
	at := d.c.catchup
	if at.view.program || d.countMissed(to) <= farBehind {
		return nil
	}
	var streams []journal.Stream
	for _, r := range at.cursor.Streams {
		streams = append(streams, r.Stream)
	}
	from, err := d.c.hub.journal.SeqOfLast(streams, to.seq, shownAnyway)
	if err != nil || from <= at.cursor.Seq {
		return err
	}
	skipped := 0
	cur := journal.Cursor{Seq: from, Streams: slices.Clone(at.cursor.Streams)}
	for i := range cur.Streams {
		r := &cur.Streams[i]
		nth, err := d.streamSeqAt(r.Stream, from)
		if err != nil {
			return err
		}
		if nth != journal.SeqUnknown && r.StreamSeq != journal.SeqUnknown && nth > r.StreamSeq {
			skipped += int(nth - r.StreamSeq)
		}
		r.StreamSeq = nth
	}
	at.cursor = cur
	d.frames = append(d.frames, protocol.NewFrame(protocol.Gap{Lines: skipped, Why: protocol.Skipped, Before: from + 1}))
	return nil
}

// countMissed is how many entries up to a position have not been read, as far as that is known.
func (d *delivery) countMissed(to position) (n int) {
	for i, r := range d.c.catchup.cursor.Streams {
		if last, _ := to.streamSeq(i, r.Stream); r.StreamSeq != journal.SeqUnknown && last != journal.SeqUnknown && last > r.StreamSeq {
			n += int(last - r.StreamSeq)
		}
	}
	return n
}

// streamSeqAt is how many entries a stream has had up to a position, counted up to the last spoken one.
func (d *delivery) streamSeqAt(st journal.Stream, position uint64) (uint64, error) {
	j := d.c.hub.journal
	at, err := j.SeqOfLast([]journal.Stream{st}, position, 0)
	if err != nil || at == 0 {
		return journal.SeqUnknown, err
	}
	page, err := j.Read(&journal.Cursor{Seq: at - 1, Streams: []journal.StreamCursor{{Stream: st, StreamSeq: journal.SeqUnknown}}}, at, 1)
	if err != nil || len(page.Entries) == 0 {
		return journal.SeqUnknown, err
	}
	return page.Entries[0].StreamSeq, nil
}
