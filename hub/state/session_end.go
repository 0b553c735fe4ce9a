package state

import (
	"time"

	"chinwag/protocol"
)

// lose ends a session's connection. The Goodbye is for a connection that can still be written to.
func (m *Machine) lose(s *Session, op Disconnect) {
	why := op.Reason
	hungUp := why == protocol.Departed && !s.Program
	if why == protocol.Departed && s.Program {
		why = protocol.Lost
	}
	conn, left := s.Conn, protocol.Left{Reason: why}
	seen := max(s.Seen, op.Seen) // its node may not have delivered anything yet
	switch {
	case s.Code == (Secret{}):
		m.end(s, left)
	case hungUp:
		long := m.Settings.Hold
		if s.Room == protocol.DeskRoom && m.leavesMessage(s) {
			long = m.Settings.Messages
		}
		m.detach(s, left, long, seen)
		m.change(s.ID, NameReleased{})
	default:
		m.detach(s, left, m.Settings.Hold, seen)
	}
	m.tell(conn, Answer{Event: protocol.Goodbye{Reason: why}})
}

// quit ends a session by its own wish.
func (m *Machine) quit(s *Session, cmd protocol.Quit) {
	conn, left := s.Conn, protocol.Left{Reason: protocol.Departed, Text: DropLong(cmd.Text)}
	if s.Room == protocol.DeskRoom && s.Code != (Secret{}) && m.leavesMessage(s) {
		m.detach(s, left, m.Settings.Hold, m.head) // it gets all that comes before the goodbye
	} else {
		m.end(s, left)
	}
	m.tell(conn, Answer{Event: protocol.Goodbye{Reason: protocol.Departed}})
}

// withdraw ends the session of a connection that goes on, and is in no room before its hello.
func (m *Machine) withdraw(s *Session, _ Withdraw) {
	m.end(s, protocol.Left{Reason: protocol.Departed})
}

// detach has s leave its rooms, and holds it for a time.
func (m *Machine) detach(s *Session, left protocol.Left, long time.Duration, seen uint64) {
	short := m.isShortStay(s)
	m.part(s, left)
	m.change(s.ID, Detached{Until: m.now.Add(long), Seen: seen, Unsure: s.SeenAtLeast && seen == s.Seen, Short: short})
}

// end has s leave its rooms and the desk, for the reason in left, and ends it.
func (m *Machine) end(s *Session, left protocol.Left) {
	why := protocol.Departed // for the desk: the session does not come back
	if left.Reason == protocol.Kicked {
		why = protocol.Kicked
	}
	m.partFor(s, left, why)
	m.change(s.ID, Ended{})
}

// part has s leave its rooms and the desk.
func (m *Machine) part(s *Session, left protocol.Left) { m.partFor(s, left, left.Reason) }

// partFor is part with another reason for the desk. A session that is in no room may have a ticket, too.
func (m *Machine) partFor(s *Session, left protocol.Left, atDesk protocol.Reason) {
	left.From, left.Rooms = s.Nick, s.shared()
	m.emitEach(s, func(at protocol.Meta) protocol.Recorded {
		left.Meta = at
		return left
	})
	m.leaveTicket(s, atDesk)
	if s.Operator {
		m.returnTickets(s, left.Reason)
	}
}

func quitFields(v *protocol.Quit, c *coder) { c.text(&v.Text) }
