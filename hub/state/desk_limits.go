package state

import (
	"net/netip"
	"slices"
	"time"

	"chinwag/protocol"
)

// Visitors that have gone leave tickets at the desk: messages, and those of the absent, which may come back. These take
// no place at the desk, and have bounds of their own, in all and for an address. Beyond the bound of an address its
// oldest ticket is dropped; beyond the bound in all, the oldest of the address that has most. A ticket that an operator
// has does not count, and is not dropped. A ticket from before a start that lowered a bound counts and is not dropped:
// a new one beyond the bound is dropped at once.

// limits caches what limitDesk has to do.
type limits struct {
	known    bool // false: the lists have changed since
	of       Settings
	exceeded bool      // a bound is exceeded
	oldest   time.Time // when the oldest message that may expire was left; zero: there is none
}

// limitDesk drops what has waited at the desk too long, and what exceeds a bound, as far as one decision does.
func (m *Machine) limitDesk() {
	if due := m.nextDeskDue(); due.IsZero() || due.After(m.now) {
		return
	}
	d, set := &m.desk, &m.Settings
	left := MaxEndedAtOnce - d.dropped
	expired := m.drop(d.expired(m.now.Add(-set.Messages), left), protocol.Silent)
	left -= expired
	messages := m.drop(surplus(d.messages, set.MessagesPerAddress, set.MessagesKept, left), protocol.Full)
	left -= messages
	absent := m.drop(surplus(d.absent, set.VisitorsPerAddress, set.Visitors, left), protocol.Full)
	d.dropped += expired + messages + absent
	m.addDropped(losses{messages, absent, expired})
	m.tellDropped()
}

// nextDeskDue returns when limitDesk has something to do next; zero: never.
func (m *Machine) nextDeskDue() time.Time {
	l := m.limitsNow()
	if l.exceeded {
		return m.now
	}
	due := m.dropDue()
	if !l.oldest.IsZero() {
		due = earlier(due, l.oldest.Add(m.Settings.Messages))
	}
	return due
}

func (m *Machine) limitsNow() *limits {
	d, set := &m.desk, &m.Settings
	if l := &d.limits; !l.known || !l.isOf(set) {
		more := len(surplus(d.messages, set.MessagesPerAddress, set.MessagesKept, 1)) > 0 ||
			len(surplus(d.absent, set.VisitorsPerAddress, set.Visitors, 1)) > 0
		*l = limits{known: true, of: *set, exceeded: more}
		if i := slices.IndexFunc(d.messages, (*Ticket).waits); i >= 0 {
			l.oldest = d.messages[i].Left
		}
	}
	return &d.limits
}

// expired returns the first n messages that wait since a time, or longer.
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

// surplus returns the first n tickets to be dropped from ts, which are in the order in which their visitors went: those
// beyond perAddress of one address, and those beyond most in all.
func surplus(ts []*Ticket, perAddress, most, n int) (more []*Ticket) {
	if len(ts) <= min(perAddress, most) {
		return nil
	}
	of, kept := map[netip.Prefix][]*Ticket{}, map[netip.Prefix]int{} // that may be dropped, and that may not
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

// busiest returns the address that has most; of several such, that of the oldest ticket. byLeaving never ties, so the
// order of the map does not matter.
func busiest(of map[netip.Prefix][]*Ticket) (from netip.Prefix) {
	for p, ts := range of {
		if n := len(of[from]); len(ts) > n || len(ts) == n && n > 0 && byLeaving(ts[0], of[from][0]) < 0 {
			from = p
		}
	}
	return from
}

// drop ends the conversations of visitors that have gone, and the sessions that are held only for them. It returns how
// many.
func (m *Machine) drop(ts []*Ticket, why protocol.Reason) int {
	for _, t := range ts {
		v := m.sessions[t.Session]
		held := v != nil && v.Ticket == t.No
		m.emit(Desk, t.Session, protocol.TicketChanged{ // the session may have ended
			Meta: m.stamp(protocol.DeskRoom), Ticket: t.No, From: t.Nick, Event: protocol.VisitorLeft, Reason: why, Many: true,
		})
		if held {
			m.end(v, protocol.Left{Reason: protocol.Lost})
		}
	}
	return len(ts)
}
