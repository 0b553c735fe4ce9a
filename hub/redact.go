package hub

import (
	"errors"

	"chinwag/hub/journal"
	"chinwag/hub/state"
	"chinwag/protocol"
)

// redact takes words out of the record. The hub's goroutine does not wait for
// the disk; this one, which is the client's own, does.
func (d *delivery) redact(f *state.Redact) error {
	n, err := d.c.hub.journal.Forget(f.Author, f.Streams)
	if err == nil {
		_, err = d.c.hub.journal.Forget(f.Author, f.Copies)
	}
	switch {
	case errors.Is(err, journal.ErrBusy):
		d.refuse(tooManyForget)
		return nil
	case err != nil:
		return d.unable(err, unforgotten)
	}
	d.lines = append(d.lines, protocol.NewLine(protocol.Forgot{Count: n, Rest: !f.Whole}))
	return nil
}

var (
	tooManyForget = protocol.Refuse("forget-busy", "too many people have their words taken out just now, so some of yours may still stand: please try again in a minute")
	unforgotten   = protocol.Refuse("not-forgotten", "your words could not be taken out of the record just now, and some may still stand: please try again in a minute")
)
