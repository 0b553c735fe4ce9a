package hub

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// visitorQueue is the queue as visitors were told of it.
type visitorQueue struct {
	tickets    map[protocol.Ticket]*ticketView // all that are open
	waiting    []protocol.Ticket               // those without an operator, in order
	duty       map[uuid.UUID]bool              // operators that take visitors
	noticesDue bool                            // the queue has changed since its visitors were last told
	noticedAt  time.Time
}

// ticketView is what the queue shows of a ticket.
type ticketView struct {
	session uuid.UUID
	lost    bool // the visitor has no connection
}

func newVisitorQueue() visitorQueue {
	return visitorQueue{tickets: map[protocol.Ticket]*ticketView{}, duty: map[uuid.UUID]bool{}}
}

// follow updates the queue by an entry of the desk's stream.
func (d *visitorQueue) follow(e *journal.Entry) {
	switch ev := e.Event.(type) {
	case protocol.DutyChanged:
		d.noticesDue = true
		if d.duty[e.Author] = ev.On; !ev.On {
			delete(d.duty, e.Author)
		}
	case protocol.TicketChanged:
		d.noticesDue = true
		d.change(e.Author, ev)
	}
}

func (d *visitorQueue) change(author uuid.UUID, ev protocol.TicketChanged) {
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

func (d *visitorQueue) enqueue(no protocol.Ticket) {
	if i, found := slices.BinarySearch(d.waiting, no); !found {
		d.waiting = slices.Insert(d.waiting, i, no)
	}
}

func (d *visitorQueue) dequeue(no protocol.Ticket) {
	if i, found := slices.BinarySearch(d.waiting, no); found {
		d.waiting = slices.Delete(d.waiting, i, i+1)
	}
}

// retire takes an operator off duty.
func (d *visitorQueue) retire(id uuid.UUID) {
	if d.duty[id] {
		delete(d.duty, id)
		d.noticesDue = true
	}
}

// connected notes that a session's connection came or went, which may not be announced.
func (d *visitorQueue) connected(s *session) {
	if s.ticket != 0 || s.hearsDesk {
		d.noticesDue = true
	}
}

// noticeQueue tells waiting visitors what has changed for them: at once, and then at most once a second, so that a
// thousand visitors that leave together cost each of the remaining ones two lines and not a thousand.
func (l *loop) noticeQueue() {
	d := &l.queue
	if !d.noticesDue {
		return
	}
	now := time.Now()
	if now.Before(d.noticedAt.Add(time.Second)) {
		return // the timer is set
	}
	d.noticesDue, d.noticedAt = false, now
	q := protocol.QueuePosition{OnDuty: l.onDuty()}
	for _, no := range d.waiting {
		t := d.tickets[no]
		s := l.sessions[t.session]
		if t.lost || s == nil || !s.isThere() {
			continue
		}
		q.Place++
		if s.client == nil || s.where() != protocol.DeskRoom || s.ticket != no || readsAlike(s.queuePosition, q) {
			continue
		}
		s.queuePosition = q
		told := q
		s.client.out.setStatus(protocol.NewFrame(protocol.VisitorNotice{Event: protocol.VisitorWaits, QueuePosition: &told}))
	}
}

// onDuty is how many operators take visitors.
func (l *loop) onDuty() (n int) {
	for id := range l.queue.duty {
		if s := l.sessions[id]; s != nil && s.isThere() {
			n++
		}
	}
	return n
}

// readsAlike reports whether a and b are told in the same words.
func readsAlike(a, b protocol.QueuePosition) bool {
	if a.OnDuty == 0 || b.OnDuty == 0 {
		return a.OnDuty == b.OnDuty
	}
	return a.Place == b.Place
}

// queueNoticeDue is when noticeQueue has something to tell; zero: never.
func (l *loop) queueNoticeDue() (at time.Time) {
	if l.queue.noticesDue {
		at = l.queue.noticedAt.Add(time.Second)
	}
	return at
}
