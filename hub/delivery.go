package hub

import (
	"errors"
	"slices"
	"time"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// delivery is one stretch of writing to a client.
type delivery struct {
	c           *Client
	items       []item            // taken from the outbox
	tried       bool              // a part of the next lines is written already, and the transport has the rest
	frames      []*protocol.Frame // collected for the next send
	slots       int64             // to release after it
	ref         protocol.Ref      // of the command that is being answered
	saidGoodbye bool              // the goodbye is written
}

// runDelivery writes all that waits, and may block. It is a goroutine that ends when nothing waits.
func (c *Client) runDelivery(d delivery) {
	if over, err := d.run(); over {
		c.writingEnded(err)
	}
}

// run writes all that waits. It is not over if the hub may have more to tell.
func (d *delivery) run() (over bool, err error) {
	for {
		if err := d.c.ctx.Err(); err != nil {
			return true, err
		}
		if d.c.discarding.Load() {
			d.c.catchup = nil
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
		case d.c.catchup != nil:
			err = d.catchUp()
		default:
			if rests, over := d.c.out.tryIdle(); over {
				return true, d.c.abortCause()
			} else if rests {
				return false, nil
			}
		}
		if err != nil || d.saidGoodbye {
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
	if d.saidGoodbye {
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

// collect gathers the frames of the items, and does what the items ask for.
func (d *delivery) collect() error {
	for _, it := range d.items {
		if it.control != nil {
			if err := d.control(it.control); err != nil {
				return err
			}
			d.slots += it.slots
		}
		if it.frame != nil {
			d.frames = append(d.frames, it.frame)
		}
		if d.saidGoodbye {
			break // nothing comes after the goodbye
		}
	}
	return nil
}

// control does what a control item asks for. For a client that does not listen any more, it does only what changes the
// journal.
func (d *delivery) control(a *control) error {
	if d.c.discarding.Load() {
		d.saidGoodbye = d.saidGoodbye || a.end
		if a.redact != nil {
			return d.redact(a.redact)
		}
		return nil
	}
	if d.c.catchup != nil && a.after.seq > d.c.catchup.cursor.Seq {
		if err := d.readOn(a.after); err != nil {
			return err
		}
	}
	d.ref = a.ref
	switch {
	case a.catchup != nil:
		d.c.catchup = a.catchup
	case a.switchSession != nil:
		if err := d.flush(); err != nil {
			return err
		}
		d.c.watermark, d.c.catchup = a.switchSession, nil
	case a.streamChange != nil && d.c.catchup != nil:
		d.c.catchup.apply(a.streamChange)
	case a.replay != nil:
		return d.replay(a.replay)
	case a.transcript != nil:
		return d.replayTranscript(a.transcript)
	case a.search != nil:
		return d.search(a.search)
	case a.redact != nil:
		return d.redact(a.redact)
	}
	d.saidGoodbye = d.saidGoodbye || a.end
	return nil
}

func (d *delivery) flush() error {
	if len(d.frames) > 0 || d.tried {
		if err := d.send(); err != nil && !d.c.continuesAfter(err) {
			return err
		}
	}
	d.release()
	return nil
}

func (d *delivery) send() error {
	offered := d.tried
	d.tried = false
	if d.c.discarding.Load() {
		return nil
	}
	frames := d.frames
	if offered {
		frames = nil // the transport has them
	}
	if err := d.c.writer.Send(frames); err != nil {
		return err
	}
	d.raiseWatermark()
	return nil
}

// tryWriteNow writes as much of the collected lines as it can without waiting, in this client's turn to read.
func (d *delivery) tryWriteNow() {
	if len(d.frames) == 0 || d.tried || d.c.tryWriter == nil || d.c.discarding.Load() {
		return
	}
	switch all, err := d.c.tryWriter.TryWrite(d.frames); {
	case errors.Is(err, errors.ErrUnsupported):
		d.c.tryWriter = nil
	case err != nil: // Send will report it, too
	case all:
		d.raiseWatermark()
		d.release()
	default:
		d.tried = true
	}
}

// sendLast writes the goodbye instead of all that waits.
func (d *delivery) sendLast(frame *protocol.Frame) error {
	if d.c.discarding.Load() {
		return nil
	}
	return d.c.writer.Send([]*protocol.Frame{frame})
}

// isOver reports whether nothing more of the journal is to be told, whatever was asked for.
func (d *delivery) isOver() bool { return d.c.discarding.Load() || d.c.out.isCut() }

// release releases what was written, or discarded.
func (d *delivery) release() {
	clear(d.frames)
	d.frames = d.frames[:0]
	if d.slots > 0 {
		d.c.inflight.Release(d.slots)
		d.slots = 0
	}
}

// raiseWatermark notes how far the journal is written.
func (d *delivery) raiseWatermark() {
	for _, frame := range slices.Backward(d.frames) {
		if seq := protocol.MetaOf(frame.Last()).Seq; seq > 0 {
			d.c.watermark.Store(seq)
			return
		}
	}
}

// waitForJournal waits a while when the journal cannot be read: the reading will go on from the same position. It
// returns an error if waiting is of no use.
func (d *delivery) waitForJournal(err error) error {
	if err == nil || errors.Is(err, journal.ErrBroken) {
		return err
	}
	if gone := d.c.ctx.Err(); gone != nil {
		return gone
	}
	d.c.hub.reportUnreadable(err)
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
