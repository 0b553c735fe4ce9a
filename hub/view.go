package hub

import (
	"slices"

	"github.com/google/uuid"

	"chinwag/hub/journal"
	"chinwag/hub/state"
	"chinwag/protocol"
)

// view decides which entries of its streams a session hears. It is a value: the writer that catches up works with a
// copy.
type view struct {
	id      uuid.UUID
	program bool // it has sent a hello
	echo    bool
	ignored *ignoreSet // the names that it ignores
}

// hears reports whether the session hears e.
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

// event is e as the session is told it.
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

// journalView is the view of a session that reads from the journal, with the stream of its room in front. It is a
// value, too.
type journalView struct {
	view
	front journal.Stream // "": it is in no room
}

// journalView is the view of s for reading from here on.
func (s *session) journalView() journalView { return journalView{s.view, s.frontStream()} }

// event is e as the session is told it.
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

// ignoreSet is the set of names that a session ignores, as its view looks them up. It is replaced when that changes,
// and never written to. nil: it ignores no name.
type ignoreSet struct {
	sessions map[uuid.UUID]bool
	names    map[string]bool // by the first key of each nick
}

func newIgnoreSet(list []state.Ignored) *ignoreSet {
	if len(list) == 0 {
		return nil
	}
	d := &ignoreSet{sessions: map[uuid.UUID]bool{}, names: map[string]bool{}}
	for _, i := range list {
		d.sessions[i.Session], d.names[i.Name.Keys()[0]] = true, true
	}
	return d
}

func (d *ignoreSet) has(session uuid.UUID, name protocol.Nick) bool {
	return d != nil && (d.sessions[session] || d.names[name.Keys()[0]])
}

// ignores reports whether e comes from a session that l ignores: not only its lines, but all events about it. What
// operators do is always heard, a kick too; and what visitors say at the desk is heard by every operator.
func (l *view) ignores(e *journal.Entry) bool {
	if l.ignored == nil || e.Author == l.id {
		return false
	}
	var from protocol.Nick
	switch ev := e.Event.(type) {
	case protocol.Said:
		from = ev.From
	case protocol.Acted:
		from = ev.From
	case protocol.Whispered:
		from = ev.From
	case protocol.TopicSet:
		from = ev.From
	case protocol.AwaySet:
		from = ev.From
	case protocol.Redacted:
		from = ev.From
	case protocol.Joined:
		from = ev.From
	case protocol.Renamed:
		from = ev.From
	case protocol.Left:
		if ev.Reason == protocol.Kicked {
			return false
		}
		from = ev.From
	default:
		return false
	}
	return l.ignored.has(e.Author, from)
}

func (l *view) ignoresAny(entries []*journal.Entry) bool {
	return l.ignored != nil && slices.ContainsFunc(entries, l.ignores)
}
