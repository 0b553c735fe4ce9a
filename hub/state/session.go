package state

import (
	"net/netip"
	"slices"
	"time"

	"chinwag/protocol"

	"github.com/google/uuid"
)

// Session is a client that has a nick. It outlives its connection if it has a code. Its slices are replaced, never
// written to: a copy of a Session is what it was.
type Session struct {
	ID          uuid.UUID
	Nick        protocol.Nick
	Released    bool         // its nick is free again, although it may come back
	Code        Secret       // zero: it cannot come back
	From        Address      // where it came from first
	At          netip.Prefix // where its connection comes from, or came from last
	Conn        uint64       // its connection; 0: none
	Operator    bool
	Program     bool
	Echo        bool            // it hears its own lines
	Replay      int             // lines of history on entering a room
	Room        protocol.Room   // that is in front; zero: it is in none
	Entered     uint64          // position at which it entered Room
	Watches     bool            // Room is watched, too: it is not left when another comes to the front
	Watched     []Membership    // the other rooms that it is in, in the order of coming
	Resume      protocol.Room   // where it goes when it comes back
	Rewatch     []protocol.Room // which it watches then
	Stays       []Stay          // the rooms that it is in, and was in, the last ones; several may go on
	StaysCut    uint64          // position up to which stays are not remembered; 0: all are
	Away        protocol.Text   // "" when it is not
	Ignoring    []Ignored
	Read        []protocol.ReadUpTo // how far it has read, by room, the least far first
	Created     time.Time           // when it came first
	Returned    bool                // it has come back once
	Short       bool                // it was a short stay, as of a script
	Until       time.Time           // when it ends unless it comes back; zero: it has a connection
	Seen        uint64              // position up to which its last connection got its entries; while it has one, see Told and Behind
	Behind      bool                // its client reads on from Seen by itself
	SeenAtLeast bool                // Seen may be too low by the entries of a second: its server ended without warning, or it moved to another node
	Quiet       bool                // its rooms were not told that it has no connection
	Redacted    time.Time           // its last redaction

	Ticket      protocol.Ticket // its conversation at the desk; 0: none
	Message     protocol.Ticket // that it left there when it went back to a room; 0: none
	Finished    bool            // its conversation was closed while it was away, and there is nothing but the desk
	Unread      uint64          // position at which one was closed while it was away; 0: none was
	Before      protocol.Room   // where it was before it went to the desk
	VisitsSince time.Time       // since when Turns counts
	Visits      int             // how often it has come to the desk anew

	HearsDesk     bool   // it is an operator in a room, and hears the desk
	OnDuty        bool   // and takes visitors
	HearsDeskFrom uint64 // position from which on it hears the desk
	Target        Target

	row   int64
	upto  uint64 // position up to which its row had soft fields when it was loaded
	dirty uint64 // the number of the decision that has changed it last
	soft
}

// soft holds the fields of a session that are not written each time that they change. Replay rebuilds them from the
// entries since, as far as entries tell: see touchExact.
type soft struct {
	spoken int       // lines that it has said, up to maxSpoken
	active time.Time // when its client did something last
	hushed time.Time // up to when lines that do not name where they were begun are rejected
	wrote  []Stream  // in which it has said something; replaced, never written to
	scarce bool      // it has spoken in others, too
	ids    *ring     // of its messages; nil: none
	since  uint64    // position of the first change of these that is not in its row; 0: none
}

// sessionDiagram has the states of a session. Its causes are changes. How a connection ends decides what becomes of the
// session: /quit, a kick, or the end of one without a code ends it; at the end of the input in good order it is held
// without its nick; else it is held. After a start of the server it is held in its rooms, which are not told.
// The end of a program's input is a break, too. At the desk, a session is held longer while its words there wait for
// an answer. Where it is, is in roomDiagram.
var sessionDiagram = parseDiagram(`
	none     ── Opened ────> attached    Open: a connection begins a session
	attached ── Detached ──> detached    Disconnect, Start, or its node ends: it is held for a time
	detached ── Attached ──> attached    Resume, or Open with its token
	attached ── Ended ─────> ended       /quit, /kick, Withdraw, or Disconnect without a code
	detached ── Ended ─────> ended       the time is up
`)

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
	conn, left := s.Conn, protocol.Left{Reason: protocol.Departed, Text: short(cmd.Text)}
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
	m.partTicket(s, atDesk)
	if s.Operator {
		m.returnTickets(s, left.Reason)
	}
}

// opened applies Opened: the session is in no room yet.
func (m *Machine) opened(_ *Session, c Opened) {
	s := new(Session)
	*s = c.Session
	s.row = 0
	m.touchSession(s).row = m.nextRow()
	m.indexSession(s)
	m.step(sessionDiagram, s.Nick, "none", "Opened", s.state())
}

// attached applies Attached. The hold of s is over.
func (m *Machine) attached(s *Session, c Attached) {
	was := s.state()
	m.touchSession(s)
	m.unhold(s)
	moves := s.Conn != 0 && HostOf(s.Conn) != HostOf(c.Conn)
	s.SeenAtLeast = (s.SeenAtLeast || moves) && !c.Program // and stays so until it gets an entry
	m.connect(s, c.Conn)
	s.Program, s.Echo, s.At = c.Program, c.Echo, c.At.Prefix
	s.Seen = max(s.Seen, c.Seen)
	s.Quiet, s.Short, s.Returned, s.Behind, s.Rewatch = false, false, true, true, nil
	m.reconnected(s)
	m.step(sessionDiagram, s.Nick, was, "Attached", s.state())
}

// detached applies Detached.
func (m *Machine) detached(s *Session, c Detached) {
	was := s.state()
	m.touchSession(s)
	m.unhold(s)
	m.connect(s, 0)
	s.Seen, s.Quiet, s.Short, s.Until = c.Seen, c.Quiet, c.Short, c.Until
	s.Behind, s.SeenAtLeast = false, c.Unsure
	i, _ := slices.BinarySearchFunc(m.held, s, byUntil)
	m.held = slices.Insert(m.held, i, s)
	m.step(sessionDiagram, s.Nick, was, "Detached", s.state())
}

// connect gives s a connection or takes it, and updates the counts of its rooms and of the desk.
func (m *Machine) connect(s *Session, conn uint64) {
	for p := range s.Memberships() {
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
	for p := range s.Memberships() {
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
func (m *Machine) ended(s *Session, _ Ended) {
	was := s.state()
	m.touchSession(s)
	m.unindexSession(s)
	s.row = 0
	m.step(sessionDiagram, s.Nick, was, "Ended", s.state())
}

func quitFields(v *protocol.Quit, c *coder) { c.text(&v.Text) }

// state returns whether s has a connection.
func (s *Session) state() string {
	switch {
	case s == nil || s.row == 0:
		return ended
	case s.Conn != 0:
		return "attached"
	}
	return "detached"
}
