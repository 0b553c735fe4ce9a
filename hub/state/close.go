package state

import (
	"fmt"
	"maps"
	"slices"

	"chinwag/protocol"
)

// An operator closes one conversation, or many of them a group at a time, so that no other intent waits long.

// closing is the rest of a close of many.
type closing struct {
	Text        protocol.Text
	Rest        []protocol.Ticket // in order
	Closed      int               // so far
	First, Last protocol.Ticket   // of those closed
	Left        int               // not closed, because other operators have them
}

// Stopped returns c without the rest: it only reports what was closed so far.
func (c Continue) Stopped() Continue {
	c.closing.Rest = nil
	return c
}

// closeTicket closes a conversation. The visitor goes back to its room or, where there is only the desk, gets its
// goodbye.
func (m *Machine) closeTicket(s *Session, cmd protocol.Close) {
	if cmd.Text = DropLong(cmd.Text); cmd.Many() {
		m.closeMany(s, cmd)
		return
	}
	t, why := m.owned(s, cmd.Ticket)
	if why != nil {
		m.reject(s, why)
		return
	}
	v := m.endTicket(s, t, cmd.Text, false)
	m.answer(s, m.withTarget(s, protocol.Target{Event: protocol.TicketClosed, Ticket: t.No, Nick: t.Nick}))
	if v != nil {
		m.dismiss(v)
	}
}

// endTicket closes t, which s may close. It returns the session that is to be seen out; nil: there is none.
func (m *Machine) endTicket(s *Session, t *Ticket, text protocol.Text, many bool) *Session {
	v := m.sessions[t.Session]
	if v != nil && v.Ticket != t.No {
		v = nil
	}
	m.toVisitor(s, t, protocol.VisitorNotice{Event: protocol.TicketClosed, By: s.Nick, Text: text})
	m.tellOfTicket(s, t, protocol.TicketChanged{Event: protocol.TicketClosed, Text: text, Many: many})
	switch t.No {
	case s.Target.Ticket:
		m.suspendTarget(s)
	case s.Target.Pending:
		m.dropPending(s)
		m.guardPaste(s)
	}
	return v
}

// closeMany closes all that cmd names and s may close.
func (m *Machine) closeMany(s *Session, cmd protocol.Close) {
	nos := slices.Sorted(maps.Keys(m.desk.tickets))
	if cmd.Address == (protocol.Origin{}) {
		nos = cmd.Tickets.Among(nos)
	} else {
		nos = slices.DeleteFunc(nos, func(no protocol.Ticket) bool { return !cmd.Address.Has(m.desk.tickets[no].From.Prefix) })
	}
	if len(nos) == 0 {
		m.rejectf(s, "no-visitor", "there is no such visitor here: /queue shows who is")
		return
	}
	m.closeNext(s, Continue{closing{Text: cmd.Text, Rest: nos}})
}

// closeNext closes the next group. After the last it reports on all.
func (m *Machine) closeNext(s *Session, op Continue) {
	c := op.closing
	var visitors []*Session
	ended := 0
	for len(c.Rest) > 0 && ended < MaxEndedAtOnce {
		t := m.desk.tickets[c.Rest[0]]
		c.Rest = c.Rest[1:]
		switch {
		case t == nil: // it has ended meanwhile
		case !t.waits() && t.Operator != s.ID:
			c.Left++
		default:
			if v := m.endTicket(s, t, c.Text, true); v != nil {
				visitors = append(visitors, v)
			}
			c.count(t.No)
			ended++
		}
	}
	if len(c.Rest) == 0 {
		m.tellClosed(s, &c)
	} else {
		m.out.Next = Continue{c}
	}
	for _, v := range visitors {
		m.dismiss(v)
	}
}

func (c *closing) count(no protocol.Ticket) {
	if c.Closed == 0 {
		c.First = no
	}
	c.Closed, c.Last = c.Closed+1, no
}

// tellClosed answers s, and tells the other operators of all in one notice: their clients show no line for each.
func (m *Machine) tellClosed(s *Session, c *closing) {
	m.answer(s, m.withTarget(s, protocol.Target{Event: protocol.TicketClosed, Count: c.Closed, Left: c.Left}))
	if c.Closed == 0 {
		return
	}
	which := c.First.String()
	if c.Closed > 1 {
		which = fmt.Sprintf("from %s to %s", which, c.Last)
	}
	for _, o := range m.desk.operators {
		if o != s {
			m.notice(o, fmt.Sprintf("%s closed %s: %s", s.Nick, plural(c.Closed, "conversation"), which))
		}
	}
}

func plural(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprint(n, " ", what)
}

const (
	maxTickets = 100 * (20 + 1 + 20 + 1) // bytes of the numbers that one command names
	maxOrigin  = 64
)

func closeFields(v *protocol.Close, c *coder) {
	number(c, &v.Ticket)
	parsed(c, &v.Tickets, maxTickets, protocol.ParseTickets)
	parsed(c, &v.Address, maxOrigin, protocol.ParseOrigin)
	c.text(&v.Text)
}
