package hub

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// What operators are, and what they see of the desk. What they do is in claim.go
// (who has whom), reply.go (what is said) and relieve.go (what happens without them).

const (
	someTickets = 20  // in the answer to /queue
	manyTickets = 200 // in the answer to /queue all
)

// promote makes an operator of a client, who hears the desk from here on.
func (r *run) promote(req promote) {
	c, m := req.c, req.c.member
	switch {
	case m == nil || m.gone || r.deaf:
		r.giveBack(c, req.weight)
		return
	case m.moving > 0:
		m.onRoom = append(m.onRoom, func() { r.promote(req) })
		return
	case m.serves:
		r.refuse(c, req.weight, "already-operator", "you are an operator already")
		return
	case m.bound == protocol.Room{} || m.bound == protocol.DeskRoom:
		r.promoteVisitor(m, req.weight)
		return
	}
	r.propose(proposal{
		entries: []journal.Entry{r.deskEntry(m, protocol.DutyChanged{From: m.nick, On: true})},
		done: func() {
			if m.client != nil { // perhaps it is back on another connection
				r.hearDesk(m)
				r.tellOne(m.client, protocol.Promoted{})
			}
			r.giveBackWhenWritten(c, req.weight)
		},
		failed: func() { r.refuseUnkept(c, req.weight) },
	})
}

// promoteVisitor is promote for somebody who is at the desk, or nowhere yet: an
// operator sits in a room.
func (r *run) promoteVisitor(m *member, w int64) {
	see := r.seeRoom
	if m.bound != (protocol.Room{}) {
		see = r.seeOther
	}
	r.desk.forgo(m)
	m.operator = true // of the way there; of m, when that is recorded
	r.move(m, r.entrance(m), w, func(m *member, at *journal.Entry, w int64) {
		see(m, at, 0)
		r.hearDesk(m)
		r.answer(m.client, protocol.Promoted{}, w)
	})
	m.operator = false
}

// hearDesk has an operator who is behind read the desk's stream, too.
func (r *run) hearDesk(m *member) {
	if m.live {
		return
	}
	here := r.place(m.client)
	here.nth[deskSlot] = 0
	r.append(m.client, &aside{after: here, enter: &entering{deskSlot, r.reading(journal.Desk)}}, nil)
}

func (r *run) setDuty(m *member, on bool, w int64) {
	words := "you are on duty: /next takes who waits longest"
	if !on {
		words = "you are off duty: nobody new is yours, and those whom you have stay with you"
	}
	c := m.client
	r.propose(proposal{
		entries: []journal.Entry{r.deskEntry(m, protocol.DutyChanged{From: m.nick, On: on})},
		done:    func() { r.answer(c, protocol.Notice{Text: protocol.MustText(words)}, w) },
		failed:  func() { r.refuseUnkept(c, w) },
	})
}

// showQueue lists who is at the desk: first who is there and waits, then who may come back,
// who is answered, and the messages. From a number on it lists all in the order of the numbers.
func (r *run) showQueue(m *member, cmd protocol.Queue, w int64) {
	most := someTickets
	if cmd.All || cmd.From > 0 {
		most = manyTickets
	}
	head := protocol.QueueIs{Operators: r.operators(), From: cmd.From}
	var listed []*ticket
	for _, no := range slices.Sorted(maps.Keys(r.desk.tickets)) {
		t := r.desk.tickets[no]
		switch t.rank() {
		case rankServed:
			head.Served++
		case rankMessage:
			head.Messages++
		default:
			head.Waiting++
		}
		if no >= cmd.From {
			listed = append(listed, t)
		}
	}
	if cmd.From == 0 {
		slices.SortStableFunc(listed, func(a, b *ticket) int { return cmp.Compare(a.rank(), b.rank()) })
	}
	if len(listed) > most {
		switch {
		case cmd.From > 0:
			head.Next = listed[most].no
		case cmd.All:
			head.Next = 1
		}
		listed = listed[:most]
	}
	head.Shown = len(listed)
	r.tellOne(m.client, head)
	now := time.Now()
	for _, t := range listed {
		r.tellOne(m.client, t.queued(now))
	}
	r.giveBackWhenWritten(m.client, w)
}

// The ranks in the queue.
const (
	rankThere = iota
	rankAbsent
	rankServed
	rankMessage
)

func (t *ticket) rank() int {
	switch {
	case t.by != nil:
		return rankServed
	case t.message:
		return rankMessage
	case t.lost:
		return rankAbsent
	}
	return rankThere
}

func (r *run) operators() []protocol.OnDesk {
	have := map[*member][]protocol.Ticket{}
	for _, no := range slices.Sorted(maps.Keys(r.desk.tickets)) {
		o := r.desk.tickets[no].owner()
		have[o] = append(have[o], no)
	}
	list := []protocol.OnDesk{}
	for _, m := range r.desk.operators[:min(len(r.desk.operators), maxNames)] {
		list = append(list, protocol.OnDesk{Nick: m.nick, Duty: m.duty, Tickets: have[m]})
	}
	return list
}

func (t *ticket) queued(now time.Time) protocol.Queued {
	q := protocol.Queued{
		Ticket: t.no, Nick: t.nick, State: protocol.Waiting, Since: t.since, Addr: t.from.Host, Text: t.first,
		Waited: int(now.Sub(t.since).Seconds()),
	}
	switch {
	case t.message:
		q.State = protocol.LeftMessage
	case t.lost:
		q.State = protocol.Disconnected
	case t.held:
		q.State = protocol.OnHold
	case t.by != nil:
		q.State = protocol.Taken
	}
	if t.by != nil {
		q.By = t.by.nick
	}
	return q
}
