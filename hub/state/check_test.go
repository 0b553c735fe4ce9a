package state

import (
	"errors"
	"strings"

	"chinwag/protocol"
)

// check is Check, and looks at the events of the last decision, too.
func (m *Machine) check() error {
	c := checks(m.Check())
	for i := range m.out.Events {
		m.checkEvent(&c, &m.out.Events[i])
	}
	if len(c) == 0 {
		return nil
	}
	return errors.New(strings.Join(c, "\n"))
}

// checkEvent checks that an event stands in a stream that only those sessions read that are to know it.
func (m *Machine) checkEvent(c *checks, e *Event) {
	if e.Seq == 0 {
		return
	}
	reader, one := e.Stream.Session()
	own := one && reader == e.Author
	room := protocol.MetaOf(e.What).Room
	ok := e.Stream == OfRoom(room) && e.Stream != Desk || own // told to a room that it happened in, or to oneself
	switch ev := e.What.(type) {
	case protocol.VisitorSaid, protocol.Replied, protocol.Noted, protocol.TicketChanged, protocol.DutyChanged:
		ok = e.Stream == Desk
	case protocol.Whispered:
		to := m.sessions[reader]
		ok = one && e.Stream == Mailbox(reader) && (own || to == nil || to.Nick == ev.To)
	case protocol.Announced:
		ok = e.Stream == Everybody
	case protocol.VisitorNotice:
		ok = one && e.Stream == Conversation(reader)
	case protocol.Said:
		author := m.sessions[e.Author]
		ok = ok || one && e.Stream == Conversation(reader) && author != nil && author.Operator
	}
	c.that(ok, "%T of %s, in %q, stands in %q", e.What, e.Author, room, e.Stream)
}
