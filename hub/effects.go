package hub

import (
	"slices"

	"github.com/google/uuid"

	"chinwag/hub/state"
	"chinwag/protocol"
)

// applyToClients applies a change to connections.
func (l *loop) applyToClients(ch change) {
	s := l.sessions[ch.author]
	switch c := ch.Change.(type) {
	case state.Opened:
		l.beginDelivery(ch.author, &c.Session)
	case state.Attached:
		l.resumeDelivery(s, c)
	case state.Detached:
		l.unbind(s)
		l.goRemote(s, 0)
		s.raiseWatermark(c.Seen) // from a start, which knows it from the last note
	case state.Ended:
		l.unbind(s)
		l.remove(s)
	case state.Focused:
		l.deliverPending(s)
		l.focus(s, c.Room)
		l.refocus(s)
	default:
		l.audience.applyChange(s, c)
	}
}

// beginDelivery begins the delivery to a new session.
func (l *loop) beginDelivery(id uuid.UUID, of *state.Session) {
	s := &session{
		view: view{id: id, program: of.Program, echo: of.Echo}, nick: of.Nick, operator: of.Operator,
		hasCode: of.Code != state.Secret{}, watermark: new(watermark),
	}
	l.sessions[id] = s
	l.goRemote(s, of.Conn)
	c := l.clients[of.Conn]
	if c == nil { // it is gone already
		return
	}
	l.reservations.leave(c)
	from := l.head
	if of.Program {
		var missing protocol.GapReason
		from, missing = l.resumePoint(c, s)
		c.replaysRoom = missing == "" && c.resume != nil
	}
	l.bind(c, s, from)
	s.live, s.resuming = true, false
}

// resumeDelivery gives a session to the connection that has brought its token or code.
func (l *loop) resumeDelivery(s *session, c state.Attached) {
	l.unbind(s)
	l.goRemote(s, c.Conn)
	s.raiseWatermark(c.Seen)
	s.program, s.echo, s.noted = c.Program, c.Echo, true
	client := l.clients[c.Conn]
	if client == nil {
		return
	}
	l.reservations.leave(client)
	from, missing := l.resumePoint(client, s)
	client.gapReason = missing
	l.bind(client, s, from)
}

// goRemote notes whether a session has its connection to another node from here on.
func (l *loop) goRemote(s *session, conn uint64) {
	if is := l.node.isElsewhere(conn); is != s.remote {
		s.remote = is
		l.queue.connected(s)
	}
}

// raiseWatermark notes up to which position the last connection of s was written, if that is more than is known here.
func (s *session) raiseWatermark(upto uint64) {
	if upto > s.watermark.Load() {
		s.watermark.Store(upto)
	}
}

// bind begins the delivery of s to a client from a position. If the client's earlier session is behind, its
// reading ends here.
func (l *loop) bind(c *Client, s *session, from uint64) {
	s.client, c.session, s.live, s.resuming = c, s, false, true
	l.queue.connected(s)
	if first := c.firstWatermark; first != nil { // most clients have one session, so its position counts from the beginning of the connection
		c.firstWatermark, s.watermark = nil, first
		s.watermark.Store(from)
		return
	}
	s.watermark = new(watermark)
	s.watermark.Store(from)
	c.catchupNo++
	l.append(c, &control{switchSession: s.watermark}, nil)
}

// unbind parts a session from its client, which hears nothing more of it.
func (l *loop) unbind(s *session) {
	if s != nil && s.client != nil {
		s.client.session, s.client, s.live = nil, nil, false
		l.queue.connected(s)
	}
}

// resumePoint is the position from which a session's client reads on, and why it differs from the one that the
// client named.
func (l *loop) resumePoint(c *Client, s *session) (seq uint64, missing protocol.GapReason) {
	res := c.resume
	switch {
	case !s.program:
		return s.watermark.Load(), ""
	case res == nil:
		return l.head, ""
	case res.Epoch != l.hub.journal.Epoch().String():
		return l.head, protocol.OldEpoch
	case res.Seq > l.head:
		return l.head, protocol.Future
	}
	return res.Seq, ""
}

// finishDecision tells the last answers of a decision, and releases the weight of its command.
func (l *loop) finishDecision(d *decision, answers []state.Answer) {
	weight := d.slots
	if d.next != nil {
		weight = 0
	}
	weight = l.enqueueAnswers(d, answers, weight)
	c := d.c
	if c == nil {
		return
	}
	if _, ok := d.op.(state.Withdrawn); ok && !c.over { // what the session is behind with is not delivered
		l.append(c, &control{switchSession: new(watermark)}, nil)
	}
	switch {
	case weight == 0:
	case d.isMessage && len(d.answers) == 0 || c.over:
		l.release(c, weight)
	default:
		l.releaseWhenWritten(c, weight)
	}
	if d.next != nil {
		p := d.proposal
		p.op, p.cost = d.next, 0
		l.propose(p)
	}
}

// enqueueAnswers tells answers. Those for one client are put into its outbox together. The weight goes with the last
// one for d's own client; the rest of it, which the caller must release, is returned.
func (l *loop) enqueueAnswers(d *decision, answers []state.Answer, weight int64) int64 {
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
			items[len(items)-1].slots, weight = weight, 0
		}
		l.appendAll(c, items)
	}
	return weight
}

// appendItems appends the items of an answer to c. A client that is gone, or was sent goodbye, is told nothing.
func (l *loop) appendItems(items []item, c *Client, a state.Answer, d *decision) []item {
	if c == nil || c.over {
		if _, ends := a.Query.(state.Shutdown); !ends || !l.node.isElsewhere(a.Conn) {
			l.effect(a.Query)
		}
		return items
	}
	if s := c.session; s != nil && s.ownPending {
		l.broadcast() // the client's own lines come first
	}
	at := &control{after: l.position(c)}
	if a.Query != nil {
		return l.query(items, c, a.Query, at, d.ref)
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

// query lets c's writer read something from the journal.
func (l *loop) query(items []item, c *Client, q state.Query, at *control, ref protocol.Ref) []item {
	s := c.session
	switch q := q.(type) {
	case state.Shutdown:
		l.effect(q)
		return items
	case state.CatchUp:
		return l.readFrom(items, c, q)
	}
	if s == nil {
		return items
	}
	at.ref = ref
	switch q := q.(type) {
	case state.Replay:
		if at.replay = (&replay{view: s.journalView(), Replay: q}); !q.End {
			at.ref = ""
		}
	case state.Search:
		at.search = &search{s.journalView(), q}
	case state.Redact:
		at.redact = &q
	case state.Transcript:
		at.transcript = &transcript{view: s.journalView(), ticket: q.Ticket, extents: l.transcripts.find(q.Ticket, q.Lines), last: q.Lines}
		if q.Lines >= 0 { // it was not asked for
			at.ref = ""
		}
	}
	return append(items, item{control: at})
}

// effect carries out a query that is for no client.
func (l *loop) effect(q state.Query) {
	switch q := q.(type) {
	case state.Shutdown:
		l.shutdownText = q.Text
		l.requestShutdown()
	case state.Inheritance:
		l.logLegacy(q)
	case state.Redact:
		l.eraseAlone(q)
	case state.Diverged:
		l.hub.warn("the nodes do not have the same state, and none has that of most: all but one should begin again with a copy of its record", "position", q.Position)
	case state.Dropped:
		l.hub.warn("what waited at the desk was dropped", "messages", q.Messages, "absent", q.Absent, "expired", q.Expired)
	}
}

// complete adds to an answer what only the hub knows.
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
func (l *loop) noteQueuePosition(s *session, q protocol.QueuePosition) {
	if s == nil || s.operator { // an operator's state line is about the journal: see tellTrouble
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
