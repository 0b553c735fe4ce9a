package state

import (
	"maps"
	"net/netip"
	"slices"
	"time"

	"chinwag/protocol"
)

// Visitors who have gone leave tickets at the desk: messages, and those of the absent, who may come
// back. These take no place of visitors who are there, and have bounds of their own, in all
// and for an address; beyond them the oldest goes, in all of the address that has most. What an
// operator has counts no more, and does not go. What was there before a start that lowered a bound counts, and does
// not go either: while it is too much, what comes goes at once.

// limits is what limitDesk has to do, as it was worked out last.
type limits struct {
	known  bool // false: the lists have changed since
	of     Settings
	more   bool      // there is too much
	oldest time.Time // when the first message was left that may expire; zero: there is none
}

// limitDesk ends what has waited at the desk too long, and what is too much, as far as one decision does.
func (m *Machine) limitDesk() {
	if due := m.nextDeskDue(); due.IsZero() || due.After(m.now) {
		return
	}
	d, set := &m.desk, &m.Settings
	left := MaxAtOnce - d.dropped
	expired := m.drop(d.expired(m.now.Add(-set.Messages), left), protocol.Silent)
	left -= expired
	messages := m.drop(surplus(d.messages, set.MessagesPerAddress, set.MessagesKept, left), protocol.Full)
	left -= messages
	absent := m.drop(surplus(d.absent, set.VisitorsPerAddress, set.Visitors, left), protocol.Full)
	d.dropped += expired + messages + absent
	m.addDropped(losses{messages, absent, expired})
	m.tellDropped()
}

// nextDeskDue is when limitDesk has something to do next; zero: never.
func (m *Machine) nextDeskDue() time.Time {
	l := m.limitsNow()
	if l.more {
		return m.now
	}
	due := m.dropDue()
	if l.oldest.IsZero() {
		return due
	}
	if expiry := l.oldest.Add(m.Settings.Messages); due.IsZero() || expiry.Before(due) {
		due = expiry
	}
	return due
}

func (m *Machine) limitsNow() *limits {
	d, set := &m.desk, &m.Settings
	if l := &d.limits; !l.known || !l.isOf(set) {
		more := len(surplus(d.messages, set.MessagesPerAddress, set.MessagesKept, 1)) > 0 ||
			len(surplus(d.absent, set.VisitorsPerAddress, set.Visitors, 1)) > 0
		*l = limits{known: true, of: *set, more: more}
		if i := slices.IndexFunc(d.messages, (*Ticket).waits); i >= 0 {
			l.oldest = d.messages[i].Left
		}
	}
	return &d.limits
}

// configured is the change of that name. By lower bounds nothing goes that waits already.
func (m *Machine) configured(c Configured) {
	was, set := m.Settings, &c.Settings
	m.touchCommon().Settings = c.Settings
	m.keepReplies()
	if set.Visitors >= was.Visitors && set.VisitorsPerAddress >= was.VisitorsPerAddress &&
		set.MessagesKept >= was.MessagesKept && set.MessagesPerAddress >= was.MessagesPerAddress {
		return
	}
	for _, t := range slices.SortedFunc(maps.Values(m.desk.tickets), byNumber) {
		m.touchTicket(t).Kept = true
	}
}

// isOf reports whether l was worked out for the bounds of set.
func (l *limits) isOf(set *Settings) bool {
	return l.of.Visitors == set.Visitors && l.of.VisitorsPerAddress == set.VisitorsPerAddress &&
		l.of.MessagesKept == set.MessagesKept && l.of.MessagesPerAddress == set.MessagesPerAddress
}

// expired are the messages that were left up to a time, the first n of them.
func (d *desk) expired(upto time.Time, n int) (due []*Ticket) {
	for _, t := range d.messages {
		if t.Left.After(upto) || len(due) == n {
			break
		}
		if t.waits() {
			due = append(due, t)
		}
	}
	return due
}

// surplus are those of ts, which are in the order in which they went, that are more than
// perAddress of one address or more than most in all: the first n of them that may go.
func surplus(ts []*Ticket, perAddress, most, n int) (more []*Ticket) {
	if len(ts) <= min(perAddress, most) {
		return nil
	}
	of, kept := map[netip.Prefix][]*Ticket{}, map[netip.Prefix]int{} // that may go, and that may not
	count := 0
	for _, t := range ts {
		if !t.waits() {
			continue
		}
		from := t.From.Prefix
		if count++; t.Kept {
			kept[from]++
		} else {
			of[from] = append(of[from], t)
		}
		if from.IsValid() && len(of[from]) > 0 && len(of[from])+kept[from] > perAddress {
			more, of[from] = append(more, of[from][0]), of[from][1:]
			count--
		}
	}
	for ; count > most && len(more) < n; count-- {
		from := busiest(of)
		if len(of[from]) == 0 {
			break
		}
		more, of[from] = append(more, of[from][0]), of[from][1:]
	}
	return more[:min(len(more), n)]
}

// busiest is the address of which most are, and of several such that of the oldest: no two have gone
// at one position, so the order of the map does not show.
func busiest(of map[netip.Prefix][]*Ticket) (from netip.Prefix) {
	for p, ts := range of {
		if n := len(of[from]); len(ts) > n || len(ts) == n && n > 0 && byLeaving(ts[0], of[from][0]) < 0 {
			from = p
		}
	}
	return from
}

// drop ends conversations of visitors who have gone, and with them the sessions that are held for no
// other reason. It returns how many.
func (m *Machine) drop(ts []*Ticket, why protocol.Reason) int {
	for _, t := range ts {
		v := m.session(t.Session)
		held := v != nil && v.Visiting == t.No
		m.emit(Desk, t.Session, protocol.TicketChanged{ // perhaps the session is over
			Stamp: m.stamp(protocol.DeskRoom), Ticket: t.No, From: t.Nick, State: protocol.Gone, Reason: why, Many: true,
		})
		if held {
			m.end(v, protocol.Left{Reason: protocol.Lost})
		}
	}
	return len(ts)
}
