package state

import (
	"slices"
	"time"

	"chinwag/protocol"
)

// A session begins with a connection, in one room, and may enter others. What becomes of it when that is over depends on how
// it ends:
//
//	               /quit ─────────────────────────────> the session ends
//	connected ──── the input ends in good order ──────> it is held without its nick
//	    ^          the connection breaks ─────────────> it is held
//	    │          the server starts again ───────────> it is held in its rooms, and the others are not told
//	    └── somebody has its code or token ── held ── time is up ──> the session ends
//
// A program never means to go by ending its input: that is a break. At the desk, a session is held longer
// while what it has said there waits to be answered.

// lose is the end of a session's connection. The goodbye is for one that is there to be told it.
func (m *Machine) lose(s *Session, op Lost) {
	why := op.Reason
	hungUp := why == protocol.Quit && !s.Program
	if why == protocol.Quit && s.Program {
		why = protocol.Lost
	}
	conn, left := s.Conn, protocol.Left{Reason: why}
	seen := max(s.Seen, op.Seen) // its node may not have told it anything yet
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

// quit is a session's own goodbye.
func (m *Machine) quit(s *Session, t protocol.Text) {
	conn, left := s.Conn, protocol.Left{Reason: protocol.Quit, Text: t}
	if s.Room == protocol.DeskRoom && s.Code != (Secret{}) && m.leavesMessage(s) {
		m.detach(s, left, m.Settings.Hold, m.head) // it is told all that comes before the goodbye
	} else {
		m.end(s, left)
	}
	m.tell(conn, Answer{Event: protocol.Goodbye{Reason: protocol.Quit}})
}

// withdraw ends the session of a connection that goes on, and is nowhere before its hello.
func (m *Machine) withdraw(s *Session) { m.end(s, protocol.Left{Reason: protocol.Quit}) }

// detach has s leave its rooms and be held so long.
func (m *Machine) detach(s *Session, left protocol.Left, long time.Duration, seen uint64) {
	short := m.isShortStay(s)
	m.part(s, left)
	m.change(s.ID, Detached{Until: m.now.Add(long), Seen: seen, Unsure: s.Unsure && seen == s.Seen, Short: short})
}

// end has s leave its rooms, for the reason in left, with all that it has at the desk, and end.
func (m *Machine) end(s *Session, left protocol.Left) {
	why := protocol.Quit // for the desk: it does not come back
	if left.Reason == protocol.Kicked {
		why = protocol.Kicked
	}
	m.partFor(s, left, why)
	m.change(s.ID, Ended{})
}

// part has s leave its rooms, with all that it has at the desk.
func (m *Machine) part(s *Session, left protocol.Left) { m.partFor(s, left, left.Reason) }

// partFor is part with another reason for the desk. A session that is in no room may have something there, too. It
// leaves all of its rooms.
func (m *Machine) partFor(s *Session, left protocol.Left, atDesk protocol.Reason) {
	left.From, left.Rooms = s.Nick, s.shared()
	m.emitEach(s, func(at protocol.Stamp) protocol.Recorded {
		left.Stamp = at
		return left
	})
	m.partTicket(s, atDesk)
	if s.Operator {
		m.returnTickets(s, left.Reason)
	}
}

// opened begins a session, in no room yet.
func (m *Machine) opened(c Opened) {
	s := new(Session)
	*s = c.Session
	s.row = 0
	m.touchSession(s).row = m.nextRow()
	m.indexSession(s)
}

// attached gives s a connection. What it was held for is over.
func (m *Machine) attached(s *Session, c Attached) {
	m.touchSession(s)
	m.unhold(s)
	moves := s.Conn != 0 && HostOf(s.Conn) != HostOf(c.Conn)
	s.Unsure = (s.Unsure || moves) && !c.Program // and stays so until it is told something
	m.connect(s, c.Conn)
	s.Program, s.Echo, s.At = c.Program, c.Echo, c.At.Prefix
	s.Seen = max(s.Seen, c.Seen)
	s.Quiet, s.Short, s.Returned, s.Behind, s.Rewatch = false, false, true, true, nil
}

// detached takes the connection of s.
func (m *Machine) detached(s *Session, c Detached) {
	m.touchSession(s)
	m.unhold(s)
	m.connect(s, 0)
	s.Seen, s.Quiet, s.Short, s.Until = c.Seen, c.Quiet, c.Short, c.Until
	s.Behind, s.Unsure = false, c.Unsure
	i, _ := slices.BinarySearchFunc(m.held, s, byUntil)
	m.held = slices.Insert(m.held, i, s)
}

// connect gives s a connection or takes it. The counts follow: those of its rooms, and of the desk.
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
	if s.Until.IsZero() { // most have not gone before
		return
	}
	if i, found := slices.BinarySearchFunc(m.held, s, byUntil); found {
		m.held = slices.Delete(m.held, i, i+1)
	}
	s.Until = time.Time{}
}

// ended forgets a session, which is in no room.
func (m *Machine) ended(s *Session) {
	m.touchSession(s)
	m.unindexSession(s)
	s.row = 0
}
