package state

import (
	"cmp"

	"chinwag/protocol"
)

// history replays a stretch of the journal to s.
func (m *Machine) history(s *Session, cmd protocol.History) {
	streams, why := s.readableIn(cmd.Room)
	if why != nil {
		m.reject(s, why)
		return
	}
	p := Replay{Streams: streams, Lines: cmp.Or(cmd.Lines, max(1, m.Settings.Replay)), Upto: m.head, Since: cmd.Since, Around: cmd.Around, End: true}
	if cmd.All {
		p.Lines = -1
	}
	if cmd.Before > 0 {
		p.Upto = min(p.Upto, cmd.Before-1)
	}
	m.effect(s, p)
}

func (m *Machine) search(s *Session, cmd protocol.Search) {
	streams, why := s.readableIn(cmd.Room)
	if why != nil {
		m.reject(s, why)
		return
	}
	upto := m.head
	if cmd.Before > 0 {
		upto = min(upto, cmd.Before-1)
	}
	m.effect(s, Search{Streams: streams, Words: cmd.Text.String(), Upto: upto})
}

// readableIn returns the streams that s may read: a named room that it is in or, without a name, its front room, its
// mailbox, and the stream that all sessions read.
func (s *Session) readableIn(named protocol.Room) ([]Stream, *protocol.Refusal) {
	room, why := s.roomOr(named)
	switch {
	case why != nil:
		return nil, why
	case named != protocol.Room{}:
		return []Stream{s.stream(room)}, nil
	}
	return []Stream{s.stream(room), Mailbox(s.ID), Everybody}, nil
}

func historyFields(v *protocol.History, c *coder) {
	number(c, &v.Lines)
	c.flags(&v.All)
	c.instant(&v.Since)
	number(c, &v.Before)
	number(c, &v.Around)
	c.room(&v.Room)
}

func searchFields(v *protocol.Search, c *coder) {
	c.text(&v.Text)
	c.room(&v.Room)
	if c.version >= 2 {
		number(c, &v.Before)
	}
}
