package hub

import (
	"errors"
	"time"

	"chinwag/hub/journal"
	"chinwag/hub/state"
	"chinwag/protocol"
)

// replay is a stretch of the journal to replay.
type replay struct {
	view journalView
	state.Replay
}

// shows reports whether e is replayed.
func (p *replay) shows(e *journal.Entry) bool {
	return e.Event.IsMessage() && !p.view.ignores(e)
}

const (
	maxFound  = 20 // lines that a search shows
	nearby    = 10 // lines before and after a position
	maxNewest = 20 // read at once; more are read a page at a time

	maxCount = 2048 // lines that are counted at once: counting so many takes as long as a page
)

// replay replays the spoken lines of a stretch of the journal, with their times.
func (d *delivery) replay(p *replay) error {
	if p.Lines >= 0 && p.Lines <= maxNewest && p.Around == 0 && p.Since.IsZero() {
		return d.replayNewest(p)
	}
	cur, err := d.startCursor(p)
	if err != nil {
		return d.refuseUnreadable(err)
	}
	t := replayer{replay: p, now: time.Now(), more: cur.Seq > 0}
	for cur.Seq < p.Upto && !t.isDone() && !d.isOver() {
		if err := d.replayPage(&t, cur); err != nil {
			return d.refuseUnreadable(err)
		}
		if err := d.flush(); err != nil {
			return err
		}
	}
	if p.End {
		d.frames = append(d.frames, protocol.NewFrame(t.end()))
	}
	return nil
}

// replayPage replays the next page of a stretch, in this client's turn, as far as it can be written without waiting.
func (d *delivery) replayPage(t *replayer, cur *journal.Cursor) error {
	return d.inReadTurn(func() error {
		page, err := d.c.hub.journal.Read(cur, t.Upto, pageLines)
		if err != nil {
			return err
		}
		for i := range page.Entries {
			if e := &page.Entries[i]; t.shows(e) && !t.isDone() {
				d.frames = append(d.frames, t.frame(e))
			}
		}
		d.tryWriteNow()
		return nil
	})
}

// inReadTurn runs f, which reads much of the journal, in this client's turn.
func (d *delivery) inReadTurn(f func() error) error {
	if err := d.c.hub.journal.AcquireRead(d.c.ctx, d.c.from); err != nil {
		return err
	}
	defer d.c.hub.journal.ReleaseRead()
	return f()
}

// replayNewest replays the last spoken lines.
func (d *delivery) replayNewest(p *replay) error {
	entries, more, err := d.c.hub.journal.Newest(p.Streams, p.Upto, p.Lines)
	if err != nil {
		return d.refuseUnreadable(err)
	}
	t := replayer{replay: p, now: time.Now(), more: more}
	for i := range entries {
		if e := &entries[i]; p.shows(e) {
			d.frames = append(d.frames, t.frame(e))
		}
	}
	if p.End {
		d.frames = append(d.frames, protocol.NewFrame(t.end()))
	}
	return nil
}

// startCursor is the cursor at the beginning of a stretch.
func (d *delivery) startCursor(p *replay) (*journal.Cursor, error) {
	j := d.c.hub.journal
	var from uint64
	var err error
	switch {
	case !p.Since.IsZero():
		from, err = j.SeqBefore(p.Since)
	case p.Around > 0:
		from, err = j.SeqOfLast(p.Streams, min(p.Around, p.Upto), nearby+1)
	case p.Lines >= 0:
		from, err = d.seqOfLast(p)
	}
	cur := &journal.Cursor{Seq: from}
	for _, s := range p.Streams {
		cur.Streams = append(cur.Streams, journal.StreamCursor{Stream: s, StreamSeq: journal.SeqUnknown})
	}
	return cur, err
}

// seqOfLast is the position at which the last lines of a stretch begin. Many lines are counted a few at a time, each
// time in this client's turn.
func (d *delivery) seqOfLast(p *replay) (from uint64, err error) {
	from = p.Upto
	for n := p.Lines; n > 0 && err == nil && from > 0 && !d.isOver(); n -= maxCount {
		err = d.inReadTurn(func() (err error) {
			from, err = d.c.hub.journal.SeqOfLast(p.Streams, from, min(n, maxCount))
			return err
		})
	}
	return from, err
}

// replayer is the progress of the replay of a stretch.
type replayer struct {
	*replay
	now   time.Time
	more  bool   // there are lines before it
	first uint64 // position of the first line replayed
	after int    // lines replayed after the position around
}

func (t *replayer) isDone() bool { return t.Around > 0 && t.after == nearby }

func (t *replayer) frame(e *journal.Entry) *protocol.Frame {
	if t.first == 0 {
		t.first = e.Seq
	}
	if e.Seq > t.Around {
		t.after++
	}
	return protocol.NewFrame(protocol.Replayed{Event: t.view.event(e), Dated: isOtherDay(protocol.MetaOf(e.Event).Time, t.now)})
}

func (t *replayer) end() protocol.Event {
	if t.more {
		return protocol.HistoryEnd{Before: t.first}
	}
	return protocol.HistoryEnd{}
}

// refuseUnreadable tells that the journal cannot be read just now. It is an answer like any other: the connection goes
// on.
func (d *delivery) refuseUnreadable(err error) error { return d.refuseRead(err, unreadable) }

func (d *delivery) refuse(why *protocol.Refusal) {
	d.frames = append(d.frames, protocol.NewFrame(protocol.Refused{Refusal: *why, Ref: d.ref}))
}

// refuseRead tells why a request to read the journal could not be done.
func (d *delivery) refuseRead(err error, why *protocol.Refusal) error {
	if errors.Is(err, journal.ErrBroken) {
		return err
	}
	if gone := d.c.ctx.Err(); gone != nil {
		return gone
	}
	d.c.hub.reportUnreadable(err)
	d.refuse(why)
	return nil
}
