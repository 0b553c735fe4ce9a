package hub

import (
	"slices"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// A protocol.Frame is one or more events and their bytes, which are made at the first use, once for each encoding. An
// outbox holds references to frames.
//
// Why references and one encoding: a line to a thousand members is then encoded once or twice, and costs each outbox
// sixteen bytes. Rejected: to copy bytes into each outbox, a thousand times the memory for one slow room; and to encode
// in each writer, a thousand times the work. A session that is told something of its own gets a frame of its own,
// unless people read the same line of it: see view.isToldAsOthers.

// frameOf is what sessions that have said none of it are told.
func frameOf(said []*journal.Entry) *protocol.Frame {
	if len(said) == 1 {
		return said[0].Frame()
	}
	return protocol.PublicBatch(eventsOf(said))
}

// eventsOf are the events of a public batch. Batches may share them.
func eventsOf(said []*journal.Entry) []protocol.Event {
	events := make([]protocol.Event, len(said))
	for i, e := range said {
		events[i] = protocol.InPublic(e.Event)
	}
	return events
}

// frames are what s alone is told of what was said.
func (s *session) frames(said []*journal.Entry) (frames []*protocol.Frame) {
	for _, e := range said {
		if s.hears(e) {
			frames = append(frames, s.frame(e))
		}
	}
	return coalesce(frames, s.joinStyle())
}

// mergedEntry is an entry as sessions other than its author are told it.
type mergedEntry struct {
	*journal.Entry
	frame     *protocol.Frame
	elsewhere bool
}

// sharedFrames are what sessions are told that have said none of it. Consecutive joins and leaves become one frame.
func sharedFrames(said []mergedEntry, style joinStyle) []*protocol.Frame {
	frames := make([]*protocol.Frame, len(said))
	for i := range said {
		frames[i] = said[i].frame
	}
	return coalesce(frames, style)
}

// mergedFrames are what s alone is told of said.
func (s *session) mergedFrames(said []mergedEntry) (frames []*protocol.Frame) {
	for i := range said {
		if h := &said[i]; s.hears(h.Entry) {
			frames = append(frames, s.mergedFrame(h))
		}
	}
	return coalesce(frames, s.joinStyle())
}

// mergedFrame is what s is told of an entry that it hears.
func (s *session) mergedFrame(h *mergedEntry) *protocol.Frame {
	if h.frame != nil && s.isToldAsOthers(h.Entry) {
		return h.frame
	}
	return protocol.NewFrame(withRoom(s.event(h.Entry), h.elsewhere))
}

// withRoom is an event with the name of its room if that is not in front.
func withRoom(e protocol.Event, elsewhere bool) protocol.Event {
	if elsewhere {
		return protocol.Elsewhere{Event: e}
	}
	return e
}

// elsewhere is the frame of pending entry i for sessions that have another room in front.
func (r *room) elsewhere(i int) *protocol.Frame {
	for len(r.elsewhereFrames) <= i {
		r.elsewhereFrames = append(r.elsewhereFrames, nil)
	}
	if r.elsewhereFrames[i] == nil {
		r.elsewhereFrames[i] = protocol.NewFrame(protocol.Elsewhere{Event: r.pending[i].Event.Public()})
	}
	return r.elsewhereFrames[i]
}

// batchOf makes one frame of several.
func batchOf(frames []*protocol.Frame) *protocol.Frame { return protocol.NewBatch(allEvents(frames)) }

func allEvents(frames []*protocol.Frame) (events []protocol.Event) {
	for _, frame := range frames {
		events = slices.AppendSeq(events, frame.Events())
	}
	return events
}
