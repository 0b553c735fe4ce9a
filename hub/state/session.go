package state

import (
	"slices"
	"time"

	"chinwag/protocol"
)

// A session begins with a connection, in one room, and may enter others. When the connection ends, the way it ends
// decides what becomes of the session:
//
//	               /quit ─────────────────────────────> the session ends
//	connected ──── the input ends in good order ──────> it is held without its nick
//	    ^          the connection breaks ─────────────> it is held
//	    │          the server starts again ───────────> it is held in its rooms, which are not told
//	    └── a client sends its code or token ── held ── time is up ──> the session ends
//
// The end of a program's input is a break, too. At the desk, a session is held longer while its words there wait for
// an answer.

// lose ends a session's connection. The Goodbye is for a connection that can still be written to.
func (m *Machine) lose(s *Session, op Lost) {
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
func (m *Machine) quit(s *Session, t protocol.Text) {
	conn, left := s.Conn, protocol.Left{Reason: protocol.Departed, Text: t}
	if s.Room == protocol.DeskRoom && s.Code != (Secret{}) && m.leavesMessage(s) {
		m.detach(s, left, m.Settings.Hold, m.head) // it gets all that comes before the goodbye
	} else {
		m.end(s, left)
	}
	m.tell(conn, Answer{Event: protocol.Goodbye{Reason: protocol.Departed}})
}

// withdraw ends the session of a connection that goes on, and is in no room before its hello.
func (m *Machine) withdraw(s *Session) { m.end(s, protocol.Left{Reason: protocol.Departed}) }

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
	m.partTicket(s, atDesk)
	if s.Operator {
		m.returnTickets(s, left.Reason)
	}
}

// opened applies Opened: the session is in no room yet.
func (m *Machine) opened(c Opened) {
	s := new(Session)
	*s = c.Session
	s.row = 0
	m.touchSession(s).row = m.nextRow()
	m.indexSession(s)
}

// attached applies Attached. The hold of s is over.
func (m *Machine) attached(s *Session, c Attached) {
	m.touchSession(s)
	m.unhold(s)
	moves := s.Conn != 0 && HostOf(s.Conn) != HostOf(c.Conn)
	s.SeenAtLeast = (s.SeenAtLeast || moves) && !c.Program // and stays so until it gets an entry
	m.connect(s, c.Conn)
	s.Program, s.Echo, s.At = c.Program, c.Echo, c.At.Prefix
	s.Seen = max(s.Seen, c.Seen)
	s.Quiet, s.Short, s.Returned, s.Behind, s.Rewatch = false, false, true, true, nil
}

// detached applies Detached.
func (m *Machine) detached(s *Session, c Detached) {
	m.touchSession(s)
	m.unhold(s)
	m.connect(s, 0)
	s.Seen, s.Quiet, s.Short, s.Until = c.Seen, c.Quiet, c.Short, c.Until
	s.Behind, s.SeenAtLeast = false, c.Unsure
	i, _ := slices.BinarySearchFunc(m.held, s, byUntil)
	m.held = slices.Insert(m.held, i, s)
}

// connect gives s a connection or takes it, and updates the counts of its rooms and of the desk.
func (m *Machine) connect(s *Session, conn uint64) {
	for p := range s.Places() {
		m.rooms[p.Room].members.uncount(s)
	}
	m.desk.unindexVisitor(s)
	if m.conns[s.Conn] == s {
		delete(m.conns, s.Conn)
	}
	if s.Conn = conn; HostOf(conn) != 0 {
		m.conns[conn] = s
	}
	m.desk.indexVisitor(s)
	for p := range s.Places() {
		m.rooms[p.Room].members.counts(s)
	}
}

func (m *Machine) unhold(s *Session) {
	if s.Until.IsZero() { // most were never held
		return
	}
	if i, found := slices.BinarySearchFunc(m.held, s, byUntil); found {
		m.held = slices.Delete(m.held, i, i+1)
	}
	s.Until = time.Time{}
}

// ended applies Ended: s is in no room.
func (m *Machine) ended(s *Session) {
	m.touchSession(s)
	m.unindexSession(s)
	s.row = 0
}
