package hub

import (
	"context"
	"errors"
	"time"

	"chinwag/hub/journal"
	"chinwag/hub/state"
	"chinwag/protocol"
)

// search is what a client looks for in the journal.
type search struct {
	view journalView
	state.Search
}

// search tells the last lines that match a search.
func (d *delivery) search(s *search) error {
	ctx, done := d.c.out.readContext(d.c.ctx)
	defer done()
	found, looked, err := d.c.hub.journal.Search(ctx, d.c.from, s.Streams, s.Words, s.Upto, maxFound+1)
	if err != nil {
		return d.refuseSearch(ctx, err)
	}
	end := protocol.SearchEnd{More: len(found) > maxFound, Behind: looked < s.Upto}
	if end.More {
		found = found[1:]
		end.Before = found[0].Seq
	}
	now := time.Now()
	for i := range found {
		if e := &found[i]; !s.view.ignores(e) {
			end.Count++
			d.frames = append(d.frames, protocol.NewFrame(protocol.Replayed{
				Event: s.view.event(e), Dated: isOtherDay(protocol.MetaOf(e.Event).Time, now), Found: true,
			}))
		}
	}
	d.frames = append(d.frames, protocol.NewFrame(end))
	return nil
}

// refuseSearch tells why a search failed. A client that is gone, or about to be sent goodbye, is told nothing.
func (d *delivery) refuseSearch(ctx context.Context, err error) error {
	var why *protocol.Refusal
	switch {
	case ctx.Err() != nil:
		return d.c.ctx.Err()
	case errors.Is(err, journal.ErrTooLong):
		why = searchTooLong
	case errors.Is(err, journal.ErrTooBroad):
		why = searchTooBroad
	case errors.Is(err, journal.ErrBusy):
		why = searchBusy
	default:
		return d.refuseUnreadable(err)
	}
	d.refuse(why)
	return nil
}
