package hub

import (
	"cmp"
	"slices"
	"time"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// depart proposes that m leaves its room. What it proposed before comes first.
func (r *run) depart(m *member, left protocol.Left, done func()) {
	left.From = cmp.Or(m.called, m.nick)
	m.shortStay = m.isShortStay()
	entries := []journal.Entry{r.entry(m, m.bound, left)}
	if m.visiting != 0 {
		state := r.parting(m, left.Reason)
		entries = append(entries, r.deskEntry(m, protocol.TicketChanged{Ticket: m.visiting, From: left.From, State: state}))
		if state == protocol.Gone {
			m.visiting, m.ending = 0, m.visiting
		}
	}
	m.last, m.bound, m.gone = m.bound, protocol.Room{}, true
	p, visiting := proposal{done: done}, m.visiting
	try := func() {
		if m.gone { // else it is back
			p.entries = slices.Concat(entries, r.returning(m, left.Reason, r.having(m))) // whom it has by then
			r.propose(p)
		}
	}
	p.failed = func() {
		if m.room == nil && m.moving == 0 && r.desk.tickets[visiting] == nil { // it never got in, and nothing in the record says that it is here
			done()
			return
		}
		if !m.gone {
			r.stillHas(m)
		}
		r.again(m, try)
	}
	try()
}

// stillHas gives m, who is back, the conversation whose end could not be recorded: nobody else
// would end it.
func (r *run) stillHas(m *member) {
	switch no := m.ending; {
	case r.desk.tickets[no] == nil || m.visiting == no || m.message != 0:
	case m.visiting == 0:
		m.visiting = no
	default: // it has begun another one
		m.message = no
	}
}

// again tries later what must come true of m: somebody who has gone has gone. Of one
// member that is one thing, the last.
func (r *run) again(m *member, f func()) {
	if m.retry == nil {
		r.retry = append(r.retry, m)
	}
	if m.retry = f; len(r.retry) == 1 {
		r.retryAt = time.Now().Add(time.Second)
		r.rearm()
	}
}

// tryAgain proposes what must come true. While the record fails, one proposal a second
// finds out whether it still does, however many wait.
func (r *run) tryAgain(now time.Time) {
	if len(r.retry) == 0 || r.retryAt.After(now) {
		return
	}
	waiting := r.retry
	r.retry, r.retryAt = nil, now.Add(time.Second)
	for i, m := range waiting {
		if r.health.told == fails && r.pending > 0 {
			r.retry = append(waiting[i:], r.retry...)
			return
		}
		f := m.retry
		m.retry = nil
		f()
	}
}

// rearm sets the timer for what is due first.
func (r *run) rearm() {
	var due time.Time
	by := func(t time.Time) {
		if due.IsZero() || t.Before(due) {
			due = t
		}
	}
	if len(r.silent) > 0 {
		by(r.silent[0].due)
	}
	if len(r.late) > 0 {
		by(r.lateAt)
	}
	if len(r.retry) > 0 {
		by(r.retryAt)
	}
	if len(r.held) > 0 {
		by(r.held[0].until)
	}
	if left := r.desk.expiry(); !left.IsZero() {
		by(left.Add(r.opts.Messages))
	}
	if at := r.dropDue(); !at.IsZero() {
		by(at)
	}
	if r.untold {
		by(r.toldQueue.Add(time.Second))
	}
	if !r.health.lookAt.IsZero() {
		by(r.health.lookAt)
	}
	if !r.deskAt.IsZero() {
		by(r.deskAt)
	}
	for _, p := range r.patients {
		by(p.until)
	}
	for _, m := range r.desk.operators {
		if r.opts.Silence > 0 {
			by(m.active.Add(r.opts.Silence))
		}
		if m.nobody {
			by(m.hushed)
		}
	}
	if due.IsZero() {
		r.expiry.Stop()
		return
	}
	r.expiry.Reset(time.Until(due))
}

// leave is somebody's own goodbye.
func (r *run) leave(c *Client, text protocol.Text) {
	m := c.member
	if m.bound == protocol.DeskRoom && m.token != "" && r.leavesMessage(m) {
		r.depart(m, protocol.Left{Reason: protocol.Quit, Text: text}, func() {
			if m.client == c {
				r.goodbye(c, protocol.Quit, protocol.Text{})
			}
			r.hold(m)
		})
		return
	}
	r.forgetToken(m)
	if m.bound == (protocol.Room{}) {
		r.tellUnnamed(m)
		r.goodbye(c, protocol.Quit, protocol.Text{})
		if !m.gone {
			r.end(m)
		}
		return
	}
	r.depart(m, protocol.Left{Reason: protocol.Quit, Text: text}, func() {
		if m.client == c {
			r.goodbye(c, protocol.Quit, protocol.Text{})
		}
		r.end(m)
	})
}

// detach is the end of a connection, in order or not.
func (r *run) detach(req detach) {
	c, m := req.c, req.c.member
	delete(r.clients, c)
	defer r.ended(c)
	switch {
	case m == nil:
	case req.reason != protocol.Quit:
		r.unlink(c)
		r.lose(m, req.reason)
	case m.gone: // the goodbye is still to come
	case m.program: // only quit is one: its process was killed, or a proxy or its network went away in good order
		r.goodbye(c, protocol.Lost, protocol.Text{})
		r.lose(m, protocol.Lost)
	default:
		r.hangUp(c)
	}
}

// ended does what waited for the end of a connection.
func (r *run) ended(c *Client) {
	waiting := r.onEnd[c]
	delete(r.onEnd, c)
	for _, p := range waiting {
		r.goOn(p)
	}
}

// hangUp is the end of a person's input in good order. It is a goodbye, as at the end of
// a pipe, but not a wish to be forgotten: the session can be resumed for a while. Until then
// it has no name, no place, and nothing is said to it.
func (r *run) hangUp(c *Client) {
	m := c.member
	if m.token == "" || m.bound == (protocol.Room{}) {
		r.leave(c, protocol.Text{})
		return
	}
	keep := r.opts.Hold
	if m.bound == protocol.DeskRoom && r.leavesMessage(m) {
		keep = r.opts.Messages
	}
	r.depart(m, protocol.Left{Reason: protocol.Quit}, func() {
		if m.client == c {
			r.goodbye(c, protocol.Quit, protocol.Text{})
		}
		if r.holdFor(m, keep) {
			r.giveUpName(m)
		}
	})
}

// lose is what becomes of a member whose connection is over.
func (r *run) lose(m *member, reason protocol.Reason) {
	switch {
	case m.gone:
	case m.bound == protocol.Room{}:
		r.end(m)
	case m.token == "":
		r.depart(m, protocol.Left{Reason: reason}, func() { r.end(m) })
	default:
		r.depart(m, protocol.Left{Reason: reason}, func() { r.hold(m) })
	}
}

// hold keeps the session of a broken connection, and its nick, for a while.
func (r *run) hold(m *member) { r.holdFor(m, r.opts.Hold) }

// holdFor keeps a session whose going is recorded, and reports whether it does. A session that
// is back already, or on its way back, is not held: its next going is recorded after that.
func (r *run) holdFor(m *member, long time.Duration) (held bool) {
	if m.client != nil || m.moving > 0 || m.token == "" {
		return false
	}
	m.gone = false
	if m.kicked || len(m.visits) == 0 { // or it never got in: there is nothing to come back to
		r.endHeld(m)
		return false
	}
	r.holdUntil(m, time.Now().Add(long))
	return true
}

func (r *run) holdUntil(m *member, until time.Time) {
	r.unhold(m) // it may have come and gone again before this was recorded
	m.until = until
	i, _ := slices.BinarySearchFunc(r.held, until, func(m *member, t time.Time) int { return cmp.Or(m.until.Compare(t), -1) })
	r.held = slices.Insert(r.held, i, m)
	r.rearm()
}

func (r *run) unhold(m *member) {
	if m.until.IsZero() { // most who go have not gone before, and very many may be held
		return
	}
	m.until = time.Time{}
	for i, h := range r.held {
		if h == m {
			r.held = append(r.held[:i], r.held[i+1:]...)
			return
		}
	}
}

// expire does what is due: it ends the sessions that nobody came back to, for one.
func (r *run) expire() {
	if r.parted { // nobody is there any more
		return
	}
	now := time.Now()
	r.watch(now)
	r.announce(now)
	if len(r.late) > 0 && !r.lateAt.After(now) {
		r.tellLate()
	}
	r.tidyDesk(now)
	for len(r.held) > 0 && !r.held[0].until.After(now) {
		m := r.held[0]
		r.held, m.until = r.held[1:], time.Time{}
		if t := r.desk.tickets[m.visiting]; t != nil {
			r.expireVisitor(m, t)
		} else {
			r.end(m)
		}
	}
	r.tryAgain(now)
	if !r.deskAt.IsZero() && !r.deskAt.After(now) {
		r.deskAt, r.desk.touched = time.Time{}, true
	}
	r.endPatience(now)
	r.relieve(now)
	r.settle(now)
	r.mindDesk()
	r.tellQueue()
	r.rearm()
}

// endHeld ends a session that is in no room, and its conversation.
func (r *run) endHeld(m *member) {
	r.unhold(m)
	if t := r.desk.tickets[m.visiting]; t != nil {
		r.release(m, m.nick)
		r.endVisit(m, t)
		return
	}
	r.end(m)
}

func (r *run) forgetToken(m *member) {
	delete(r.tokens, m.token)
	m.token = ""
}

// goodbye is the last thing that a client is told. Its connection ends when it
// is written.
func (r *run) goodbye(c *Client, why protocol.Reason, text protocol.Text) {
	g := protocol.Goodbye{Reason: why, Text: text}
	if why.ComesBack() {
		g.Back = protocol.SecondsOf(r.opts.Hold)
		if m := c.member; m != nil && m.bound != (protocol.Room{}) && !m.program {
			g.Code = m.token // whoever was in a room is held
		}
	}
	r.endWith(c, g)
}

func (r *run) endWith(c *Client, goodbye protocol.Goodbye) {
	line := protocol.NewLine(goodbye)
	c.out.append(item{line: line, aside: &aside{after: r.place(c), end: true}}, len(line.Text()))
	r.unlink(c)
}

// unlink parts a client from its member: it is told nothing more.
func (r *run) unlink(c *Client) {
	if m := c.member; m != nil {
		m.client, m.live = nil, false
	}
	c.member = nil
}

// expel ends a connection for a reason of the server's.
func (r *run) expel(req expel) {
	c, m := req.c, req.c.member
	if m == nil {
		return
	}
	r.goodbye(c, req.reason, protocol.Text{})
	r.lose(m, req.reason)
}
