package hub

import (
	"cmp"
	"time"

	"chinwag/hub/journal"
	"chinwag/hub/state"
	"chinwag/protocol"
)

// legacyStore is a store that can report what the entries of a journal without rows hold for certain.
type legacyStore interface {
	LegacyState() (journal.LegacyState, error)
}

// legacy is what the entries of a journal without rows hold for certain: it was written by an older program, or
// imported. nil: there are no entries.
func legacy(j *journal.Journal) (*state.Legacy, error) {
	if j.Head() == 0 {
		return nil, nil
	}
	s, ok := j.Store.(legacyStore)
	if !ok {
		return new(state.Legacy), nil
	}
	found, err := s.LegacyState()
	if err != nil {
		return nil, err
	}
	l := legacyOf(&found)
	return &l, nil
}

// legacyOf converts what was found to the state's type.
func legacyOf(found *journal.LegacyState) state.Legacy {
	l := state.Legacy{Ticket: found.Ticket}
	for i := range found.Topics {
		if t, ok := legacyTopic(&found.Topics[i]); ok {
			l.Topics = append(l.Topics, t)
		}
	}
	for i := range found.Messages {
		if msg, ok := legacyMessage(&found.Messages[i]); ok {
			l.Messages = append(l.Messages, msg)
		}
	}
	return l
}

// legacyTopic is the topic of a room after e, which may also remove it.
func legacyTopic(e *journal.Entry) (t state.LegacyTopic, ok bool) {
	set, ok := e.Event.(protocol.TopicSet)
	name, err := protocol.ParseRoom(string(e.Stream))
	if !ok || err != nil || set.Text.IsBlank() || name == protocol.DeskRoom {
		return t, false
	}
	return state.LegacyTopic{Room: name, Text: set.Text, By: e.Author, From: set.From, Set: e.Seq}, true
}

// legacyMessage is a message as far as its entries are kept.
func legacyMessage(m *journal.LegacyMessage) (msg state.LegacyMessage, ok bool) {
	left, ok := m.Left.Event.(protocol.TicketChanged)
	if !ok {
		return msg, false
	}
	msg = state.LegacyMessage{
		Ticket: left.Ticket, Session: m.Left.Author, Nick: left.From, Left: left.Time, LeftAt: m.Left.Seq,
		Opened: cmp.Or(m.Opened.Seq, m.Words.Seq, m.Left.Seq), Since: since(&m.Opened, &m.Words, &m.Left),
	}
	if asked, ok := m.Words.Event.(protocol.VisitorSaid); ok {
		msg.First = asked.Text
	}
	return msg, true
}

// since is when the first of these entries that is kept was accepted.
func since(entries ...*journal.Entry) (at time.Time) {
	for _, e := range entries {
		if e.Event != nil && at.IsZero() {
			at = protocol.MetaOf(e.Event).Time
		}
	}
	return at
}

// logLegacy logs what was taken: once, since the journal has rows from here on.
func (l *loop) logLegacy(i state.Inheritance) {
	l.hub.warn("the journal is of an older chinwag, or was imported: topics, ticket numbers and messages at the desk were taken from what it holds, and nobody can come back to a session of before",
		"rooms", i.Rooms, "tickets", i.Ticket, "messages", i.Messages)
}
