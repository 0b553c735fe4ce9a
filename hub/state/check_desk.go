package state

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/google/uuid"

	"chinwag/protocol"
)

func (m *Machine) checkTickets(c *checks) {
	var queue, absent, messages []*Ticket
	for no, t := range m.desk.tickets {
		c.that(t.No == no && t.No > 0 && t.No <= m.Tickets, "%s is found as %s, of %d", t.No, no, m.Tickets)
		c.that(t.row != 0, "%s is over, and is found", t.name())
		c.that(!t.Message || t.Absent, "%s has left a message, and is there", t.name())
		c.that(!t.OnHold || t.Operator != uuid.Nil, "%s is on hold, and no operator has it", t.name())
		by, v := m.sessions[t.Operator], m.sessions[t.Session]
		c.that(t.Operator == uuid.Nil || by != nil && by.HearsDesk, "%s is had by somebody who does not serve", t.name())
		c.that(v != nil || t.Message, "the visitor of %s is over, and it is open", t.name())
		c.that(v == nil || v.Ticket == no || v.Message == no, "%s of %s, who is at %s and has left %s", t.name(), v.nickOrNone(), v.visiting(), v.message())
		c.that(v == nil || v.Message != no || t.Message, "%s has gone from %s, which is no message", v.nickOrNone(), t.name())
		switch {
		case !t.Absent:
			c.that(v != nil && v.Ticket == no && v.Room == protocol.DeskRoom, "%s is there, and the visitor is not", t.name())
		case t.Message:
			messages = append(messages, t)
		default:
			absent = append(absent, t)
		}
		if t.Operator == uuid.Nil {
			queue = append(queue, t)
		}
	}
	sameTickets(c, "queue", m.desk.queue, queue, func(t *Ticket) uint64 { return uint64(t.No) })
	sameTickets(c, "absent", m.desk.absent, absent, func(t *Ticket) uint64 { return t.LeftAt })
	sameTickets(c, "messages", m.desk.messages, messages, func(t *Ticket) uint64 { return t.LeftAt })
	for _, s := range m.sessions {
		t := m.desk.tickets[s.Ticket]
		c.that(s.Ticket == 0 || t != nil && t.Session == s.ID, "%s is at %s, which is over or another's", s.Nick, s.Ticket)
		t = m.desk.tickets[s.Message]
		c.that(s.Message == 0 || t != nil && t.Session == s.ID, "%s has left %s, which is over or another's", s.Nick, s.Message)
		c.that(s.Room != protocol.DeskRoom || s.Ticket != 0, "%s is at the desk, without a ticket", s.Nick)
		c.that(s.Ticket == 0 || !s.HearsDesk, "%s is a visitor, and serves", s.Nick)
	}
}

// checkVisitors checks the places taken at the desk, and the list of sessions that may come back to read how their
// conversation ended.
func (m *Machine) checkVisitors(c *checks) {
	there, unread, from := 0, 0, map[netip.Prefix]int{}
	for _, s := range m.sessions {
		if s.Unread != 0 && s.Conn == 0 {
			unread++
		}
		if s.Ticket == 0 || s.Conn == 0 {
			continue
		}
		there++
		c.that(m.desk.visitors[s], "%s is there, and takes no place", s.Nick)
		if s.From.Prefix.IsValid() {
			from[s.From.Prefix]++
		}
	}
	c.that(len(m.desk.visitors) == there, "%d places are taken, and %d are counted", there, len(m.desk.visitors))
	c.that(len(from) == len(m.desk.visitorsFrom), "places are taken from %d addresses, and %d are counted", len(from), len(m.desk.visitorsFrom))
	for at, n := range from {
		c.that(m.desk.visitorsFrom[at] == n, "%d places are taken from %s, and %d are counted", n, at, m.desk.visitorsFrom[at])
	}
	c.that(len(m.desk.unread) == unread && unread <= MaxUnread, "%d may read how it ended, and %d are in the list", unread, len(m.desk.unread))
	c.that(slices.IsSortedFunc(m.desk.unread, byUnread), "those who may read how it ended are not in order")
	c.that(len(m.common.Ended) <= MaxEnded, "%d numbers are remembered", len(m.common.Ended))
}

func (s *Session) nickOrNone() string {
	if s == nil {
		return "nobody"
	}
	return s.Nick.String()
}

func (s *Session) visiting() protocol.Ticket {
	if s == nil {
		return 0
	}
	return s.Ticket
}

func (s *Session) message() protocol.Ticket {
	if s == nil {
		return 0
	}
	return s.Message
}

// sameTickets checks that a list holds exactly the tickets of want, in the order of by.
func sameTickets(c *checks, name string, list, want []*Ticket, by func(*Ticket) uint64) {
	c.that(slices.IsSortedFunc(list, func(a, b *Ticket) int { return cmp.Compare(by(a), by(b)) }), "%s is not in order", name)
	c.that(len(list) == len(want), "%s has %d tickets, and should have %d", name, len(list), len(want))
	for _, t := range want {
		c.that(slices.Contains(list, t), "%s is not in %s", t.name(), name)
	}
}

func (m *Machine) checkOperators(c *checks) {
	n := 0
	for _, s := range m.sessions {
		if s.HearsDesk {
			n++
			c.that(slices.Contains(m.desk.operators, s), "%s serves, and is not in the list", s.Nick)
		}
	}
	c.that(n == len(m.desk.operators), "%d serve, and %d are in the list", n, len(m.desk.operators))
	c.that(slices.IsSortedFunc(m.desk.operators, byServed), "the operators are not in order")
}
