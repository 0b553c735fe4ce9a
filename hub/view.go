package hub

import (
	"slices"

	"github.com/google/uuid"

	"chinwag/hub/journal"
	"chinwag/hub/state"
	"chinwag/protocol"
)

// view decides which entries of its streams a member hears. It is a value: the writer that catches up works
// with a copy.
type view struct {
	id      uuid.UUID
	program bool // it has sent a hello
	echo    bool
	ignored *ignoreSet // the names that it ignores
}

// hears reports whether the listener hears e.
func (l *view) hears(e *journal.Entry) bool {
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
func (l *view) event(e *journal.Entry) protocol.Event {
	switch {
	case e.Author == l.id:
		return e.Event
	case e.Frame != nil:
		return e.Frame.Event
	}
	return e.Event.Public()
}

// frame is event, encoded.
func (l *view) frame(e *journal.Entry) *protocol.Frame {
	if e.Author != l.id && e.Frame != nil {
		return e.Frame
	}
	return protocol.NewFrame(l.event(e))
}

// journalView is a listener that reads from the journal, with the stream of its room in front. It is a value, too.
type journalView struct {
	view
	front journal.Stream // "": it is in no room
}

// journalView is s as a reader from here on.
func (s *session) journalView() journalView { return journalView{s.view, s.frontStream()} }

// event is e as this reader is told it.
func (r *journalView) event(e *journal.Entry) protocol.Event {
	return withRoom(r.view.event(e), r.isElsewhere(e))
}

// frame is event, encoded.
func (r *journalView) frame(e *journal.Entry) *protocol.Frame {
	if r.isElsewhere(e) {
		return protocol.NewFrame(r.event(e))
	}
	return r.view.frame(e)
}

// isElsewhere reports whether e is told with the name of the room, since it is not in the one in front.
func (r *journalView) isElsewhere(e *journal.Entry) bool {
	return !r.program && r.front != "" && isRooms(e.Stream) && e.Stream != r.front && !standsIn(e.Event, r.front)
}

// standsIn reports whether an event is also in a room, beside other streams.
func standsIn(e protocol.Event, room journal.Stream) bool {
	return slices.ContainsFunc(protocol.RoomsOf(e), func(r protocol.Room) bool { return state.OfRoom(r) == room })
}

// appendLines appends the lines of entries. For people, consecutive comings and goings become one line.
func (b *catchup) appendLines(frames []*protocol.Frame, entries []journal.Entry) []*protocol.Frame {
	from := len(frames)
	for i := range entries {
		if e := &entries[i]; !b.lastEvent.isRepeat(e) && b.view.hears(e) {
			frames = append(frames, b.view.frame(e))
		}
	}
	if b.view.program {
		return frames
	}
	return frames[:from+len(coalesce(frames[from:]))]
}

func isJoinOrLeave(e *journal.Entry) bool { return joinsOrLeaves(e.Event) }

func joinsOrLeaves(e protocol.Event) bool {
	switch e := e.(type) {
	case protocol.Joined, protocol.Left:
		return true
	case protocol.Elsewhere:
		return joinsOrLeaves(e.Event)
	}
	return false
}
