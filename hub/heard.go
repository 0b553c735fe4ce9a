package hub

import (
	"slices"

	"github.com/google/uuid"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// heard is an entry as all but its author are told it.
type heard struct {
	*journal.Entry
	line      *protocol.Line
	elsewhere bool
}

// linesOfAll are what is told of said to sessions that have said none of it. Comings and goings one right after the other are
// told together.
func linesOfAll(said []heard) []*protocol.Line {
	lines := make([]*protocol.Line, len(said))
	for i := range said {
		lines[i] = said[i].line
	}
	return crowd(lines)
}

// linesOf are what s alone is told of said.
func (s *session) linesOf(said []heard) (lines []*protocol.Line) {
	for i := range said {
		if h := &said[i]; s.hears(h.Entry) {
			lines = append(lines, s.lineOf(h))
		}
	}
	return crowd(lines)
}

// lineOf is what s is told of an entry that it hears.
func (s *session) lineOf(h *heard) *protocol.Line {
	if h.Author != s.id && h.line != nil {
		return h.line
	}
	return protocol.NewLine(besides(s.event(h.Entry), h.elsewhere))
}

// besides is an event of a room that is in front or not.
func besides(e protocol.Event, elsewhere bool) protocol.Event {
	if elsewhere {
		return protocol.Elsewhere{Event: e}
	}
	return e
}

// elsewhere is what people who have another room in front are told of what was said ith in r.
func (r *room) elsewhere(i int) *protocol.Line {
	for len(r.others) <= i {
		r.others = append(r.others, nil)
	}
	if r.others[i] == nil {
		r.others[i] = protocol.NewLine(protocol.Elsewhere{Event: r.said[i].Line.Event})
	}
	return r.others[i]
}

// crowd makes one line of those that tell of coming and going, one right after the other. It writes to the slice.
func crowd(lines []*protocol.Line) []*protocol.Line {
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
func together(lines []*protocol.Line) *protocol.Line {
	var events []protocol.Event
	for _, l := range lines {
		events = slices.AppendSeq(events, l.Events())
	}
	return protocol.Together(events)
}

// thing is what was told last in one of several rooms.
type thing struct {
	id     uuid.UUID
	stream journal.Stream
}

// again reports whether e tells in another room what was told last.
func (t *thing) again(e *journal.Entry) bool {
	if !isRooms(e.Stream) {
		t.stream = ""
		return false
	}
	id := protocol.StampOf(e.Event).ID
	again := t.stream != "" && t.stream != e.Stream && t.id == id
	t.id, t.stream = id, e.Stream
	return again
}

// isRooms reports whether a stream is that of a room in which all hear the same.
func isRooms(st journal.Stream) bool { return len(st) > 0 && st[0] == '#' && st != journal.Desk }
