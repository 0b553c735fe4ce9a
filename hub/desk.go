package hub

import (
	"cmp"
	"net/netip"
	"slices"
	"time"

	"chinwag/protocol"
)

// The desk is a room in which nobody hears anybody but the operators. What is
// said there is two entries, proposed together:
//
//	visitor ──> Said ──> the visitor's own stream ──> the visitor, alone
//	       └──> Asked ─> the desk's stream ─────────> every operator, wherever they are
//
// and the same with Said and Replied for an operator's answer. So whoever may
// read a stream may read all of it, as everywhere, and no line can reach a third
// person. A conversation is a ticket: bound to a session, never to a name.
//
// desk is the state of it: only apply changes it.
type desk struct {
	tickets   map[protocol.Ticket]*ticket // all that are open
	queue     []*ticket                   // those who wait, in the order of their numbers
	operators []*member                   // who are here, in the order of coming
	touched   bool                        // since the hub looked after it last

	places     int                  // tickets that are open, or on their way to be
	placesFrom map[netip.Prefix]int // of them from one address
}

// ticket is one visitor's conversation at the desk.
type ticket struct {
	no      protocol.Ticket
	visitor *member       // nil when the session is over
	nick    protocol.Nick // of the visitor, also then
	from    Address
	since   time.Time     // when the waiting began
	opened  uint64        // position
	first   protocol.Text // the first words; empty: none yet
	by      *member       // the operator who has it; nil: it waits
	lost    bool          // the visitor's connection is broken
	message bool          // the visitor has gone, and what was said waits to be answered
	held    bool          // asked to wait a moment
	ended   bool          // no longer open

	claim *member // who is about to have it, or to end it: decided, not yet recorded
}

// Address is where somebody comes from: as operators are shown it, and what
// counts as one place. The zero value counts as nowhere.
type Address struct {
	Host   string
	Prefix netip.Prefix
}

func newDesk() desk {
	return desk{tickets: map[protocol.Ticket]*ticket{}, placesFrom: map[netip.Prefix]int{}}
}

// admit takes a place for a ticket from a; dismiss gives it back.
func (d *desk) admit(a Address) {
	d.places++
	if a.Prefix.IsValid() {
		d.placesFrom[a.Prefix]++
	}
}

func (d *desk) dismiss(a Address) {
	d.places--
	if !a.Prefix.IsValid() {
		return
	}
	if d.placesFrom[a.Prefix]--; d.placesFrom[a.Prefix] == 0 {
		delete(d.placesFrom, a.Prefix)
	}
}

// change makes true what became of a visitor. m is whose doing it is.
func (d *desk) change(m *member, at protocol.TicketChanged) {
	d.touched = true
	if at.State == protocol.Waiting {
		d.open(m, at)
		return
	}
	t := d.tickets[at.Ticket]
	if t == nil {
		return
	}
	switch at.State {
	case protocol.Taken:
		d.give(t, m, at.Time)
	case protocol.HandedOver:
		d.give(t, t.claim, at.Time)
	case protocol.OnHold:
		t.held = true
	case protocol.Returned:
		t.by, t.held = nil, false
		d.enqueue(t)
	case protocol.Disconnected:
		t.lost = true
	case protocol.Back:
		t.lost, t.message, t.nick = false, false, at.From
	case protocol.LeftMessage:
		t.lost, t.message = true, true
	case protocol.VisitorRename:
		t.nick = at.To
	case protocol.Closed, protocol.Gone:
		d.end(t)
	default:
		panic("hub: a ticket in an unknown state")
	}
}

func (d *desk) open(m *member, at protocol.TicketChanged) {
	t := &ticket{no: at.Ticket, visitor: m, nick: at.From, from: m.from, since: at.Time, opened: at.Seq}
	d.tickets[t.no] = t
	d.enqueue(t)
}

// enqueue puts t in its place: the order of the queue is that of the numbers,
// so who was given back to it has lost nothing.
func (d *desk) enqueue(t *ticket) {
	if i, found := d.find(t.no); !found {
		d.queue = slices.Insert(d.queue, i, t)
	}
}

func (d *desk) dequeue(t *ticket) {
	if i, found := d.find(t.no); found {
		d.queue = slices.Delete(d.queue, i, i+1)
	}
}

// find is the place of a number in the queue, taken or not.
func (d *desk) find(no protocol.Ticket) (int, bool) {
	return slices.BinarySearchFunc(d.queue, no, func(t *ticket, no protocol.Ticket) int { return cmp.Compare(t.no, no) })
}

func (d *desk) give(t *ticket, to *member, at time.Time) {
	t.by, t.held = to, false
	if to.active.Before(at) {
		to.active = at // whoever is given somebody has the whole time to answer
	}
	d.dequeue(t)
}

func (d *desk) end(t *ticket) {
	t.ended = true
	delete(d.tickets, t.no)
	d.dequeue(t)
	d.dismiss(t.from)
}

func (d *desk) ask(e protocol.Asked) {
	if t := d.tickets[e.Ticket]; t != nil && t.first.IsBlank() {
		t.first = e.Text
	}
}

// answer ends a hold.
func (d *desk) answer(e protocol.Replied) {
	if t := d.tickets[e.Ticket]; t != nil {
		t.held = false
	}
}

// employ has an operator hear the desk, on duty or not.
func (d *desk) employ(m *member, e protocol.DutyChanged) {
	d.touched = true
	m.duty = e.On
	if !m.serves {
		m.serves, m.served, m.active = true, e.Seq, e.Time
		d.operators = append(d.operators, m)
	}
}

// retire is the end of employ.
func (d *desk) retire(m *member) {
	if m.serves {
		d.touched = true
		m.serves, m.duty, m.target = false, false, nil
		d.operators = slices.DeleteFunc(d.operators, func(o *member) bool { return o == m })
	}
}

// forget leaves a ticket without its visitor, whose session is over.
func (d *desk) forget(m *member) {
	if t := d.tickets[m.visiting]; t != nil && t.visitor == m {
		t.visitor = nil
	}
}

func (d *desk) onDuty() (n int) {
	for _, m := range d.operators {
		if m.duty {
			n++
		}
	}
	return n
}

// owner is the operator who has t or is about to have it; nil: nobody.
func (t *ticket) owner() *member { return cmp.Or(t.claim, t.by) }

// name is how operators speak of t.
func (t *ticket) name() string { return t.no.String() + " " + t.nick.String() }
