package hub

import (
	"slices"

	"github.com/google/uuid"

	"chinwag/hub/journal"
	"chinwag/hub/state"
	"chinwag/protocol"
)

// listener decides what of the streams that a member reads it is told. It is
// a value: the writer that catches up works with a copy.
type listener struct {
	id      uuid.UUID
	program bool // it has said hello
	echo    bool
	deaf    *deafness // whom it ignores
}

// hears reports whether e is told.
func (l *listener) hears(e *journal.Entry) bool {
	if at, ok := e.Event.(protocol.TicketChanged); ok && at.Many && !l.program {
		return false // people are told of all of them at once
	}
	if e.Author == l.id {
		switch e.Event.(type) {
		case protocol.Said, protocol.Acted:
			return l.echo // a whisper is always told: one wants to see that it was one
		case protocol.Joined, protocol.Left, protocol.TicketChanged, protocol.DutyChanged:
			return false // what it asked for is answered
		}
		return true
	}
	return !l.ignores(e)
}

// event is what this listener is told of e.
func (l *listener) event(e *journal.Entry) protocol.Event {
	switch {
	case e.Author == l.id:
		return e.Event
	case e.Line != nil:
		return e.Line.Event
	}
	return e.Event.ForOthers()
}

// line is event on its way.
func (l *listener) line(e *journal.Entry) *protocol.Line {
	if e.Author != l.id && e.Line != nil {
		return e.Line
	}
	return protocol.NewLine(l.event(e))
}

// reader is a listener that reads the record by itself, and what it reads of the room in front. It is a value, too.
type reader struct {
	listener
	front journal.Stream // "": it is in no room
}

// reader is s as one that reads from here on.
func (s *session) reader() reader { return reader{s.listener, s.frontStream()} }

// event is what this reader is told of e.
func (r *reader) event(e *journal.Entry) protocol.Event {
	return besides(r.listener.event(e), r.isElsewhere(e))
}

// line is event on its way.
func (r *reader) line(e *journal.Entry) *protocol.Line {
	if r.isElsewhere(e) {
		return protocol.NewLine(r.event(e))
	}
	return r.listener.line(e)
}

// isElsewhere reports whether e is told with the name of the room: it stands in another one than that in front.
func (r *reader) isElsewhere(e *journal.Entry) bool {
	return !r.program && r.front != "" && isRooms(e.Stream) && e.Stream != r.front && !standsIn(e.Event, r.front)
}

// standsIn reports whether an event stands in a room, too, beside others.
func standsIn(e protocol.Event, room journal.Stream) bool {
	return slices.ContainsFunc(protocol.RoomsOf(e), func(r protocol.Room) bool { return state.OfRoom(r) == room })
}

// appendLines appends what is told of entries. Comings and goings one right after the other are told
// to people together.
func (b *behind) appendLines(lines []*protocol.Line, entries []journal.Entry) []*protocol.Line {
	from := len(lines)
	for i := range entries {
		if e := &entries[i]; !b.last.again(e) && b.me.hears(e) {
			lines = append(lines, b.me.line(e))
		}
	}
	if b.me.program {
		return lines
	}
	return lines[:from+len(crowd(lines[from:]))]
}

func isPassage(e *journal.Entry) bool { return isPassing(e.Event) }

func isPassing(e protocol.Event) bool {
	switch e := e.(type) {
	case protocol.Joined, protocol.Left:
		return true
	case protocol.Elsewhere:
		return isPassing(e.Event)
	}
	return false
}
