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

// pageLines is how many entries a writer that is behind reads at once, if they are
// short: what it holds is bounded by journal.PageBytes.
const pageLines = 128

// Writer is the other end of a client's connection. Its methods are called one at a
// time, and must not keep the slice.
type Writer interface {
	// Send writes lines in order. It waits as long as the other side takes something.
	Send(lines []*protocol.Line) error
	// Offer is Send without waiting. If it could not write all, it reports false,
	// and Send writes the rest before its own lines. Where there is no way not to wait
	// it returns errors.ErrUnsupported, has written nothing and is not asked again.
	Offer(lines []*protocol.Line) (all bool, err error)
}

// Start has all that the client is told written by w, in order. It is called once.
// done is called once, by whoever notices: with nil when the goodbye is written, else
// when w fails, ctx ends (see Stop) or the hub does.
//
// A write that fails says that nobody listens, not that nothing was said. So failed
// is asked, once, whether the client goes on: then what it is told is discarded from
// there on, as after Discard, and done is called as if it were written. failed may be
// nil: no client goes on.
func (c *Client) Start(ctx context.Context, w Writer, failed func(error) bool, done func(error)) {
	c.ctx, c.to, c.failed, c.done = ctx, w, failed, done
	c.out.open()
}

// Discard has what the client is told discarded from here on: nobody listens any
// more. What it has said is followed all the same. It may be called from anywhere.
func (c *Client) Discard() {
	c.discards.Store(true)
	c.out.unask()
}

// goesOn reports whether the client goes on although a write has failed.
func (c *Client) goesOn(err error) bool {
	if c.failed == nil || !c.failed(err) {
		return false
	}
	c.Discard()
	return true
}

// Stop ends what Start began as soon as nothing waits: its context or the hub has
// ended, and where nothing is being written nobody would notice.
func (c *Client) Stop() {
	if c.out.stop() {
		c.done(c.stopped())
	}
}

func (c *Client) stopped() error { return cmp.Or(c.ctx.Err(), ErrStopped) }

func (c *Client) end(err error) {
	c.out.close()
	c.done(err)
}

// deliver writes all that waits, whatever there is to wait for. It is a goroutine
// that lives for so long.
func (c *Client) deliver(d delivery) {
	if over, err := d.run(); over {
		c.end(err)
	}
}

// delivery is one stretch of writing to a client.
type delivery struct {
	c       *Client
	items   []item           // taken from the outbox
	offered bool             // a part of what is to be sent is written already, and the transport has the rest
	lines   []*protocol.Line // collected for the next send
	weight  int64            // to give back after it
	ref     protocol.Ref     // of the command that is followed between the lines
	ended   bool             // the goodbye is written
}

// run writes all that waits. It is not over if the hub may have more to tell.
func (d *delivery) run() (over bool, err error) {
	for {
		if err := d.c.ctx.Err(); err != nil {
			return true, err
		}
		if d.c.discards.Load() {
			d.c.reads = nil
		}
		var last *protocol.Line
		if len(d.items) == 0 {
			d.items, last = d.c.out.take(d.items)
		}
		switch {
		case last != nil:
			return true, d.sendLast(last)
		case len(d.items) > 0:
			err = d.write()
		case d.c.reads != nil:
			err = d.catchUp()
		default:
			if rests, over := d.c.out.rest(); over {
				return true, d.c.stopped()
			} else if rests {
				return false, nil
			}
		}
		if err != nil || d.ended {
			return true, err
		}
	}
}

// drain writes what the hub left behind as it ended.
func (d *delivery) drain() error {
	var last *protocol.Line
	if d.items, last = d.c.out.take(d.items); last != nil {
		return d.sendLast(last)
	}
	if err := d.write(); err != nil {
		return err
	}
	if d.ended {
		return nil
	}
	return ErrStopped
}

func (d *delivery) write() error {
	if err := d.collect(); err != nil {
		return err
	}
	clear(d.items)
	d.items = d.items[:0]
	return d.flush()
}

// collect gathers what the items tell, and does what they ask for.
func (d *delivery) collect() error {
	for _, it := range d.items {
		if it.aside != nil {
			if err := d.stepAside(it.aside); err != nil {
				return err
			}
			d.weight += it.weight
		}
		if it.line != nil {
			d.lines = append(d.lines, it.line)
		}
		if d.ended {
			break // nothing comes after the goodbye
		}
	}
	return nil
}

// stepAside does what stands between the lines of the record. For a client that is
// told nothing any more, that is only what changes something.
func (d *delivery) stepAside(a *aside) error {
	if d.c.discards.Load() {
		d.ended = d.ended || a.end
		if a.redact != nil {
			return d.redact(a.redact)
		}
		return nil
	}
	if d.c.reads != nil && a.after.seq > d.c.reads.cursor.Seq {
		if err := d.readOn(a.after); err != nil {
			return err
		}
	}
	d.ref = a.ref
	switch {
	case a.behind != nil:
		d.c.reads = a.behind
	case a.begin != nil:
		if err := d.flush(); err != nil {
			return err
		}
		d.c.seen, d.c.reads = a.begin, nil
	case a.shift != nil && d.c.reads != nil:
		d.c.reads.turn(a.shift)
	case a.past != nil:
		return d.tellAgain(a.past)
	case a.transcript != nil:
		return d.tellTranscript(a.transcript)
	case a.search != nil:
		return d.find(a.search)
	case a.redact != nil:
		return d.redact(a.redact)
	}
	d.ended = d.ended || a.end
	return nil
}

func (d *delivery) flush() error {
	if len(d.lines) > 0 || d.offered {
		if err := d.send(); err != nil && !d.c.goesOn(err) {
			return err
		}
	}
	d.wrote()
	return nil
}

func (d *delivery) send() error {
	offered := d.offered
	d.offered = false
	if d.c.discards.Load() {
		return nil
	}
	lines := d.lines
	if offered {
		lines = nil // the transport has them
	}
	if err := d.c.to.Send(lines); err != nil {
		return err
	}
	d.keepSeen()
	return nil
}

// offerNow writes as much of what is collected as can be written without waiting, while
// it is this client's turn to read.
func (d *delivery) offerNow() {
	if len(d.lines) == 0 || d.offered || d.c.alone || d.c.discards.Load() {
		return
	}
	switch all, err := d.c.to.Offer(d.lines); {
	case errors.Is(err, errors.ErrUnsupported):
		d.c.alone = true
	case err != nil: // Send will say so, too
	case all:
		d.keepSeen()
		d.wrote()
	default:
		d.offered = true
	}
}

// sendLast writes the goodbye that is written instead of all that waits.
func (d *delivery) sendLast(line *protocol.Line) error {
	if d.c.discards.Load() {
		return nil
	}
	return d.c.to.Send([]*protocol.Line{line})
}

// isOver reports whether nothing more of the record is to be told, however much was
// asked for.
func (d *delivery) isOver() bool { return d.c.discards.Load() || d.c.out.isCut() }

// wrote lets go of what was written, or discarded.
func (d *delivery) wrote() {
	clear(d.lines)
	d.lines = d.lines[:0]
	d.c.turn.Release(d.weight)
	d.weight = 0
}

// keepSeen keeps how far the record is written.
func (d *delivery) keepSeen() {
	for _, line := range slices.Backward(d.lines) {
		if seq := protocol.StampOf(line.Last()).Seq; seq > 0 {
			d.c.seen.Store(seq)
			return
		}
	}
}

// patiently waits a while where the record cannot be read just now: it will be
// read on from the same place. It returns an error if there is nothing to wait for.
func (d *delivery) patiently(err error) error {
	if err == nil || errors.Is(err, journal.ErrBroken) {
		return err
	}
	if gone := d.c.ctx.Err(); gone != nil {
		return gone
	}
	d.c.hub.unread(err)
	pause := time.NewTimer(time.Second)
	defer pause.Stop()
	select {
	case <-pause.C:
		return nil
	case <-d.c.ctx.Done():
		return d.c.ctx.Err()
	case <-d.c.hub.done:
		return ErrStopped
	}
}

func isOtherDay(a, b time.Time) bool {
	ay, am, ad := a.Local().Date()
	by, bm, bd := b.Local().Date()
	return ay != by || am != bm || ad != bd
}
