package hub

import (
	"slices"

	"github.com/google/uuid"

	"chinwag/hub/journal"
	"chinwag/hub/state"
	"chinwag/protocol"
)

// listener decides which entries of its streams a member hears. It is a value: the writer that catches up works
// with a copy.
type listener struct {
	id      uuid.UUID
	program bool // it has sent a hello
	echo    bool
	deaf    *deafness // the names that it ignores
}

// hears reports whether the listener hears e.
func (l *listener) hears(e *journal.Entry) bool {
	if at, ok := e.Event.(protocol.TicketChanged); ok && at.Many && !l.program {
		return false // people get one line for all of them
	}
	if e.Author == l.id {
		switch e.Event.(type) {
		case protocol.Said, protocol.Acted:
			return l.echo // a whisper is always echoed: its author wants to see that it was one
		case protocol.Joined, protocol.Left, protocol.TicketChanged, protocol.DutyChanged:
			return false // its answer tells it
		}
		return true
	}
	return !l.ignores(e)
}

// event is e as this listener is told it.
func (l *listener) event(e *journal.Entry) protocol.Event {
	switch {
	case e.Author == l.id:
		return e.Event
	case e.Frame != nil:
		return e.Frame.Event
	}
	return e.Event.Public()
}

// line is event, encoded.
func (l *listener) line(e *journal.Entry) *protocol.Frame {
	if e.Author != l.id && e.Frame != nil {
		return e.Frame
	}
	return protocol.NewFrame(l.event(e))
}

// reader is a listener that reads from the journal, with the stream of its room in front. It is a value, too.
type reader struct {
	listener
	front journal.Stream // "": it is in no room
}

// reader is s as a reader from here on.
func (s *session) reader() reader { return reader{s.listener, s.frontStream()} }

// event is e as this reader is told it.
func (r *reader) event(e *journal.Entry) protocol.Event {
	return besides(r.listener.event(e), r.isElsewhere(e))
}

// line is event, encoded.
func (r *reader) line(e *journal.Entry) *protocol.Frame {
	if r.isElsewhere(e) {
		return protocol.NewFrame(r.event(e))
	}
	return r.listener.line(e)
}

// isElsewhere reports whether e is told with the name of the room, since it is not in the one in front.
func (r *reader) isElsewhere(e *journal.Entry) bool {
	return !r.program && r.front != "" && isRooms(e.Stream) && e.Stream != r.front && !standsIn(e.Event, r.front)
}

// standsIn reports whether an event is also in a room, beside other streams.
func standsIn(e protocol.Event, room journal.Stream) bool {
	return slices.ContainsFunc(protocol.RoomsOf(e), func(r protocol.Room) bool { return state.OfRoom(r) == room })
}

// appendLines appends the lines of entries. For people, consecutive comings and goings become one line.
func (b *behind) appendLines(lines []*protocol.Frame, entries []journal.Entry) []*protocol.Frame {
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
