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
	summary bool // it is told of comings and goings together
	echo    bool
	encoded bool       // as its client is: see Identity
	ignored *ignoreSet // the names that it ignores
}

// hears reports whether the session hears e.
func (v *view) hears(e *journal.Entry) bool {
	if at, ok := e.Event.(protocol.TicketChanged); ok && at.Many && !v.program {
		return false // people get one line for all of them
	}
	if e.Author == v.id {
		switch e.Event.(type) {
		case protocol.Said, protocol.Acted:
			return v.echo // a whisper is always echoed: its author wants to see that it was one
		case protocol.Joined, protocol.Left, protocol.TicketChanged, protocol.DutyChanged:
			return false // its answer tells it
		}
		return true
	}
	return !v.ignores(e)
}

// event is e as the session is told it.
func (v *view) event(e *journal.Entry) protocol.Event {
	if e.Author == v.id {
		return e.Event
	}
	return e.Event.Public()
}

// frame is event, encoded.
func (v *view) frame(e *journal.Entry) *protocol.Frame {
	if v.isToldAsOthers(e) {
		return e.Frame()
	}
	return protocol.NewFrame(v.event(e))
}

// isToldAsOthers reports whether the session is told of e what the others are, if it hears e.
func (v *view) isToldAsOthers(e *journal.Entry) bool {
	return e.Author != v.id || v.readsText() && protocol.IsTextPublic(e.Event)
}

// joinStyle is how the session is told of several comings and goings.
func (v *view) joinStyle() joinStyle {
	switch {
	case v.summary && v.program:
		return summarized
	case v.readsText():
		return textOnly
	}
	return batched
}

// readsText reports whether the client takes of a frame only its text.
func (v *view) readsText() bool { return v.encoded && !v.program }

// journalView is the view of a session that reads from the journal, with the stream of its room in front. It is a
// value, too.
type journalView struct {
	view
	front journal.Stream // "": it is in no room
}

// journalView is the view of s for reading from here on.
func (s *session) journalView() journalView { return journalView{s.view, s.frontStream()} }

// event is e as the session is told it.
func (v *journalView) event(e *journal.Entry) protocol.Event {
	return withRoom(v.view.event(e), v.isElsewhere(e))
}

// frame is event, encoded.
func (v *journalView) frame(e *journal.Entry) *protocol.Frame {
	if v.isElsewhere(e) {
		return protocol.NewFrame(v.event(e))
	}
	return v.view.frame(e)
}

// isElsewhere reports whether e is told with the name of the room, since it is not in the one in front.
func (v *journalView) isElsewhere(e *journal.Entry) bool {
	return !v.program && v.front != "" && isRooms(e.Stream) && e.Stream != v.front && !standsIn(e.Event, v.front)
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
	s := &ignoreSet{sessions: map[uuid.UUID]bool{}, names: map[string]bool{}}
	for _, i := range list {
		s.sessions[i.Session], s.names[i.Name.Keys()[0]] = true, true
	}
	return s
}

func (s *ignoreSet) has(session uuid.UUID, name protocol.Nick) bool {
	return s != nil && (s.sessions[session] || s.names[name.Keys()[0]])
}

// ignores reports whether e comes from a session that v ignores: not only its lines, but all events about it. What
// operators do is always heard, a kick too; and what visitors say at the desk is heard by every operator.
func (v *view) ignores(e *journal.Entry) bool {
	if v.ignored == nil || e.Author == v.id {
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
	return v.ignored.has(e.Author, from)
}

func (v *view) ignoresAny(entries []*journal.Entry) bool {
	return v.ignored != nil && slices.ContainsFunc(entries, v.ignores)
}
