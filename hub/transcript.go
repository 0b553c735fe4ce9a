package hub

import (
	"slices"
	"time"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// transcript is the replay of one conversation.
type transcript struct {
	me     reader
	ticket protocol.Ticket
	trail  trail
	last   int // how many of its last lines; -1: all that are kept
}

// tellTranscript replays a conversation.
func (d *delivery) tellTranscript(t *transcript) error {
	before := len(d.lines)
	for _, s := range t.trail {
		if err := d.tellSpan(t, s, before); err != nil {
			return err
		}
	}
	if t.last < 0 {
		d.lines = append(d.lines, protocol.NewFrame(protocol.HistoryEnd{}))
	}
	return nil
}

// tellSpan replays the part of a conversation in one stretch of the journal, a page at a time. Its lines begin
// at index before of d.lines.
func (d *delivery) tellSpan(t *transcript, s span, before int) error {
	again := retelling{past: &past{me: t.me}, now: time.Now()}
	cur := &journal.Cursor{Seq: s.from - 1, Streams: []journal.StreamCursor{{Stream: journal.Desk, StreamSeq: journal.SeqUnknown}}}
	for cur.Seq < s.to && !d.isOver() {
		var page journal.Page
		err := d.inTurn(func() (err error) {
			page, err = d.c.hub.journal.Read(cur, s.to, pageLines)
			return err
		})
		if err != nil {
			return d.unreadable(err)
		}
		for i := range page.Entries {
			if e := &page.Entries[i]; protocol.TicketOf(e.Event) == t.ticket {
				d.lines = append(d.lines, again.tell(e))
			}
		}
		if t.last >= 0 { // which lines are the last is not known yet
			d.lines = slices.Delete(d.lines, before, max(before, len(d.lines)-t.last))
			continue
		}
		if len(d.lines) < pageLines {
			continue
		}
		if err := d.flush(); err != nil {
			return err
		}
	}
	return nil
}
