package hub

import (
	"context"
	"errors"
	"time"

	"chinwag/hub/journal"
	"chinwag/hub/state"
	"chinwag/protocol"
)

// redact erases words from the journal. It runs in the client's own goroutine and may wait for the disk.
func (d *delivery) redact(f *state.Redact) error {
	n, err := d.c.hub.erase(f)
	switch {
	case errors.Is(err, journal.ErrBusy):
		d.refuse(redactBusy)
		return nil
	case err != nil:
		return d.refuseRead(err, notRedacted)
	}
	d.frames = append(d.frames, protocol.NewFrame(protocol.Redaction{Count: n, Rest: !f.Complete}))
	return nil
}

// erase erases words from the journal, and returns how many lines had them.
func (h *Hub) erase(f *state.Redact) (n int, err error) {
	n, err = h.journal.Redact(f.Author, f.Streams, f.Upto)
	if err == nil {
		_, err = h.journal.Redact(f.Author, f.Copies, f.Upto)
	}
	return n, err
}

// Words of a session whose client is not here, since it is gone or on another node, are erased from the journal, too.
// No client waits for the answer, so a goroutine of its own retries until it is done.

const (
	eraseRetry  = time.Second // after an error
	maxErasures = 1024        // sessions whose words wait to be erased
)

// eraseAll erases until ctx ends. What waits then is tried once more.
func (h *Hub) eraseAll(ctx context.Context, q *backlog[state.Redact]) {
	var rest []state.Redact
	for over := false; !over; {
		var again <-chan time.Time
		if len(rest) > 0 {
			again = time.After(eraseRetry)
		}
		select {
		case <-q.wake:
		case <-again:
		case <-ctx.Done():
			over = true
		}
		if over || len(rest) < maxErasures { // else the queue fills up, and that is told
			rest = append(rest, q.take()...)
		}
		rest = h.eraseEach(rest)
	}
	if len(rest) > 0 {
		h.warn("words that people have taken back may still stand in the journal, since it could not be written", "people", len(rest))
	}
}

// eraseEach returns what is still to be erased.
func (h *Hub) eraseEach(all []state.Redact) (rest []state.Redact) {
	for i := range all {
		if _, err := h.erase(&all[i]); err != nil {
			rest = append(rest, all[i])
		}
	}
	return rest
}

// eraseAlone erases words where no client waits for the end.
func (l *loop) eraseAlone(f state.Redact) {
	if !l.erasures.add(f, maxErasures) {
		l.hub.warn("words that somebody has taken back still stand in the journal, since too many wait for this", "session", f.Author)
	}
}
