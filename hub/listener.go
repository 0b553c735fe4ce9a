package hub

import (
	"github.com/google/uuid"

	"chinwag/hub/journal"
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

// appendLines appends what is told of entries. People are told together who came and went one
// right after the other.
func (b *behind) appendLines(lines []*protocol.Line, entries []journal.Entry) []*protocol.Line {
	from := len(lines)
	for i := range entries {
		if e := &entries[i]; !b.last.again(e) && b.me.hears(e) {
			lines = append(lines, b.line(e))
		}
	}
	if b.me.program {
		return lines
	}
	return lines[:from+len(crowd(lines[from:]))]
}

// line is what the reader is told of an entry.
func (b *behind) line(e *journal.Entry) *protocol.Line {
	if !b.me.program && b.front != "" && e.Stream != b.front && isRooms(e.Stream) {
		return protocol.NewLine(protocol.Elsewhere{Event: b.me.event(e)})
	}
	return b.me.line(e)
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
