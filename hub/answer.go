package hub

import (
	"slices"

	"chinwag/hub/state"
	"chinwag/protocol"
)

// Answers to single clients. Each has a position in the journal: it is told after all that was delivered when it was
// given.

// appendControl puts an item that is no entry into a client's outbox.
func (*loop) appendControl(c *Client, a *control, frame *protocol.Frame) {
	bytes := 0
	if frame != nil {
		bytes = len(frame.Text())
	}
	c.out.append(item{frame: frame, control: a}, bytes)
}

// appendAll is append for items that are written at once.
func (*loop) appendAll(c *Client, items []item) {
	bytes := 0
	for _, it := range items {
		if it.frame != nil {
			bytes += len(it.frame.Text())
		}
	}
	c.out.appendAll(items, bytes)
}

// position is the head of what is delivered, as c reads it.
func (l *loop) position(c *Client) position {
	p := position{seq: l.head}
	if s := c.session; s != nil && s.feed != live { // a live client has read all there is
		p.streams = l.cursor(s).Streams
	}
	return p
}

// send tells c something after all that was delivered before, and releases slots of c when it is written: a client that
// does not read therefore cannot go on asking. e may be nil.
func (l *loop) send(c *Client, e protocol.Event, slots int64) {
	var frame *protocol.Frame
	if e != nil {
		l.deliverDelayed(c.session)
		frame = protocol.NewFrame(e)
	}
	l.appendControl(c, &control{after: l.position(c), slots: slots}, frame)
}

// release releases slots of c at once.
func (*loop) release(c *Client, slots int64) { c.inflight.Release(slots) }

// answerLocal answers a command that needs no decision, in its turn.
func (l *loop) answerLocal(c *Client, p proposal, events ...protocol.Event) {
	p.c, p.local = c, true
	d := &decision{proposal: p}
	for _, e := range events {
		d.answers = append(d.answers, state.Answer{Conn: c.conn, Event: e})
	}
	l.answerAfter(d)
}

// refuseLocal is answerLocal for a refusal made before c's turn: for an unknown command it suggests one that c can use
// where it is.
func (l *loop) refuseLocal(c *Client, p proposal, e protocol.Event) {
	if refused, ok := e.(protocol.Refused); ok && !c.over {
		refused.Refusal = *refused.Refusal.In(l.standsAt(c))
		e = refused
	}
	l.answerLocal(c, p, e)
}

// goodbye is the last thing that a client is told. Its connection ends when that is written.
func (l *loop) goodbye(c *Client, g protocol.Goodbye) {
	l.deliverDelayed(c.session)
	frame := protocol.NewFrame(l.complete(c, g))
	c.out.append(item{frame: frame, control: &control{after: l.position(c), end: true}}, len(frame.Text()))
	l.endClient(c)
}

// notice tells all connected operators something about the server.
func (l *loop) notice(req notice) {
	for _, s := range l.sessions {
		if s.operator && s.client != nil {
			l.send(s.client, protocol.Notice{Text: req.words}, 0)
		}
	}
}

// finishDecision tells the last answers of a decision, and releases the slots of its command.
func (l *loop) finishDecision(d *decision, answers []state.Answer) {
	slots := d.slots
	if d.next != nil {
		slots = 0
	}
	slots = l.enqueueAnswers(d, answers, slots)
	c := d.c
	if c == nil {
		return
	}
	if _, ok := d.op.(state.Withdraw); ok && !c.over { // what the session is behind with is not delivered
		l.appendControl(c, &control{switchSession: new(watermark)}, nil)
	}
	switch {
	case slots == 0:
	case d.isMessage && len(d.answers) == 0 || c.over:
		l.release(c, slots)
	default:
		l.send(c, nil, slots)
	}
	if d.next != nil {
		p := d.proposal
		p.op, p.cost = d.next, 0
		l.propose(p)
	}
}

// enqueueAnswers tells answers. Those for one client are put into its outbox together. The slots go with the last one
// for d's own client; the rest of it, which the caller must release, is returned.
func (l *loop) enqueueAnswers(d *decision, answers []state.Answer, slots int64) int64 {
	for len(answers) > 0 {
		conn, n := answers[0].Conn, 1
		for n < len(answers) && answers[n].Conn == conn {
			n++
		}
		c, own := l.clients[conn], answers[:n]
		answers = answers[n:]
		var items []item
		for _, a := range own {
			items = l.appendItems(items, c, a, d)
		}
		if len(items) == 0 {
			continue
		}
		if c == d.c && !slices.ContainsFunc(answers, func(a state.Answer) bool { return a.Conn == conn }) {
			items[len(items)-1].slots, slots = slots, 0
		}
		l.appendAll(c, items)
	}
	return slots
}

// appendItems appends the items of an answer to c. A client that is gone, or was sent goodbye, is told nothing.
func (l *loop) appendItems(items []item, c *Client, a state.Answer, d *decision) []item {
	if c == nil || c.over {
		if _, ends := a.Effect.(state.Shutdown); !ends || !l.node.isElsewhere(a.Conn) {
			l.carryOut(a.Effect)
		}
		return items
	}
	if s := c.session; s != nil && s.ownPending {
		l.broadcast() // the client's own lines come first
	}
	l.deliverDelayed(c.session)
	at := &control{after: l.position(c)}
	if a.Effect != nil {
		return l.appendEffect(items, c, a.Effect, at, d.ref)
	}
	e := l.complete(c, a.Event)
	if a.Cut {
		c.out.cut(protocol.NewFrame(e))
		l.endClient(c)
		return items
	}
	if _, bye := e.(protocol.Goodbye); bye {
		at.end = true
		l.endClient(c)
	}
	return append(items, item{frame: protocol.NewFrame(e), control: at})
}

// complete adds to an answer what the state does not know.
func (l *loop) complete(c *Client, e protocol.Event) protocol.Event {
	switch e := e.(type) {
	case protocol.Welcome:
		s := c.session
		if s.program {
			e.Token, e.Epoch, e.Seq, e.NoPassword = c.code, l.hub.journal.Epoch().String(), s.watermark.Load(), c.NoPassword
			if !e.Resumed && !c.replaysRoom {
				e.Seq = s.front.came
			}
		} else {
			e.Code = c.code
		}
		if e.Desk != nil {
			l.noteQueuePosition(s, *e.Desk)
		}
		return e
	case protocol.Entered:
		if e.Desk != nil {
			l.noteQueuePosition(c.session, *e.Desk)
		}
	case protocol.VisitorNotice:
		if e.QueuePosition != nil {
			l.noteQueuePosition(c.session, *e.QueuePosition)
		}
	case protocol.Goodbye:
		if e.Reason.ComesBack() {
			e.Back = protocol.SecondsOf(l.opts.Hold)
			kept := e.Reason != protocol.Restart || l.opts.Durable
			if kept && c.session != nil && c.session.front.room != nil && !c.session.program {
				e.Code = c.code
			}
		}
		return e
	}
	return e
}

// noteQueuePosition notes the place in the queue that a visitor is told; it replaces what waits.
func (*loop) noteQueuePosition(s *session, q protocol.QueuePosition) {
	if s == nil || s.operator { // an operator's state line is about the journal: see reportHealth
		return
	}
	s.queuePosition = q
	s.client.out.setStatus(nil)
}

// endClient ends what a client is told.
func (l *loop) endClient(c *Client) {
	l.unbind(c.session)
	c.over = true
}
