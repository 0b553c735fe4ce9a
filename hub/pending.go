package hub

import (
	"slices"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// pendingFrames are the frames of what is pending in a room, made once for all members that are told the same.
type pendingFrames struct {
	pending []*journal.Entry
	events  []protocol.Event  // of all
	lead    int               // how many comings and goings stand before anything else
	digest  *protocol.Digest  // of these
	whole   []*protocol.Frame // all, for any member
	people  []*protocol.Frame // all, for people that read encoded text
	summary []*protocol.Frame // all, for programs that want comings and goings together
	rest    *protocol.Frame   // what follows the lead
}

func newPendingFrames(pending []*journal.Entry) pendingFrames {
	f := pendingFrames{pending: pending}
	for f.lead < len(pending) && isJoinOrLeave(pending[f.lead]) {
		f.lead++
	}
	return f
}

// of is what s is told from the pending entry of that index on. s has said none of it.
func (f *pendingFrames) of(s *session, from int) []*protocol.Frame {
	switch {
	case from == 0 && s.summary:
		return f.summarized()
	case from < f.lead-1 && s.readsText():
		return f.ofPeople(from)
	case from > 0:
		return []*protocol.Frame{protocol.PublicBatch(f.all()[from:])}
	case f.whole == nil:
		f.whole = []*protocol.Frame{frameOf(f.pending)}
	}
	return f.whole
}

func (f *pendingFrames) summarized() []*protocol.Frame {
	switch {
	case f.summary != nil:
	case f.lead == 0 && !slices.ContainsFunc(f.pending, isJoinOrLeave):
		f.summary = []*protocol.Frame{frameOf(f.pending)}
	default:
		for _, e := range f.pending {
			f.summary = append(f.summary, e.Frame())
		}
		f.summary = coalesce(f.summary, summarized)
	}
	return f.summary
}

func (f *pendingFrames) ofPeople(from int) []*protocol.Frame {
	if from == 0 && f.people != nil {
		return f.people
	}
	if f.digest == nil {
		f.digest = protocol.NewDigest(f.all()[:f.lead])
	}
	frames := []*protocol.Frame{f.digest.From(from)}
	if f.lead < len(f.pending) {
		if f.rest == nil {
			f.rest = frameOf(f.pending[f.lead:])
		}
		frames = append(frames, f.rest)
	}
	if from == 0 {
		f.people = frames
	}
	return frames
}

func (f *pendingFrames) all() []protocol.Event {
	if f.events == nil {
		f.events = eventsOf(f.pending)
	}
	return f.events
}
