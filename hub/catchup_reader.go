package hub

import (
	"slices"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

const (
	farBehind  = 2000 // entries that a person has missed
	shownStill = 100  // spoken lines that are told all the same
)

// skipFar passes over most of what a person far behind has missed: people want the present conversation, and one
// line tells how much was skipped and how to read it. Programs never skip.
func (d *delivery) skipFar(to position) error {
	at := d.c.catchup
	if at.view.program || d.countMissed(to) <= farBehind {
		return nil
	}
	var streams []journal.Stream
	for _, r := range at.cursor.Streams {
		streams = append(streams, r.Stream)
	}
	from, err := d.c.hub.journal.SeqOfLast(streams, to.seq, shownStill)
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

// countMissed is how many entries up to a place have not been read, as far as that is known.
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
