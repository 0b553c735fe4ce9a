package hub

import (
	"cmp"
	"time"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// depart proposes that m leaves its room. What it proposed before comes first.
func (r *run) depart(m *member, left protocol.Left, done func()) {
	left.From = cmp.Or(m.called, m.nick)
	e := r.entry(m, m.bound, left)
	m.last, m.bound, m.gone = m.bound, protocol.Room{}, true
	p := proposal{entries: []journal.Entry{e}, done: done}
	p.failed = func() { r.again(m, p) }
	r.propose(p)
}

// again proposes later what must come true: somebody who has gone has gone.
func (r *run) again(m *member, p proposal) {
	r.retry = append(r.retry, func() {
		if m.gone { // else it is back
			r.propose(p)
		}
	})
	r.rearm()
}

// rearm sets the timer for what is due first.
func (r *run) rearm() {
	switch {
	case len(r.retry) > 0:
		r.expiry.Reset(time.Second)
	case len(r.held) > 0:
		r.expiry.Reset(time.Until(r.held[0].until))
	}
}

// leave is somebody's own goodbye.
func (r *run) leave(c *Client, text protocol.Text) {
	m := c.member
	r.forgetToken(m)
	if m.bound == (protocol.Room{}) {
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
	if m == nil {
		return
	}
	if req.reason == protocol.Quit {
		if !m.gone {
			r.leave(c, protocol.Text{})
		}
		return // the goodbye is still to come
	}
	r.unlink(c)
	r.lose(m, req.reason)
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
func (r *run) hold(m *member) {
	if m.client != nil {
		return // back already
	}
	m.gone = false
	r.unhold(m) // it may have come and gone again before this was recorded
	m.until = time.Now().Add(r.opts.Hold)
	r.held = append(r.held, m)
	r.rearm()
}

func (r *run) unhold(m *member) {
	for i, h := range r.held {
		if h == m {
			r.held = append(r.held[:i], r.held[i+1:]...)
			return
		}
	}
}

// expire ends the sessions that nobody came back to.
func (r *run) expire() {
	for len(r.held) > 0 && !r.held[0].until.After(time.Now()) {
		r.end(r.held[0])
		r.held = r.held[1:]
	}
	retry := r.retry
	r.retry = nil
	for _, f := range retry {
		f()
	}
	r.rearm()
}

// kick throws somebody out, for an operator.
func (r *run) kick(c *Client, cmd protocol.Kick, weight int64) {
	m := r.named(cmd.Nick)
	switch {
	case m == nil:
		r.refuseNobody(c, weight, cmd.Nick)
		return
	case m.operator:
		r.refuse(c, weight, "operator", "%s is an operator, and operators are not kicked", m.nick)
		return
	case m.bound == protocol.Room{} && m.client == nil && !m.gone:
		r.unhold(m)
		r.end(m)
		r.answer(c, protocol.Notice{Text: protocol.MustText(m.nick.String() + " has gone already: the name is free now")}, weight)
		return
	case m.bound == protocol.Room{}:
		r.refuse(c, weight, "gone", "%s is not in a room just now", m.nick)
		return
	}
	r.forgetToken(m)
	room := m.bound
	r.depart(m, protocol.Left{Reason: protocol.Kicked, By: c.member.nick, Text: cmd.Text}, func() {
		if m.client != nil {
			line := protocol.NewLine(protocol.Goodbye{Reason: protocol.Kicked, Text: cmd.Text})
			m.client.out.cut(line)
			r.unlink(m.client)
		}
		r.end(m)
		if by := c.member; by != nil && by.bound != room {
			r.tellOne(c, protocol.Notice{Text: protocol.MustText(m.nick.String() + " is kicked")})
		}
		r.giveBackWhenWritten(c, weight)
	})
}

func (r *run) forgetToken(m *member) {
	delete(r.tokens, m.token)
	m.token = ""
}

// goodbye is the last thing that a client is told. Its connection ends when it
// is written.
func (r *run) goodbye(c *Client, why protocol.Reason, text protocol.Text) {
	line := protocol.NewLine(protocol.Goodbye{Reason: why, Text: text})
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
