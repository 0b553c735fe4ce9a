package hub

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// pageLines is how many entries a writer that is behind reads at once. It
// bounds what it holds: a page of the longest lines is half a megabyte.
const pageLines = 128

// maxSpare is the most items for which a writer keeps room between two writes.
const maxSpare = 256

// Start has all that the client is told written by send, in order. send gets all
// that waits at once and must not keep the slice; it is called by a goroutine that
// lives only while there is something to write, one at a time, so a silent client costs none.
// done is called once, by whoever notices: with nil when the goodbye is written, else
// when send fails, ctx ends (see Stop) or the hub does. Start is called once.
func (c *Client) Start(ctx context.Context, send func([]*protocol.Line) error, done func(error)) {
	d := &delivery{c: c, ctx: ctx, send: send, seen: c.guest}
	stopped := func() { done(cmp.Or(ctx.Err(), ErrStopped)) }
	c.out.open(func() {
		switch over, err := d.run(); {
		case over:
			c.out.close()
			done(err)
		case c.out.isOver():
			stopped()
		}
	}, stopped)
}

// Stop ends what Start began as soon as nothing waits: its context or the hub has
// ended, and where there is no writer nobody would notice.
func (c *Client) Stop() { c.out.stop() }

// delivery is what belongs to one call of Start.
type delivery struct {
	c      *Client
	ctx    context.Context
	send   func([]*protocol.Line) error
	spare  []item           // empty: the outbox is filled with it again
	lines  []*protocol.Line // collected for the next send
	weight int64            // to give back after it
	cursor *journal.Cursor  // not nil: behind, and how far it has read
	me     listener         // what of it is told; from the hub, with each catchUp
	seen   *seen            // how far the record is written, for the session that is told it
	ended  bool             // the goodbye is written
}

// run writes all that waits. It is not over if the hub may have more to tell.
func (d *delivery) run() (over bool, err error) {
	for {
		if err := d.ctx.Err(); err != nil {
			return true, err
		}
		spare := d.spare
		d.spare = nil // after a rest d is another writer's already
		items, last, rest := d.c.out.take(d.cursor != nil, spare)
		switch {
		case rest:
			return false, nil
		case last != nil:
			return true, d.send([]*protocol.Line{last})
		case len(items) > 0:
			err = d.write(items)
			if clear(items); cap(items) <= maxSpare {
				d.spare = items
			}
		default:
			err = d.catchUp()
		}
		if err != nil || d.ended {
			return true, err
		}
	}
}

// drain writes what the hub left behind as it ended.
func (d *delivery) drain() error {
	items, last, _ := d.c.out.take(true, nil)
	if last != nil {
		return d.send([]*protocol.Line{last})
	}
	if err := d.write(items); err != nil {
		return err
	}
	if d.ended {
		return nil
	}
	return ErrStopped
}

func (d *delivery) write(items []item) error {
	for _, it := range items {
		if it.aside != nil {
			if err := d.stepAside(it.aside); err != nil {
				return err
			}
		}
		if it.line != nil {
			d.lines = append(d.lines, it.line)
		}
		if it.aside != nil {
			d.weight += it.weight
		}
		if d.ended {
			break // nothing comes after the goodbye
		}
	}
	return d.flush()
}

// stepAside does what stands between the lines of the record.
func (d *delivery) stepAside(a *aside) error {
	if d.cursor != nil && a.after.seq > d.cursor.Seq {
		if err := d.readOn(a.after); err != nil {
			return err
		}
	}
	switch {
	case a.behind != nil:
		d.cursor, d.me = &a.behind.cursor, a.behind.me
	case a.begin != nil:
		if err := d.flush(); err != nil {
			return err
		}
		d.seen = a.begin
	case a.enter != nil && d.cursor != nil:
		d.cursor.Streams[a.enter.slot] = a.enter.reading
	case a.past != nil:
		return d.tellAgain(a.past)
	case a.search != nil:
		return d.find(a.search)
	case a.forget != nil:
		return d.forget(a.forget)
	}
	d.ended = d.ended || a.end
	return nil
}

func (d *delivery) flush() error {
	if len(d.lines) > 0 {
		if err := d.send(d.lines); err != nil {
			return err
		}
		d.wrote()
		clear(d.lines)
		d.lines = d.lines[:0]
	}
	if cap(d.lines) > 2*pageLines {
		d.lines = nil // one burst must not cost memory for ever
	}
	d.c.turn.Release(d.weight)
	d.weight = 0
	return nil
}

// wrote keeps how far the record is written.
func (d *delivery) wrote() {
	for _, line := range slices.Backward(d.lines) {
		if seq := protocol.StampOf(line.Last()).Seq; seq > 0 {
			d.seen.Store(seq)
			return
		}
	}
}

// catchUp reads on, or finds that there is nothing left and is live again.
func (d *delivery) catchUp() error {
	switch err := d.c.hub.send(d.ctx, catchUp{d.c, d.cursor.Seq}); {
	case errors.Is(err, ErrStopped):
		return d.drain()
	case err != nil:
		return err
	}
	select {
	case at := <-d.c.caught:
		switch {
		case at.over:
			return nil
		case at.live:
			d.cursor = nil
			return nil
		}
		if d.c.out.isWaiting() {
			return nil // its place is before the head; what comes from now on is not
		}
		d.me = at.listener
		return d.readOn(at.head)
	case <-d.c.hub.done:
		return d.drain()
	}
}

// readOn tells the record up to a position, a page at a time.
func (d *delivery) readOn(to place) error {
	for i := range d.cursor.Streams {
		d.cursor.Streams[i].Last = to.nth[i]
	}
	upto := to.seq
	for patient := d.patiently(d.skip(to)); d.cursor.Seq < upto && !d.c.out.isCut(); {
		if patient != nil {
			return patient
		}
		page, err := d.c.hub.journal.ReadOn(d.cursor, upto, pageLines)
		if err != nil {
			patient = d.patiently(err)
			continue
		}
		if page.Unsure {
			page.Gone = 0
		}
		if page.Gone > 0 || page.Unsure {
			d.lines = append(d.lines, protocol.NewLine(protocol.Gap{Lines: page.Gone, Why: protocol.Forgotten}))
		}
		for i := range page.Entries {
			if e := &page.Entries[i]; d.me.hears(e) {
				d.lines = append(d.lines, d.me.line(e))
			}
		}
		if err := d.flush(); err != nil {
			return err
		}
	}
	return nil
}

// patiently waits a while where the record cannot be read just now: it will be
// read on from the same place. It returns an error if there is nothing to wait for.
func (d *delivery) patiently(err error) error {
	if err == nil || errors.Is(err, journal.ErrBroken) {
		return err
	}
	d.c.hub.unread(err)
	pause := time.NewTimer(time.Second)
	defer pause.Stop()
	select {
	case <-pause.C:
		return nil
	case <-d.ctx.Done():
		return d.ctx.Err()
	case <-d.c.hub.done:
		return ErrStopped
	}
}

func isOtherDay(a, b time.Time) bool {
	ay, am, ad := a.Local().Date()
	by, bm, bd := b.Local().Date()
	return ay != by || am != bm || ad != bd
}
