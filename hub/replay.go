package hub

import (
	"context"
	"errors"
	"time"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

const (
	maxFound  = 20 // lines that a search shows
	nearby    = 10 // lines before and after a position
	lastLines = 20 // read at once; more are read a page at a time

	backAtOnce = 2048 // lines that are counted at once: counting so many takes as long as a page
)

// tellAgain replays the spoken lines of a stretch of the journal, with their times.
func (d *delivery) tellAgain(p *past) error {
	if p.Lines >= 0 && p.Lines <= lastLines && p.Around == 0 && p.Since.IsZero() {
		return d.tellLast(p)
	}
	cur, err := d.begin(p)
	if err != nil {
		return d.unreadable(err)
	}
	t := retelling{past: p, now: time.Now(), more: cur.Seq > 0}
	for cur.Seq < p.Upto && !t.enough() && !d.isOver() {
		if err := d.tellPage(&t, cur); err != nil {
			return d.unreadable(err)
		}
		if err := d.flush(); err != nil {
			return err
		}
	}
	if p.End {
		d.lines = append(d.lines, protocol.NewFrame(t.end()))
	}
	return nil
}

// tellPage replays the next page of a stretch, in this client's turn, as far as it can be written without
// waiting.
func (d *delivery) tellPage(t *retelling, cur *journal.Cursor) error {
	return d.inTurn(func() error {
		page, err := d.c.hub.journal.Read(cur, t.Upto, pageLines)
		if err != nil {
			return err
		}
		for i := range page.Entries {
			if e := &page.Entries[i]; t.tells(e) && !t.enough() {
				d.lines = append(d.lines, t.tell(e))
			}
		}
		d.offerNow()
		return nil
	})
}

// inTurn runs f, which reads much of the journal, in this client's turn.
func (d *delivery) inTurn(f func() error) error {
	if err := d.c.hub.journal.AcquireRead(d.c.ctx, d.c.from); err != nil {
		return err
	}
	defer d.c.hub.journal.ReleaseRead()
	return f()
}

// tellLast replays the last spoken lines.
func (d *delivery) tellLast(p *past) error {
	entries, more, err := d.c.hub.journal.Newest(p.Streams, p.Upto, p.Lines)
	if err != nil {
		return d.unreadable(err)
	}
	t := retelling{past: p, now: time.Now(), more: more}
	for i := range entries {
		if e := &entries[i]; p.tells(e) {
			d.lines = append(d.lines, t.tell(e))
		}
	}
	if p.End {
		d.lines = append(d.lines, protocol.NewFrame(t.end()))
	}
	return nil
}

// begin is the cursor at the beginning of a stretch.
func (d *delivery) begin(p *past) (*journal.Cursor, error) {
	j := d.c.hub.journal
	var from uint64
	var err error
	switch {
	case !p.Since.IsZero():
		from, err = j.SeqBefore(p.Since)
	case p.Around > 0:
		from, err = j.SeqOfLast(p.Streams, min(p.Around, p.Upto), nearby+1)
	case p.Lines >= 0:
		from, err = d.back(p)
	}
	cur := &journal.Cursor{Seq: from}
	for _, s := range p.Streams {
		cur.Streams = append(cur.Streams, journal.StreamCursor{Stream: s, StreamSeq: journal.SeqUnknown})
	}
	return cur, err
}

// back is the position at which the last lines of a stretch begin. Many lines are counted a few at a time, each
// time in this client's turn.
func (d *delivery) back(p *past) (from uint64, err error) {
	from = p.Upto
	for n := p.Lines; n > 0 && err == nil && from > 0 && !d.isOver(); n -= backAtOnce {
		err = d.inTurn(func() (err error) {
			from, err = d.c.hub.journal.SeqOfLast(p.Streams, from, min(n, backAtOnce))
			return err
		})
	}
	return from, err
}

// retelling is the progress of the replay of a stretch.
type retelling struct {
	*past
	now   time.Time
	more  bool   // there are lines before it
	first uint64 // position of the first line replayed
	after int    // lines replayed after the position around
}

func (t *retelling) enough() bool { return t.Around > 0 && t.after == nearby }

func (t *retelling) tell(e *journal.Entry) *protocol.Frame {
	if t.first == 0 {
		t.first = e.Seq
	}
	if e.Seq > t.Around {
		t.after++
	}
	return protocol.NewFrame(protocol.Replayed{Event: t.me.event(e), Dated: isOtherDay(protocol.MetaOf(e.Event).Time, t.now)})
}

func (t *retelling) end() protocol.Event {
	if t.more {
		return protocol.HistoryEnd{Before: t.first}
	}
	return protocol.HistoryEnd{}
}

// find tells the last lines that match a search.
func (d *delivery) find(s *search) error {
	ctx, done := d.c.out.asking(d.c.ctx)
	defer done()
	found, looked, err := d.c.hub.journal.Search(ctx, d.c.from, s.Streams, s.Words, s.Upto, maxFound+1)
	if err != nil {
		return d.notFound(ctx, err)
	}
	more := len(found) > maxFound
	if more {
		found = found[1:]
	}
	now, n := time.Now(), 0
	for i := range found {
		if e := &found[i]; !s.me.ignores(e) {
			n++
			d.lines = append(d.lines, protocol.NewFrame(protocol.Replayed{
				Event: s.me.event(e), Dated: isOtherDay(protocol.MetaOf(e.Event).Time, now), Found: true,
			}))
		}
	}
	d.lines = append(d.lines, protocol.NewFrame(protocol.SearchEnd{Count: n, More: more, Behind: looked < s.Upto}))
	return nil
}

// notFound tells why a search failed. A client that is gone, or about to be sent goodbye, is told nothing.
func (d *delivery) notFound(ctx context.Context, err error) error {
	var why *protocol.Refusal
	switch {
	case ctx.Err() != nil:
		return d.c.ctx.Err()
	case errors.Is(err, journal.ErrTooLong):
		why = tooLong
	case errors.Is(err, journal.ErrTooBroad):
		why = tooBroad
	case errors.Is(err, journal.ErrBusy):
		why = tooMany
	default:
		return d.unreadable(err)
	}
	d.refuse(why)
	return nil
}

var (
	tooLong  = protocol.Refuse("search-too-long", "that is more than %d words: please search for fewer (each 字 counts as a word)", journal.MaxWords)
	tooBroad = protocol.Refuse("search-too-broad", "that would take too long to find: please search for more words, or for rarer ones")
	tooMany  = protocol.Refuse("search-busy", "too many are searching just now: please try again in a moment")
)

// unreadable tells that the journal cannot be read just now. It is an answer like any other: the connection
// goes on.
func (d *delivery) unreadable(err error) error { return d.unable(err, unreadable) }

func (d *delivery) refuse(why *protocol.Refusal) {
	d.lines = append(d.lines, protocol.NewFrame(protocol.Refused{Refusal: *why, Ref: d.ref}))
}

// unable tells why a request to read the journal could not be done.
func (d *delivery) unable(err error, why *protocol.Refusal) error {
	if errors.Is(err, journal.ErrBroken) {
		return err
	}
	if gone := d.c.ctx.Err(); gone != nil {
		return gone
	}
	d.c.hub.unread(err)
	d.refuse(why)
	return nil
}

var unreadable = protocol.Refuse("unreadable", "the record cannot be read just now: please try again in a while")
