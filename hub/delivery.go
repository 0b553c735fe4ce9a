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

// pageLines is how many entries a writer that is behind reads at once, if they are short: journal.PageBytes
// bounds what it holds.
const pageLines = 128

// Writer is the other end of a client's connection. Its methods are called one at a time, and must not keep the
// slice.
type Writer interface {
	// Send writes lines in order. It blocks as long as the peer takes something.
	Send(lines []*protocol.Frame) error
}

// TryWriter is a Writer that can also write without waiting. A client with another Writer has a goroutine of its own
// while it is written to.
type TryWriter interface {
	Writer

	// TryWrite is Send without waiting. If it could not write all, it reports false, and Send writes the rest before its
	// own lines. If it returns errors.ErrUnsupported it has written nothing, and only Send is called from then on.
	TryWrite(lines []*protocol.Frame) (all bool, err error)
}

// Start lets w, which may be a TryWriter, write all that the client is told, in order. It is called once. done is called once, from any
// goroutine: with nil when the goodbye is written, else when w fails, ctx ends (see Abort) or the hub does.
//
// After a failed write the client does not listen any more, but what it has sent is still valid. So failed is
// asked, once, whether the client goes on: then all that follows is discarded, as after Discard, and done is
// called as if it were written. failed may be nil: no client goes on.
func (c *Client) Start(ctx context.Context, w Writer, failed func(error) bool, done func(error)) {
	c.ctx, c.to, c.failed, c.done = ctx, w, failed, done
	c.tries, _ = w.(TryWriter)
	c.out.open()
}

// Discard discards from here on what the client is told: it does not listen any more. Its commands are still
// carried out. It may be called from any goroutine.
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

// Abort ends what Start began as soon as nothing waits: its context or the hub has ended, which would go
// unnoticed where nothing is being written.
func (c *Client) Abort() {
	if c.out.stop() {
		c.done(c.stopped())
	}
}

func (c *Client) stopped() error { return cmp.Or(c.ctx.Err(), ErrStopped) }

func (c *Client) end(err error) {
	c.out.close()
	c.done(err)
}

// deliver writes all that waits, and may block. It is a goroutine that ends when nothing waits.
func (c *Client) deliver(d delivery) {
	if over, err := d.run(); over {
		c.end(err)
	}
}

// delivery is one stretch of writing to a client.
type delivery struct {
	c       *Client
	items   []item            // taken from the outbox
	offered bool              // a part of the next lines is written already, and the transport has the rest
	lines   []*protocol.Frame // collected for the next send
	weight  int64             // to release after it
	ref     protocol.Ref      // of the command that is being answered
	ended   bool              // the goodbye is written
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
		var last *protocol.Frame
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

// drain writes what was left in the outbox when the hub ended.
func (d *delivery) drain() error {
	var last *protocol.Frame
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

// collect gathers the lines of the items, and does what the items ask for.
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

// stepAside does what an aside asks for. For a client that hears nothing any more, it does only what changes
// state.
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

// offerNow writes as much of the collected lines as it can without waiting, in this client's turn to read.
func (d *delivery) offerNow() {
	if len(d.lines) == 0 || d.offered || d.c.tries == nil || d.c.discards.Load() {
		return
	}
	switch all, err := d.c.tries.TryWrite(d.lines); {
	case errors.Is(err, errors.ErrUnsupported):
		d.c.tries = nil
	case err != nil: // Send will report it, too
	case all:
		d.keepSeen()
		d.wrote()
	default:
		d.offered = true
	}
}

// sendLast writes the goodbye instead of all that waits.
func (d *delivery) sendLast(line *protocol.Frame) error {
	if d.c.discards.Load() {
		return nil
	}
	return d.c.to.Send([]*protocol.Frame{line})
}

// isOver reports whether nothing more of the journal is to be told, whatever was asked for.
func (d *delivery) isOver() bool { return d.c.discards.Load() || d.c.out.isCut() }

// wrote releases what was written, or discarded.
func (d *delivery) wrote() {
	clear(d.lines)
	d.lines = d.lines[:0]
	d.c.turn.Release(d.weight)
	d.weight = 0
}

// keepSeen keeps how far the journal is written.
func (d *delivery) keepSeen() {
	for _, line := range slices.Backward(d.lines) {
		if seq := protocol.MetaOf(line.Last()).Seq; seq > 0 {
			d.c.seen.Store(seq)
			return
		}
	}
}

// patiently waits a while when the journal cannot be read: the reading will go on from the same position. It
// returns an error if waiting is of no use.
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
