package state

import (
	"net/netip"
	"time"

	"github.com/google/uuid"

	"chinwag/protocol"
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
	Seen        uint64              // position up to which its last connection got its entries; while it has one, see common.Seen and Behind
	Behind      bool                // its client reads on from Seen by itself
	SeenAtLeast bool                // Seen may be too low by the entries of a second: its server ended without warning, or it moved to another node
	Quiet       bool                // its rooms were not told that it has no connection
	Redacted    time.Time           // its last redaction

	Ticket      protocol.Ticket // its conversation at the desk; 0: none
	Message     protocol.Ticket // that it left there when it went back to a room; 0: none
	Finished    bool            // its conversation was closed while it was away, and there is nothing but the desk
	Unread      uint64          // position at which one was closed while it was away; 0: none was
	Before      protocol.Room   // where it was before it went to the desk
	VisitsSince time.Time       // since when Visits counts
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

// sessionDiagram has the states of a session. Its causes are changes. How a connection ends decides what becomes of the
// session: /quit, a kick, or the end of one without a code ends it; at the end of the input in good order it is held
// without its nick; else it is held. After a start of the server it is held in its rooms, which are not told. The end
// of a program's input is a break, too. At the desk, a session is held longer while its words there wait for an answer.
// Where it is, is in roomDiagram.
var sessionDiagram = parseDiagram(`
	none     ── Opened ────> attached    Open: a connection begins a session
	attached ── Detached ──> detached    Disconnect, Start, or its node ends: it is held for a time
	detached ── Attached ──> attached    Resume, or Open with its token
	attached ── Ended ─────> ended       /quit, /kick, a break without a code, a guest that says hello or resumes, /close at a desk
	detached ── Ended ─────> ended       the time is up, /kick, or its ticket is dropped
`)

// Opened begins a session. It is in no room before its Joined.
type Opened struct{ Session Session }

func (Opened) change() {}

// fields codes the session as its row does, after the version of that.
func (o *Opened) fields(c *coder) {
	own, row := c.version, [1]byte{kinds[ofSession].version}
	if c.bytes(row[:]); row[0] == 0 || row[0] > kinds[ofSession].version {
		c.fail(errVersion)
		return
	}
	c.version = row[0]
	o.Session.fields(c, &o.Session.upto)
	c.version = own
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

// Attached gives a session another connection.
type Attached struct {
	Conn    uint64
	Was     uint64 // the connection that it had; 0: none
	Seen    uint64 // position up to which Was got its entries at least, if it was on another node
	Program bool
	Echo    bool
	At      Address
}

func (Attached) change() {}

func (o *Attached) fields(c *coder) {
	number(c, &o.Conn)
	number(c, &o.Was)
	number(c, &o.Seen)
	c.flags(&o.Program, &o.Echo)
	c.address(&o.At)
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

// Detached removes the connection of a session, which is held until a time. Quiet: it stays in its rooms, because the
// other members are not told of a restart.
type Detached struct {
	Until  time.Time
	Seen   uint64
	Quiet  bool
	Unsure bool // Seen may be too low by the entries of a second
	Short  bool // a short stay, as of a script: its nick may go to the next run
}

func (Detached) change() {}

func (o *Detached) fields(c *coder) {
	c.time(&o.Until)
	number(c, &o.Seen)
	c.flags(&o.Quiet, &o.Unsure, &o.Short)
}

// detached applies Detached.
func (m *Machine) detached(s *Session, c Detached) {
	was := s.state()
	m.touchSession(s)
	m.unhold(s)
	m.connect(s, 0)
	s.Seen, s.Quiet, s.Short, s.Until = c.Seen, c.Quiet, c.Short, c.Until
	s.Behind, s.SeenAtLeast = false, c.Unsure
	insert(&m.held, s, byUntil)
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
	remove(&m.held, s, byUntil)
	s.Until = time.Time{}
}

// Ended ends a session.
type Ended struct{}

func (Ended) change() {}

// ended applies Ended: s is in no room.
func (m *Machine) ended(s *Session, _ Ended) {
	was := s.state()
	m.touchSession(s)
	m.unindexSession(s)
	s.row = 0
	m.step(sessionDiagram, s.Nick, was, "Ended", s.state())
}

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
