package hub

import (
	"cmp"
	"net/netip"
	"slices"
	"time"

	"github.com/google/uuid"

	"chinwag/hub/journal"
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
	lately    []protocol.Ticket           // the last that have ended
	absent    []*ticket                   // whose visitor has lost the connection, in the order in which they did
	messages  []*ticket                   // whose visitor has gone, in the same order
	trails    trails                      // where in the record what belongs to each stands
	touched   bool                        // since the hub looked after it last

	places     int                  // visitors who are there, on their way or expected
	placesFrom map[netip.Prefix]int // of them from one address
}

// ticket is one visitor's conversation at the desk.
type ticket struct {
	no      protocol.Ticket
	visitor *member       // nil when the session is over
	session uuid.UUID     // of the visitor, also then
	nick    protocol.Nick // of the visitor, also then
	from    Address
	since   time.Time     // when the waiting began
	opened  uint64        // position
	left    time.Time     // when the visitor went; of no meaning while they are there
	first   protocol.Text // the first words, not all of many; empty: none yet
	by      *member       // the operator who has it; nil: it waits
	lost    bool          // the visitor is not there: the connection is broken, or
	message bool          // they have gone, and what was said waits to be answered
	held    bool          // asked to wait a moment
	ending  bool          // its end is decided, not yet recorded
	ended   bool          // no longer open

	claims []*member // who are about to have it, or to end it, one after the other: decided, not yet recorded
}

// Address is where somebody comes from: as operators are shown it, and what
// counts as one place. The zero value counts as nowhere.
type Address struct {
	Host   string
	Prefix netip.Prefix
}

func newDesk() desk {
	return desk{trails: newTrails(), tickets: map[protocol.Ticket]*ticket{}, placesFrom: map[netip.Prefix]int{}}
}

// admit takes a place for somebody from a; dismiss gives it back.
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

// expect keeps a place for m, who is not there yet; forgo gives it back.
func (d *desk) expect(m *member) {
	m.expected = true
	d.admit(m.from)
}

func (d *desk) forgo(m *member) {
	if m.expected {
		m.expected = false
		d.dismiss(m.from)
	}
}

// change makes true what became of a visitor. m is whose doing it is.
func (d *desk) change(m *member, at protocol.TicketChanged) {
	d.touched = true
	if at.State == protocol.Waiting {
		d.trails.open(at.Ticket)
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
		d.give(t, t.claims[0], at.Time)
	case protocol.OnHold:
		t.held = true
	case protocol.Returned:
		d.takeBack(t, m)
	case protocol.Disconnected:
		d.part(t, false, at.Time)
	case protocol.Back:
		d.rejoin(t)
		t.nick = at.From
	case protocol.LeftMessage:
		d.part(t, true, at.Time)
	case protocol.VisitorRename:
		t.nick = at.To
	case protocol.Closed, protocol.Gone:
		d.end(t)
	default:
		panic("hub: a ticket in an unknown state")
	}
}

func (d *desk) open(m *member, at protocol.TicketChanged) {
	t := &ticket{no: at.Ticket, visitor: m, session: m.id, nick: at.From, from: m.from, since: at.Time, opened: at.Seq}
	d.tickets[t.no] = t
	d.enqueue(t)
}

// part gives the place of a visitor back who is not there any more.
func (d *desk) part(t *ticket, message bool, at time.Time) {
	d.rejoin(t)
	d.dismiss(t.from)
	t.lost, t.message, t.left = true, message, at
	if message {
		d.messages = append(d.messages, t)
	} else {
		d.absent = append(d.absent, t)
	}
}

// rejoin is the end of part. Whoever comes back has a place, also where there is none for others:
// no more can come back than may be away.
func (d *desk) rejoin(t *ticket) {
	if !t.lost {
		return
	}
	d.admit(t.from)
	is := func(other *ticket) bool { return other == t }
	d.absent, d.messages = slices.DeleteFunc(d.absent, is), slices.DeleteFunc(d.messages, is)
	t.lost, t.message = false, false
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

// find is where a number stands in the queue, taken or not.
func (d *desk) find(no protocol.Ticket) (int, bool) {
	return slices.BinarySearchFunc(d.queue, no, func(t *ticket, no protocol.Ticket) int { return cmp.Compare(t.no, no) })
}

// place is that of a number among those who wait and are there: 1 is next.
func (d *desk) place(no protocol.Ticket) int {
	n, _ := d.find(no)
	place := n + 1
	for _, t := range d.queue[:n] {
		if t.lost {
			place--
		}
	}
	return place
}

func (d *desk) give(t *ticket, to *member, at time.Time) {
	t.by, t.held = to, false
	if to.active.Before(at) {
		to.active = at // whoever is given somebody has the whole time to answer
	}
	d.dequeue(t)
}

// takeBack has t wait again, unless m does not have it any more.
func (d *desk) takeBack(t *ticket, m *member) {
	if t.by == m {
		t.by, t.held = nil, false
		d.enqueue(t)
	}
}

func (d *desk) end(t *ticket) {
	t.ended = true
	if len(d.lately) == maxLately {
		d.lately = slices.Delete(d.lately, 0, 1)
	}
	d.lately = append(d.lately, t.no)
	delete(d.tickets, t.no)
	d.trails.close(t.no)
	d.dequeue(t)
	d.rejoin(t)
	d.dismiss(t.from)
}

// maxLately is how many conversations that have ended are remembered by number.
const maxLately = 64

// knows reports whether somebody may mean that visitor: who is here, or was lately.
func (d *desk) knows(no protocol.Ticket) bool {
	return d.tickets[no] != nil || slices.Contains(d.lately, no)
}

func (d *desk) ask(e protocol.Asked) {
	if t := d.tickets[e.Ticket]; t != nil && t.first.IsBlank() {
		t.first = e.Text.Short(maxFirst)
	}
}

// maxFirst is how many bytes of the first words the queue shows.
const maxFirst = 256

// answer ends a hold.
func (d *desk) answer(e protocol.Replied) {
	if t := d.tickets[e.Ticket]; t != nil {
		t.held = false
	}
}

// employ has an operator hear the desk, on duty or not.
func (d *desk) employ(m *member, e protocol.DutyChanged) {
	d.touched = true
	m.operator, m.duty = true, e.On
	if !m.serves {
		m.serves, m.served, m.active = true, e.Seq, e.Time
		d.operators = append(d.operators, m)
	}
}

// retire is the end of employ. Nobody stays with an operator who has gone, not
// even somebody who could not be handed over.
func (d *desk) retire(m *member) {
	if !m.serves {
		return
	}
	d.touched = true
	m.serves, m.duty = false, false
	m.aimAt(nil)
	d.operators = slices.DeleteFunc(d.operators, func(o *member) bool { return o == m })
	for _, t := range d.tickets {
		d.takeBack(t, m)
	}
}

// forget ends the conversation of a session that is over. Only a message waits on.
func (d *desk) forget(m *member) {
	d.forgo(m)
	for _, no := range []protocol.Ticket{m.visiting, m.message} {
		t := d.tickets[no]
		switch {
		case t == nil || t.visitor != m:
		case t.message:
			t.visitor = nil
		default:
			d.touched = true
			d.end(t)
		}
	}
}

// outlive is the end of a message whose author's session is over.
func (d *desk) outlive(e *journal.Entry) {
	at, ok := e.Event.(protocol.TicketChanged)
	if t := d.tickets[at.Ticket]; ok && at.State == protocol.Gone && t != nil && t.session == e.Author {
		d.touched = true
		d.end(t)
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
func (t *ticket) owner() *member {
	if n := len(t.claims); n > 0 {
		return t.claims[n-1]
	}
	return t.by
}

// decided ends the oldest claim: it came true, or not.
func (t *ticket) decided() { t.claims = slices.Delete(t.claims, 0, 1) }

// isLeaving reports whether the visitor is about to be gone: decided, not yet
// recorded. What is said to them from here on they would not be there to hear.
func (t *ticket) isLeaving() bool {
	return t.ending && len(t.claims) == 0 || t.visitor != nil && t.visitor.visiting != t.no && !t.isElsewhere()
}

// isElsewhere reports whether the visitor has left a message and the desk, and is
// in a room: the answer comes there, as a private line.
func (t *ticket) isElsewhere() bool {
	return t.visitor != nil && t.visitor.visiting != t.no && t.visitor.message == t.no
}

// name is how operators speak of t.
func (t *ticket) name() string { return t.no.String() + " " + t.nick.String() }
