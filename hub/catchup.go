package hub

import (
	"errors"

	"chinwag/hub/journal"
	"chinwag/hub/state"
	"chinwag/protocol"
)

// catchup is the progress of a writer that reads from the journal.
type catchup struct {
	no          uint64 // its number: see Client.catchupNo
	cursor      journal.Cursor
	view        journalView
	lastEvent   roomEvent // that was read
	lastUnknown bool      // the last event told is not known yet
}

// fallBehind leaves it to the writer of s to read on from cur.
func (l *loop) fallBehind(s *session, cur journal.Cursor) {
	s.become(behind)
	s.client.catchupNo++
	l.appendControl(s.client, &control{catchup: &catchup{no: s.client.catchupNo, cursor: cur, view: s.journalView()}}, nil)
}

// answerHead makes a session live again if it has reached the head: in this step, so that no entry is lost between what
// it reads and what it is fed. Only the last reading may ask: while another waits in the outbox, the end of this one
// means nothing.
func (l *loop) answerHead(req headQuery) {
	s := req.c.session
	if s == nil || req.no != req.c.catchupNo {
		req.answer <- headAnswer{over: true}
		return
	}
	atHead := req.position >= l.head
	if atHead {
		s.become(live)
		s.deliveredTo = l.head // it has read what its rooms delay, too
	}
	req.answer <- headAnswer{live: atHead, head: l.position(req.c), view: s.view}
}

// headAnswer is the answer to headQuery.
type headAnswer struct {
	over bool // the goodbye, or what ends this reading, is in the outbox
	live bool
	head position // up to here there is more to read
	view view
}

// readFrom lets c's writer read the journal from the last position that was told: the rooms of the session at that
// position, and its later rooms each from where it entered, up to the present ones.
func (l *loop) readFrom(items []item, c *Client, e state.CatchUp) []item {
	s := c.session
	if s == nil || len(e.Stays) == 0 {
		return items
	}
	seq := s.watermark.Load()
	tell := func(event protocol.Event) {
		items = append(items, item{frame: protocol.NewFrame(event), control: &control{after: l.position(c)}})
	}
	if c.gapReason != "" {
		tell(protocol.Gap{Why: c.gapReason})
		c.gapReason = ""
	}
	if seq < e.StaysCut { // the room is older than those that are remembered
		tell(protocol.Gap{Why: protocol.Pruned})
	}
	streams, changes := s.streamsFrom(e, seq)
	s.become(behind)
	c.catchupNo++
	last := l.shared.at(seq)
	items = append(items, item{control: &control{catchup: &catchup{
		no: c.catchupNo, cursor: journal.Cursor{Seq: seq, Streams: streams}, view: s.journalView(), lastEvent: last, lastUnknown: last == roomEvent{},
	}}})
	for i := range changes {
		items = append(items, item{control: &control{after: position{seq: changes[i].at}, streamChange: &changes[i]}})
	}
	return items
}

// catchUp reads on, or is at the head and becomes live again.
func (d *delivery) catchUp() error {
	answer := make(chan headAnswer, 1) // the hub does not wait
	switch err := d.c.hub.submit(d.c.ctx, headQuery{d.c, d.c.catchup.no, d.c.catchup.cursor.Seq, answer}); {
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
		if d.c.out.hasItems() {
			return nil // its position is before the head; what comes from now on is not
		}
		d.c.catchup.view.view = at.view
		return d.readOn(at.head)
	case <-d.c.hub.done:
		return d.drain()
	}
}

// cursorBefore is the cursor of s before e. In the streams that s reads, only entries said together with e have
// followed.
func (l *loop) cursorBefore(s *session, e *journal.Entry) journal.Cursor {
	cur := l.cursor(s)
	cur.Seq = e.Seq - 1
	for i := range cur.Streams {
		if cur.Streams[i].Stream == e.Stream {
			cur.Streams[i].StreamSeq = e.StreamSeq - 1
		}
	}
	if s.watched != nil {
		for m := range s.rooms() {
			m.takeBack(&cur)
		}
	}
	return cur
}

// takeBack moves a cursor to before what is not delivered yet in the room of m.
func (m *membership) takeBack(cur *journal.Cursor) {
	for _, e := range m.room.pending {
		if e.Seq <= cur.Seq {
			continue
		}
		for i := range cur.Streams {
			if r := &cur.Streams[i]; r.Stream == e.Stream {
				r.StreamSeq = e.StreamSeq - 1
			}
		}
		return
	}
}
