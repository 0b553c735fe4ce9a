package hub

import (
	"slices"
	"time"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// transcript is the replay of one conversation.
type transcript struct {
	view    journalView
	ticket  protocol.Ticket
	extents extents
	last    int // how many of its last lines; -1: all that are kept
}

// replayTranscript replays a conversation.
func (d *delivery) replayTranscript(t *transcript) error {
	before := len(d.frames)
	for _, s := range t.extents {
		if err := d.replayExtent(t, s, before); err != nil {
			return err
		}
	}
	if t.last < 0 {
		d.frames = append(d.frames, protocol.NewFrame(protocol.HistoryEnd{}))
	}
	return nil
}

// replayExtent replays the part of a conversation in one stretch of the journal, a page at a time. Its lines begin at
// index before of d.frames.
func (d *delivery) replayExtent(t *transcript, s extent, before int) error {
	again := replayer{replay: &replay{view: t.view}, now: time.Now()}
	cur := &journal.Cursor{Seq: s.from - 1, Streams: []journal.StreamCursor{{Stream: journal.Desk, StreamSeq: journal.SeqUnknown}}}
	for cur.Seq < s.to && !d.isOver() {
		var page journal.Page
		err := d.inReadTurn(func() (err error) {
			page, err = d.c.hub.journal.Read(cur, s.to, pageLines)
			return err
		})
		if err != nil {
			return d.refuseUnreadable(err)
		}
		for i := range page.Entries {
			if e := &page.Entries[i]; protocol.TicketOf(e.Event) == t.ticket {
				d.frames = append(d.frames, again.frame(e))
			}
		}
		if t.last >= 0 { // which lines are the last is not known yet
			d.frames = slices.Delete(d.frames, before, max(before, len(d.frames)-t.last))
			continue
		}
		if len(d.frames) < pageLines {
			continue
		}
		if err := d.flush(); err != nil {
			return err
		}
	}
	return nil
}
