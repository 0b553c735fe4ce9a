package hub

import (
	"slices"

	"github.com/google/uuid"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// mergedEntry is an entry as sessions other than its author are told it.
type mergedEntry struct {
	*journal.Entry
	frame     *protocol.Frame
	elsewhere bool
}

// sharedFrames are the lines of said for sessions that have said none of it. Consecutive comings and goings
// become one line.
func sharedFrames(said []mergedEntry) []*protocol.Frame {
	frames := make([]*protocol.Frame, len(said))
	for i := range said {
		frames[i] = said[i].frame
	}
	return coalesce(frames)
}

// mergedFrames are what s alone is told of said.
func (s *session) mergedFrames(said []mergedEntry) (frames []*protocol.Frame) {
	for i := range said {
		if h := &said[i]; s.hears(h.Entry) {
			frames = append(frames, s.mergedFrame(h))
		}
	}
	return coalesce(frames)
}

// mergedFrame is what s is told of an entry that it hears.
func (s *session) mergedFrame(h *mergedEntry) *protocol.Frame {
	if h.Author != s.id && h.frame != nil {
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

// elsewhere is the line of entry i for sessions that have another room in front.
func (r *room) elsewhere(i int) *protocol.Frame {
	for len(r.elsewhereFrames) <= i {
		r.elsewhereFrames = append(r.elsewhereFrames, nil)
	}
	if r.elsewhereFrames[i] == nil {
		r.elsewhereFrames[i] = protocol.NewFrame(protocol.Elsewhere{Event: r.pending[i].Frame.Event})
	}
	return r.elsewhereFrames[i]
}

// coalesce makes one line of consecutive comings and goings. It writes to the slice.
func coalesce(frames []*protocol.Frame) []*protocol.Frame {
	n := 0
	for i := 0; i < len(frames); {
		from := i
		for i < len(frames) && joinsOrLeaves(frames[i].Event) {
			i++
		}
		switch {
		case i == from:
			frames[n] = frames[i]
			i++
		case i == from+1:
			frames[n] = frames[from]
		default:
			frames[n] = batchOf(frames[from:i])
		}
		n++
	}
	clear(frames[n:])
	return frames[:n]
}

// batchOf makes one line of several.
func batchOf(frames []*protocol.Frame) *protocol.Frame {
	var events []protocol.Event
	for _, frame := range frames {
		events = slices.AppendSeq(events, frame.Events())
	}
	return protocol.NewBatch(events)
}

// roomEvent is the last event that was told, in one of several rooms.
type roomEvent struct {
	id     uuid.UUID
	stream journal.Stream
}

// isRepeat reports whether e is the event that was told last, in another room.
func (t *roomEvent) isRepeat(e *journal.Entry) bool {
	if !isRooms(e.Stream) {
		t.stream = ""
		return false
	}
	id := protocol.MetaOf(e.Event).ID
	again := t.stream != "" && t.stream != e.Stream && t.id == id
	t.id, t.stream = id, e.Stream
	return again
}

// isRooms reports whether a stream is that of a room in which all members hear the same.
func isRooms(st journal.Stream) bool { return len(st) > 0 && st[0] == '#' && st != journal.Desk }
