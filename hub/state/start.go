package state

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/google/uuid"

	"chinwag/protocol"
)

const (
	shortHold = time.Hour // a hold of less does not run while the server is away
	soonAgain = time.Hour // between starts that come one soon after the other
	maxStarts = 5         // one soon after the other, of which each extends holds
)

// start is the first decision of a server that has started: its settings replace the old ones, and no session has a
// connection. The other members are not told: a session that was connected is held in its rooms. A session that was
// held is held anew, because it could not come back while the server was away. Where other nodes are live, their
// sessions go on. A lone server knows of no other node.
func (m *Machine) start(_ *Session, op Start) {
	was, set := m.Settings, op.Settings.exact()
	if !reflect.DeepEqual(was, set) {
		m.change(uuid.Nil, Configured{set})
	}
	told, away := m.Seen, m.in.Node == 0 || len(m.liveNodes()) == 0
	if away {
		m.change(uuid.Nil, Started{})
	}
	if op.Legacy != nil {
		m.inherit(op.Legacy)
	}
	for _, s := range slices.SortedFunc(maps.Values(m.sessions), byRow) {
		if s.Operator && was.Password != m.Settings.Password {
			m.demote(s)
		}
		m.restartSession(s, told, away)
	}
	if m.in.Node != 0 {
		m.change(uuid.Nil, NodeBegan{m.in.Node, m.in.Incarnation, op.Rules, op.Epoch})
	} else if m.Order != nil {
		m.touchCommon().Order = nil
		m.keepReplies()
	}
	if was.Desk && !m.Settings.Desk {
		m.openRooms()
	}
}

func byRow(a, b *Session) int { return cmp.Compare(a.row, b.row) }

// demote makes a session no operator any more: the password by which it became one has changed.
func (m *Machine) demote(s *Session) {
	m.change(s.ID, Demoted{})
	m.returnTickets(s, protocol.Lost)
	switch {
	case m.Settings.Desk || !s.isIn(protocol.OperatorsRoom):
	case len(s.Watched) > 0:
		m.leaveRoom(s, protocol.OperatorsRoom)
	default:
		m.goTo(s, protocol.Lobby)
	}
	if st := OfRoom(protocol.OperatorsRoom); !s.isIn(protocol.OperatorsRoom) && s.hasStay(st) { // it has lost the connection there
		m.change(s.ID, StayEnded{st})
	}
}

// restartSession does what a start means for a session. away: no other node is live.
func (m *Machine) restartSession(s *Session, alone seen, away bool) {
	of := alone
	if n := m.node(HostOf(s.Conn)); n != nil {
		of = n.Seen
	}
	until := m.now.Add(m.Settings.Hold)
	switch {
	case s.isIn(protocol.OperatorsRoom) && !s.Operator:
		m.end(s, protocol.Left{Reason: protocol.Lost})
	case s.Conn != 0 && (away || !m.isLive(HostOf(s.Conn))):
		m.loseNode(s, of)
	case away && s.Conn == 0 && m.isHeldAnew(s) && s.Until.Before(until):
		m.change(s.ID, Detached{Until: until, Seen: s.Seen, Unsure: s.SeenAtLeast, Quiet: s.Quiet, Short: s.Short})
	}
}

// isHeldAnew reports whether a start extends the hold of s. Many starts, one soon after the other, do not extend it for
// ever.
func (m *Machine) isHeldAnew(s *Session) bool {
	return m.Settings.Hold < shortHold && s.Until.Sub(m.now) < shortHold && m.Starts <= maxStarts
}

// openRooms moves visitors to the lobby, as the server is no longer only a desk. What they have said waits as a
// message. A visitor that has lost its connection keeps its ticket. The opposite is in resumeRoom: a member of a closed
// room goes to the desk when it comes back.
func (m *Machine) openRooms() {
	r := m.rooms[protocol.DeskRoom]
	if r == nil {
		return
	}
	for _, s := range slices.Collect(r.members.all()) {
		if t := m.desk.tickets[s.Ticket]; t != nil {
			event := protocol.VisitorLeftMessage
			if t.First.IsBlank() {
				event = protocol.VisitorLeft
			}
			m.emit(Desk, s.ID, protocol.TicketChanged{Meta: m.stamp(protocol.DeskRoom), Ticket: t.No, From: s.Nick, Event: event})
		}
		m.goTo(s, protocol.Lobby)
	}
}

// Started is the start of a server.
type Started struct{}

func (Started) change() {}

// started counts the starts that come one soon after the other.
func (m *Machine) started(*Session, Started) {
	c := m.touchCommon()
	if m.now.Sub(c.Started) >= soonAgain {
		c.Starts = 0
	}
	c.Starts, c.Started, c.Seen.Clean = c.Starts+1, m.now, false
}
