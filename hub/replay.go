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
func (r *replay) shows(e *journal.Entry) bool {
	return e.Event.IsMessage() && !r.view.ignores(e)
}

const (
	maxFound  = 20 // lines that a search shows
	nearby    = 10 // lines before and after a position
	maxNewest = 20 // read at once; more are read a page at a time

	maxCount = 2048 // lines that are counted at once: counting so many takes as long as a page
)

// replay replays the spoken lines of a stretch of the journal, with their times.
func (d *delivery) replay(r *replay) error {
	if r.Lines >= 0 && r.Lines <= maxNewest && r.Around == 0 && r.Since.IsZero() {
		return d.replayNewest(r)
	}
	cur, err := d.startCursor(r)
	if err != nil {
		return d.refuseUnreadable(err)
	}
	p := replayer{replay: r, now: time.Now(), more: cur.Seq > 0}
	for cur.Seq < r.Upto && !p.isDone() && !d.isOver() {
		if err := d.replayPage(&p, cur); err != nil {
			return d.refuseUnreadable(err)
		}
		if err := d.flush(); err != nil {
			return err
		}
	}
	if r.End {
		d.frames = append(d.frames, protocol.NewFrame(p.end()))
	}
	return nil
}

// replayPage replays the next page of a stretch, in this client's turn, as far as it can be written without waiting.
func (d *delivery) replayPage(p *replayer, cur *journal.Cursor) error {
	return d.inReadTurn(func() error {
		page, err := d.c.hub.journal.Read(cur, p.Upto, pageLines)
		if err != nil {
			return err
		}
		for i := range page.Entries {
			if e := &page.Entries[i]; p.shows(e) && !p.isDone() {
				d.frames = append(d.frames, p.frame(e))
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
func (d *delivery) replayNewest(r *replay) error {
	entries, more, err := d.c.hub.journal.Newest(r.Streams, r.Upto, r.Lines)
	if err != nil {
		return d.refuseUnreadable(err)
	}
	p := replayer{replay: r, now: time.Now(), more: more}
	for i := range entries {
		if e := &entries[i]; r.shows(e) {
			d.frames = append(d.frames, p.frame(e))
		}
	}
	if r.End {
		d.frames = append(d.frames, protocol.NewFrame(p.end()))
	}
	return nil
}

// startCursor is the cursor at the beginning of a stretch.
func (d *delivery) startCursor(r *replay) (*journal.Cursor, error) {
	j := d.c.hub.journal
	var from uint64
	var err error
	switch {
	case !r.Since.IsZero():
		from, err = j.SeqBefore(r.Since)
	case r.Around > 0:
		from, err = j.SeqOfLast(r.Streams, min(r.Around, r.Upto), nearby+1)
	case r.Lines >= 0:
		from, err = d.seqOfLast(r)
	}
	cur := &journal.Cursor{Seq: from}
	for _, s := range r.Streams {
		cur.Streams = append(cur.Streams, journal.StreamCursor{Stream: s, StreamSeq: journal.SeqUnknown})
	}
	return cur, err
}

// seqOfLast is the position at which the last lines of a stretch begin. Many lines are counted a few at a time, each
// time in this client's turn.
func (d *delivery) seqOfLast(r *replay) (from uint64, err error) {
	from = r.Upto
	for n := r.Lines; n > 0 && err == nil && from > 0 && !d.isOver(); n -= maxCount {
		err = d.inReadTurn(func() (err error) {
			from, err = d.c.hub.journal.SeqOfLast(r.Streams, from, min(n, maxCount))
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

func (r *replayer) isDone() bool { return r.Around > 0 && r.after == nearby }

func (r *replayer) frame(e *journal.Entry) *protocol.Frame {
	if r.first == 0 {
		r.first = e.Seq
	}
	if e.Seq > r.Around {
		r.after++
	}
	return protocol.NewFrame(protocol.Replayed{Event: r.view.event(e), Dated: isOtherDay(protocol.MetaOf(e.Event).Time, r.now)})
}

func (r *replayer) end() protocol.Event {
	if r.more {
		return protocol.HistoryEnd{Before: r.first}
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
