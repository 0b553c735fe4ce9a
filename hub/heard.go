package hub

import (
	"slices"

	"github.com/google/uuid"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// heard is an entry as sessions other than its author are told it.
type heard struct {
	*journal.Entry
	line      *protocol.Frame
	elsewhere bool
}

// linesOfAll are the lines of said for sessions that have said none of it. Consecutive comings and goings
// become one line.
func linesOfAll(said []heard) []*protocol.Frame {
	lines := make([]*protocol.Frame, len(said))
	for i := range said {
		lines[i] = said[i].line
	}
	return crowd(lines)
}

// linesOf are what s alone is told of said.
func (s *session) linesOf(said []heard) (lines []*protocol.Frame) {
	for i := range said {
		if h := &said[i]; s.hears(h.Entry) {
			lines = append(lines, s.lineOf(h))
		}
	}
	return crowd(lines)
}

// lineOf is what s is told of an entry that it hears.
func (s *session) lineOf(h *heard) *protocol.Frame {
	if h.Author != s.id && h.line != nil {
		return h.line
	}
	return protocol.NewFrame(besides(s.event(h.Entry), h.elsewhere))
}

// besides is an event with the name of its room if that is not in front.
func besides(e protocol.Event, elsewhere bool) protocol.Event {
	if elsewhere {
		return protocol.Elsewhere{Event: e}
	}
	return e
}

// elsewhere is the line of entry i for sessions that have another room in front.
func (r *room) elsewhere(i int) *protocol.Frame {
	for len(r.others) <= i {
		r.others = append(r.others, nil)
	}
	if r.others[i] == nil {
		r.others[i] = protocol.NewFrame(protocol.Elsewhere{Event: r.said[i].Frame.Event})
	}
	return r.others[i]
}

// crowd makes one line of consecutive comings and goings. It writes to the slice.
func crowd(lines []*protocol.Frame) []*protocol.Frame {
	n := 0
	for i := 0; i < len(lines); {
		from := i
		for i < len(lines) && isPassing(lines[i].Event) {
			i++
		}
		switch {
		case i == from:
			lines[n] = lines[i]
			i++
		case i == from+1:
			lines[n] = lines[from]
		default:
			lines[n] = together(lines[from:i])
		}
		n++
	}
	clear(lines[n:])
	return lines[:n]
}

// together makes one line of several.
func together(lines []*protocol.Frame) *protocol.Frame {
	var events []protocol.Event
	for _, l := range lines {
		events = slices.AppendSeq(events, l.Events())
	}
	return protocol.NewBatch(events)
}

// thing is the last event that was told, in one of several rooms.
type thing struct {
	id     uuid.UUID
	stream journal.Stream
}

// again reports whether e is the event that was told last, in another room.
func (t *thing) again(e *journal.Entry) bool {
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
