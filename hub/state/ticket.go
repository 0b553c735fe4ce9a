package state

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"chinwag/protocol"
)

// Ticket is one visitor's conversation at the desk.
type Ticket struct {
	No       protocol.Ticket
	Session  uuid.UUID     // the visitor's, also when it has ended
	Nick     protocol.Nick // of the visitor, also then
	From     Address
	Since    time.Time     // when the waiting began
	Opened   uint64        // position
	Left     time.Time     // when the visitor went, and
	LeftAt   uint64        // the position of that; of no meaning while the visitor is there
	First    protocol.Text // the first words, not all of many; empty: none yet
	Operator uuid.UUID     // the operator that has it; zero: it waits
	Absent   bool          // the visitor is not there: it has lost its connection, or
	Message  bool          // it has gone, and its words wait for an answer
	OnHold   bool          // asked to wait a moment
	Kept     bool          // it is from before a start that lowered a bound, and is not dropped for that

	row   int64
	dirty uint64
}

// ticketDiagram has the states of a ticket. Its causes are what operators are told, as TicketChanged and Replied, and
// Inherited. A ticket that is lost or a message may be an operator's, too, and comes back as it was.
var ticketDiagram = parseDiagram(`
	none    ── waiting ────> waiting    a visitor comes to the desk
	none    ── Inherited ──> message    a journal without rows holds it

	waiting ── taken ──────> taken      /next, /take, an answer, or it is assigned to the only operator
	waiting ── handed ─────> taken      /hand of a visitor that waits
	taken   ── held ───────> on hold    /hold
	on hold ── replied ────> taken      the operator answers
	on hold ── handed ─────> taken      /hand
	taken   ── returned ───> waiting    the operator leaves, or is silent for too long
	on hold ── returned ───> waiting    the same

	waiting ── lost ───────> lost       the visitor loses its connection
	taken   ── lost ───────> lost
	on hold ── lost ───────> lost
	waiting ── message ────> message    the visitor leaves, has said something, and no operator is on duty
	taken   ── message ────> message    the server starts, and is not only a desk any more
	on hold ── message ────> message
	lost    ── message ────> message    the visitor is not back in time, has said something, and no operator is on duty
	lost    ── back ───────> waiting    the visitor is back
	lost    ── back ───────> taken
	lost    ── back ───────> on hold
	message ── back ───────> waiting
	message ── back ───────> taken
	message ── back ───────> on hold

	waiting ── gone ───────> ended      the visitor leaves, is kicked, or its session ends
	taken   ── gone ───────> ended
	on hold ── gone ───────> ended
	lost    ── gone ───────> ended      the visitor is not back in time, or too many are lost
	message ── gone ───────> ended      it is not answered in time, or there are too many
	waiting ── closed ─────> ended      /close
	taken   ── closed ─────> ended
	on hold ── closed ─────> ended
	lost    ── closed ─────> ended
	message ── closed ─────> ended
`)

// name names t as operators see it.
func (t *Ticket) name() string { return t.No.String() + " " + t.Nick.String() }

// knows reports whether a line may be meant for the visitor of that number: the ticket is open, or has ended lately.
func (m *Machine) knows(no protocol.Ticket) bool {
	return m.desk.tickets[no] != nil || slices.Contains(m.common.Ended, no)
}

// ticketChanged applies TicketChanged. s is its author; nil: the session of a message, which has ended.
func (m *Machine) ticketChanged(s *Session, ev protocol.TicketChanged, e *Event) {
	m.desk.changed = true
	if ev.Event == protocol.VisitorWaits {
		m.ticketOpened(s, ev)
		return
	}
	t := m.desk.tickets[ev.Ticket]
	must(t != nil, "ticket %d, which has ended, changes by %s", ev.Ticket, ev.Event)
	was := t.state()
	m.reindexTicket(t, func(t *Ticket) {
		switch ev.Event {
		case protocol.VisitorTaken:
			m.give(t, s)
		case protocol.VisitorHanded:
			m.give(t, m.named(ev.To))
		case protocol.VisitorHeld:
			t.OnHold = true
		case protocol.VisitorReturned:
			t.Operator, t.OnHold = uuid.Nil, false
		case protocol.VisitorLost, protocol.VisitorLeftMessage:
			t.Absent, t.Message = true, ev.Event == protocol.VisitorLeftMessage
			t.Left, t.LeftAt = m.now, e.Seq
		case protocol.VisitorBack:
			t.Absent, t.Message, t.Nick = false, false, ev.From
			m.setTickets(s, t.No, 0)
		case protocol.VisitorRenamed:
			t.Nick = ev.To
		case protocol.TicketClosed, protocol.VisitorLeft:
			m.ticketEnded(t)
		default:
			panic("state: an unknown event of a ticket: " + string(ev.Event))
		}
	})
	m.step(ticketDiagram, t.No, was, string(ev.Event), t.state())
}

// state returns the state of t: whether its visitor is there comes before which operator has it.
func (t *Ticket) state() string {
	switch {
	case t.row == 0:
		return ended
	case t.Message:
		return "message"
	case t.Absent:
		return "lost"
	case t.OnHold:
		return "on hold"
	case !t.waits():
		return "taken"
	}
	return "waiting"
}

func (m *Machine) ticketOpened(s *Session, ev protocol.TicketChanged) {
	m.touchCommon().Tickets = ev.Ticket
	m.setTickets(s, ev.Ticket, s.Message)
	if m.now.Sub(s.VisitsSince) >= visitPeriod {
		s.VisitsSince, s.Visits = m.now, 0
	}
	s.Visits++
	t := &Ticket{No: ev.Ticket, Session: s.ID, Nick: ev.From, From: s.From, Since: m.now, Opened: ev.Seq}
	m.reindexTicket(t, func(t *Ticket) { t.row = m.nextRow() })
	m.step(ticketDiagram, t.No, "none", string(ev.Event), t.state())
}

// setTickets sets the ticket of which s is the visitor, and the one that it has left as a message; 0: none.
func (m *Machine) setTickets(s *Session, no, message protocol.Ticket) {
	m.touchSession(s)
	m.desk.unindexVisitor(s)
	s.Ticket, s.Message = no, message
	m.desk.indexVisitor(s)
}

// give assigns t to an operator, which has the whole time to answer.
func (m *Machine) give(t *Ticket, to *Session) {
	t.Operator, t.OnHold = to.ID, false
	if to.active.Before(m.now) {
		m.touchExact(to).active = m.now
	}
}

// ticketEnded removes t, and remembers its number.
func (m *Machine) ticketEnded(t *Ticket) {
	t.row = 0
	ended := m.common.Ended
	m.touchCommon().Ended = append(slices.Clone(ended[max(0, len(ended)+1-MaxEnded):]), t.No)
	switch v := m.sessions[t.Session]; {
	case v == nil:
	case v.Ticket == t.No:
		m.setTickets(v, 0, v.Message)
	case v.Message == t.No:
		m.setTickets(v, v.Ticket, 0)
	}
}

// MessageLeft turns the conversation of a visitor that has gone to a room into a message.
type MessageLeft struct{}

func (MessageLeft) change() {}

// messageLeft applies MessageLeft.
func (m *Machine) messageLeft(s *Session, _ MessageLeft) { m.setTickets(s, 0, s.Ticket) }

// ResumeSet sets where a session goes when it comes back, after its conversation at the desk was closed while it was
// away. Finished: the server is only a desk, and the session comes back to its goodbye.
type ResumeSet struct {
	Resume   protocol.Room
	Finished bool
}

func (ResumeSet) change() {}

func (o *ResumeSet) fields(c *coder) {
	c.room(&o.Resume)
	c.flags(&o.Finished)
}

// resumeSet applies ResumeSet.
func (m *Machine) resumeSet(s *Session, c ResumeSet) {
	m.touchSession(s)
	m.desk.unindexVisitor(s)
	s.Resume, s.Finished, s.Unread = c.Resume, c.Finished, m.head
	m.desk.indexVisitor(s)
}

// noteFirstWords keeps the first words of a visitor, which the queue shows.
func (m *Machine) noteFirstWords(ev protocol.VisitorSaid) {
	if t := m.desk.tickets[ev.Ticket]; t != nil && t.First.IsBlank() {
		m.touchTicket(t).First = ev.Text.Short(maxFirst)
	}
}

// replied ends a hold.
func (m *Machine) replied(ev protocol.Replied) {
	if t := m.desk.tickets[ev.Ticket]; t != nil && t.OnHold {
		was := t.state()
		m.touchTicket(t).OnHold = false
		m.step(ticketDiagram, t.No, was, "replied", t.state())
	}
}
