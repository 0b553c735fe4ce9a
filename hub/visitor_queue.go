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
func (q *visitorQueue) follow(e *journal.Entry) {
	switch ev := e.Event.(type) {
	case protocol.DutyChanged:
		q.noticesDue = true
		if q.duty[e.Author] = ev.On; !ev.On {
			delete(q.duty, e.Author)
		}
	case protocol.TicketChanged:
		q.noticesDue = true
		q.change(e.Author, ev)
	}
}

func (q *visitorQueue) change(author uuid.UUID, ev protocol.TicketChanged) {
	if ev.Event == protocol.VisitorWaits {
		q.tickets[ev.Ticket] = &ticketView{session: author}
		q.enqueue(ev.Ticket)
		return
	}
	t := q.tickets[ev.Ticket]
	if t == nil {
		return
	}
	switch ev.Event {
	case protocol.VisitorTaken, protocol.VisitorHanded:
		q.dequeue(ev.Ticket)
	case protocol.VisitorReturned:
		q.enqueue(ev.Ticket)
	case protocol.VisitorLost, protocol.VisitorLeftMessage:
		t.lost = true
	case protocol.VisitorBack:
		t.lost = false
	case protocol.TicketClosed, protocol.VisitorLeft:
		delete(q.tickets, ev.Ticket)
		q.dequeue(ev.Ticket)
	}
}

func (q *visitorQueue) enqueue(no protocol.Ticket) {
	if i, found := slices.BinarySearch(q.waiting, no); !found {
		q.waiting = slices.Insert(q.waiting, i, no)
	}
}

func (q *visitorQueue) dequeue(no protocol.Ticket) {
	if i, found := slices.BinarySearch(q.waiting, no); found {
		q.waiting = slices.Delete(q.waiting, i, i+1)
	}
}

// retire takes an operator off duty.
func (q *visitorQueue) retire(id uuid.UUID) {
	if q.duty[id] {
		delete(q.duty, id)
		q.noticesDue = true
	}
}

// connected notes that a session's connection came or went, which may not be announced.
func (q *visitorQueue) connected(s *session) {
	if s.ticket != 0 || s.hearsDesk {
		q.noticesDue = true
	}
}

// noticeQueue tells waiting visitors what has changed for them: at once, and then at most once a second, so that a
// thousand visitors that leave together cost each of the remaining ones two lines and not a thousand.
func (l *loop) noticeQueue() {
	q := &l.queue
	if !q.noticesDue {
		return
	}
	now := time.Now()
	if now.Before(q.noticedAt.Add(time.Second)) {
		return // the timer is set
	}
	q.noticesDue, q.noticedAt = false, now
	at := protocol.QueuePosition{OnDuty: l.onDuty()}
	for _, no := range q.waiting {
		t := q.tickets[no]
		s := l.sessions[t.session]
		if t.lost || s == nil || !s.isThere() {
			continue
		}
		at.Place++
		if s.client == nil || s.where() != protocol.DeskRoom || s.ticket != no || readsAlike(s.queuePosition, at) {
			continue
		}
		s.queuePosition = at
		told := at
		l.deliverDelayed(s)
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
