package hub

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// deskView is the queue as visitors were told of it.
type deskView struct {
	tickets map[protocol.Ticket]*ticketView // all that are open
	waiting []protocol.Ticket               // those without an operator, in order
	duty    map[uuid.UUID]bool              // operators that take visitors
	due     bool                            // the queue has changed since its visitors were last told
	told    time.Time
}

// ticketView is what the queue shows of a ticket.
type ticketView struct {
	session uuid.UUID
	lost    bool // the visitor has no connection
}

func newDeskView() deskView {
	return deskView{tickets: map[protocol.Ticket]*ticketView{}, duty: map[uuid.UUID]bool{}}
}

// follow updates the queue by an entry of the desk's stream.
func (d *deskView) follow(e *journal.Entry) {
	switch ev := e.Event.(type) {
	case protocol.DutyChanged:
		d.due = true
		if d.duty[e.Author] = ev.On; !ev.On {
			delete(d.duty, e.Author)
		}
	case protocol.TicketChanged:
		d.due = true
		d.change(e.Author, ev)
	}
}

func (d *deskView) change(author uuid.UUID, ev protocol.TicketChanged) {
	if ev.Event == protocol.VisitorWaits {
		d.tickets[ev.Ticket] = &ticketView{session: author}
		d.enqueue(ev.Ticket)
		return
	}
	t := d.tickets[ev.Ticket]
	if t == nil {
		return
	}
	switch ev.Event {
	case protocol.VisitorTaken, protocol.VisitorHanded:
		d.dequeue(ev.Ticket)
	case protocol.VisitorReturned:
		d.enqueue(ev.Ticket)
	case protocol.VisitorLost, protocol.VisitorLeftMessage:
		t.lost = true
	case protocol.VisitorBack:
		t.lost = false
	case protocol.TicketClosed, protocol.VisitorLeft:
		delete(d.tickets, ev.Ticket)
		d.dequeue(ev.Ticket)
	}
}

func (d *deskView) enqueue(no protocol.Ticket) {
	if i, found := slices.BinarySearch(d.waiting, no); !found {
		d.waiting = slices.Insert(d.waiting, i, no)
	}
}

func (d *deskView) dequeue(no protocol.Ticket) {
	if i, found := slices.BinarySearch(d.waiting, no); found {
		d.waiting = slices.Delete(d.waiting, i, i+1)
	}
}

// retire takes an operator off duty.
func (d *deskView) retire(id uuid.UUID) {
	if d.duty[id] {
		delete(d.duty, id)
		d.due = true
	}
}

// connected notes that a session's connection came or went, which may not be announced.
func (d *deskView) connected(s *session) {
	if s.visits != 0 || s.serves {
		d.due = true
	}
}

// tellQueue tells waiting visitors what has changed for them: at once, and then at most once a second, so that
// a thousand visitors that leave together cost each of the remaining ones two lines and not a thousand.
func (r *run) tellQueue() {
	d := &r.desk
	if !d.due {
		return
	}
	now := time.Now()
	if now.Before(d.told.Add(time.Second)) {
		return // the timer is set
	}
	d.due, d.told = false, now
	q := protocol.QueuePosition{OnDuty: r.onDuty()}
	for _, no := range d.waiting {
		t := d.tickets[no]
		s := r.sessions[t.session]
		if t.lost || s == nil || !s.isThere() {
			continue
		}
		q.Place++
		if s.client == nil || s.where() != protocol.DeskRoom || s.visits != no || sounds(s.standing, q) {
			continue
		}
		s.standing = q
		told := q
		s.client.out.post(protocol.NewFrame(protocol.VisitorNotice{Event: protocol.VisitorWaits, QueuePosition: &told}))
	}
}

// onDuty is how many operators take visitors.
func (r *run) onDuty() (n int) {
	for id := range r.desk.duty {
		if s := r.sessions[id]; s != nil && s.isThere() {
			n++
		}
	}
	return n
}

// sounds reports whether a and b are told in the same words.
func sounds(a, b protocol.QueuePosition) bool {
	if a.OnDuty == 0 || b.OnDuty == 0 {
		return a.OnDuty == b.OnDuty
	}
	return a.Place == b.Place
}

// queueDue is when tellQueue has something to tell; zero: never.
func (r *run) queueDue() (at time.Time) {
	if r.desk.due {
		at = r.desk.told.Add(time.Second)
	}
	return at
}
