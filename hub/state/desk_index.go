package state

import (
	"cmp"
	"net/netip"

	"github.com/google/uuid"

	"chinwag/protocol"
)

// desk holds the lists of the desk, which follow from tickets and sessions.
type desk struct {
	tickets      map[protocol.Ticket]*Ticket // all that are open
	queue        []*Ticket                   // that wait, in the order of their numbers
	operators    []*Session                  // in the order of HearsDeskFrom
	absent       []*Ticket                   // whose visitor has lost the connection, in the order of LeftAt
	messages     []*Ticket                   // whose visitor has gone, in the same order
	visitors     map[*Session]bool           // connected visitors: each takes a place
	visitorsFrom map[netip.Prefix]int        // of them from one address
	unread       []*Session                  // whose conversation was closed while they were away, in the order of Unread
	limits       limits
	changed      bool // something has changed in this decision
	dropped      int  // conversations dropped in this decision
}

func newDesk() desk {
	return desk{tickets: map[protocol.Ticket]*Ticket{}, visitors: map[*Session]bool{}, visitorsFrom: map[netip.Prefix]int{}}
}

// indexTicket adds t to the lists in which it belongs.
func (m *Machine) indexTicket(t *Ticket) {
	if t.row == 0 {
		return
	}
	d := &m.desk
	d.limits.known = false
	d.tickets[t.No] = t
	if t.waits() {
		insert(&d.queue, t, byNumber)
	}
	switch {
	case t.Message:
		insert(&d.messages, t, byLeaving)
	case t.Absent:
		insert(&d.absent, t, byLeaving)
	}
}

// unindexTicket is the opposite of indexTicket.
func (m *Machine) unindexTicket(t *Ticket) {
	d := &m.desk
	if d.tickets[t.No] != t {
		return
	}
	d.limits.known = false
	delete(d.tickets, t.No)
	remove(&d.queue, t, byNumber)
	remove(&d.messages, t, byLeaving)
	remove(&d.absent, t, byLeaving)
}

// indexVisitor gives a connected visitor a place at the desk, and lists a session that may come back to read how its
// conversation ended.
func (d *desk) indexVisitor(s *Session) {
	if s.Unread != 0 && s.Conn == 0 {
		insert(&d.unread, s, byUnread)
	}
	if s.Ticket == 0 || s.Conn == 0 || d.visitors[s] {
		return
	}
	d.changed, d.visitors[s] = true, true
	if at := s.From.Prefix; at.IsValid() {
		d.visitorsFrom[at]++
	}
}

// unindexVisitor is the opposite of indexVisitor.
func (d *desk) unindexVisitor(s *Session) {
	remove(&d.unread, s, byUnread)
	if !d.visitors[s] {
		return
	}
	d.changed = true
	delete(d.visitors, s)
	at := s.From.Prefix
	if !at.IsValid() {
		return
	}
	if d.visitorsFrom[at]--; d.visitorsFrom[at] == 0 {
		delete(d.visitorsFrom, at)
	}
}

// reindexTicket changes t by f, and the lists with it.
func (m *Machine) reindexTicket(t *Ticket, f func(*Ticket)) {
	m.touchTicket(t)
	m.unindexTicket(t)
	f(t)
	m.indexTicket(t)
}

func byNumber(a, b *Ticket) int  { return cmp.Compare(a.No, b.No) }
func byLeaving(a, b *Ticket) int { return cmp.Or(cmp.Compare(a.LeftAt, b.LeftAt), byNumber(a, b)) }
func byUnread(a, b *Session) int {
	return cmp.Or(cmp.Compare(a.Unread, b.Unread), byRow(a, b))
}

// waits reports whether no operator has t.
func (t *Ticket) waits() bool { return t.Operator == uuid.Nil }
