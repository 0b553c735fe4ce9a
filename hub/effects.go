package hub

import (
	"slices"

	"github.com/google/uuid"

	"chinwag/hub/state"
	"chinwag/protocol"
)

// changed applies a change to connections.
func (r *run) changed(ch change) {
	s := r.sessions[ch.author]
	switch c := ch.Change.(type) {
	case state.Opened:
		r.opened(ch.author, &c.Session)
	case state.Attached:
		r.attached(s, c)
	case state.Detached:
		r.unlink(s)
		r.goRemote(s, 0)
		s.wasSeen(c.Seen) // from a start, which knows it from the last note
	case state.Ended:
		r.unlink(s)
		r.remove(s)
	case state.Focused:
		r.tellBefore(s)
		r.focus(s, c.Room)
		r.refocus(s)
	default:
		r.audience.change(s, c)
	}
}

// opened begins the delivery to a new session.
func (r *run) opened(id uuid.UUID, of *state.Session) {
	s := &session{
		listener: listener{id: id, program: of.Program, echo: of.Echo}, nick: of.Nick, operator: of.Operator,
		hasCode: of.Code != state.Secret{}, seen: new(seen),
	}
	r.sessions[id] = s
	r.goRemote(s, of.Conn)
	c := r.clients[of.Conn]
	if c == nil { // it is gone already
		return
	}
	r.greeted.leave(c)
	from := r.head
	if of.Program {
		var missing protocol.GapReason
		from, missing = r.resumePoint(c, s)
		c.rereads = missing == "" && c.resume != nil
	}
	r.link(c, s, from)
	s.live, s.fresh = true, false
}

// attached gives a session to the connection that has brought its token or code.
func (r *run) attached(s *session, c state.Attached) {
	r.unlink(s)
	r.goRemote(s, c.Conn)
	s.wasSeen(c.Seen)
	s.program, s.echo, s.noted = c.Program, c.Echo, true
	client := r.clients[c.Conn]
	if client == nil {
		return
	}
	r.greeted.leave(client)
	from, missing := r.resumePoint(client, s)
	client.missing = missing
	r.link(client, s, from)
}

// goRemote notes whether a session has its connection to another node from here on.
func (r *run) goRemote(s *session, conn uint64) {
	if is := r.node.isElsewhere(conn); is != s.remote {
		s.remote = is
		r.desk.connected(s)
	}
}

// wasSeen notes up to which position the last connection of s was written, if that is more than is known here.
func (s *session) wasSeen(upto uint64) {
	if upto > s.seen.Load() {
		s.seen.Store(upto)
	}
}

// link begins the delivery of s to a client from a position. If the client's earlier session is behind, its
// reading ends here.
func (r *run) link(c *Client, s *session, from uint64) {
	s.client, c.session, s.live, s.fresh = c, s, false, true
	r.desk.connected(s)
	if first := c.first; first != nil { // most clients have one session, so its position counts from the beginning of the connection
		c.first, s.seen = nil, first
		s.seen.Store(from)
		return
	}
	s.seen = new(seen)
	s.seen.Store(from)
	c.reading++
	r.append(c, &aside{begin: s.seen}, nil)
}

// unlink parts a session from its client, which hears nothing more of it.
func (r *run) unlink(s *session) {
	if s != nil && s.client != nil {
		s.client.session, s.client, s.live = nil, nil, false
		r.desk.connected(s)
	}
}

// resumePoint is the position from which a session's client reads on, and why it differs from the one that the
// client named.
func (r *run) resumePoint(c *Client, s *session) (seq uint64, missing protocol.GapReason) {
	res := c.resume
	switch {
	case !s.program:
		return s.seen.Load(), ""
	case res == nil:
		return r.head, ""
	case res.Epoch != r.hub.journal.Epoch().String():
		return r.head, protocol.OldEpoch
	case res.Seq > r.head:
		return r.head, protocol.Future
	}
	return res.Seq, ""
}

// tellAnswers tells the last answers of a decision, and releases the weight of its command.
func (r *run) tellAnswers(d *decided, answers []state.Answer) {
	weight := d.weight
	if d.next != nil {
		weight = 0
	}
	weight = r.answerAll(d, answers, weight)
	c := d.c
	if c == nil {
		return
	}
	if _, ok := d.op.(state.Withdrawn); ok && !c.over { // what the session is behind with is not delivered
		r.append(c, &aside{begin: new(seen)}, nil)
	}
	switch {
	case weight == 0:
	case d.isLine && len(d.answers) == 0 || c.over:
		r.giveBack(c, weight)
	default:
		r.giveBackWhenWritten(c, weight)
	}
	if d.next != nil {
		p := d.proposal
		p.op, p.cost = d.next, 0
		r.propose(p)
	}
}

// answerAll tells answers. Those for one client are put into its outbox together. The weight goes with the last
// one for d's own client; the rest of it, which the caller must release, is returned.
func (r *run) answerAll(d *decided, answers []state.Answer, weight int64) int64 {
	for len(answers) > 0 {
		conn, n := answers[0].Conn, 1
		for n < len(answers) && answers[n].Conn == conn {
			n++
		}
		c, own := r.clients[conn], answers[:n]
		answers = answers[n:]
		var items []item
		for _, a := range own {
			items = r.appendItems(items, c, a, d)
		}
		if len(items) == 0 {
			continue
		}
		if c == d.c && !slices.ContainsFunc(answers, func(a state.Answer) bool { return a.Conn == conn }) {
			items[len(items)-1].weight, weight = weight, 0
		}
		r.appendAll(c, items)
	}
	return weight
}

// appendItems appends the items of an answer to c. A client that is gone, or was sent goodbye, is told nothing.
func (r *run) appendItems(items []item, c *Client, a state.Answer, d *decided) []item {
	if c == nil || c.over {
		if _, ends := a.Query.(state.Shutdown); !ends || !r.node.isElsewhere(a.Conn) {
			r.effect(a.Query)
		}
		return items
	}
	if s := c.session; s != nil && s.unsaid {
		r.broadcast() // the client's own lines come first
	}
	at := &aside{after: r.place(c)}
	if a.Query != nil {
		return r.query(items, c, a.Query, at, d.ref)
	}
	e := r.complete(c, a.Event)
	if a.Cut {
		c.out.cut(protocol.NewFrame(e))
		r.finish(c)
		return items
	}
	if _, bye := e.(protocol.Goodbye); bye {
		at.end = true
		r.finish(c)
	}
	return append(items, item{line: protocol.NewFrame(e), aside: at})
}

// query lets c's writer read something from the journal.
func (r *run) query(items []item, c *Client, q state.Query, at *aside, ref protocol.Ref) []item {
	s := c.session
	switch q := q.(type) {
	case state.Shutdown:
		r.effect(q)
		return items
	case state.CatchUp:
		return r.readFrom(items, c, q)
	}
	if s == nil {
		return items
	}
	at.ref = ref
	switch q := q.(type) {
	case state.Replay:
		if at.past = (&past{me: s.reader(), Replay: q}); !q.End {
			at.ref = ""
		}
	case state.Search:
		at.search = &search{s.reader(), q}
	case state.Redact:
		at.redact = &q
	case state.Transcript:
		at.transcript = &transcript{me: s.reader(), ticket: q.Ticket, trail: r.trails.find(q.Ticket, q.Lines), last: q.Lines}
		if q.Lines >= 0 { // it was not asked for
			at.ref = ""
		}
	}
	return append(items, item{aside: at})
}

// effect carries out a query that is for no client.
func (r *run) effect(q state.Query) {
	switch q := q.(type) {
	case state.Shutdown:
		r.farewell = q.Text
		r.askEnd()
	case state.Inheritance:
		r.tellInheritance(q)
	case state.Redact:
		r.eraseAlone(q)
	case state.Diverged:
		r.hub.news("the nodes do not have the same state, and none has that of most: all but one should begin again with a copy of its record", "position", q.Position)
	case state.Dropped:
		r.hub.news("what waited at the desk was dropped", "messages", q.Messages, "absent", q.Absent, "expired", q.Expired)
	}
}

// complete adds to an answer what only the hub knows.
func (r *run) complete(c *Client, e protocol.Event) protocol.Event {
	switch e := e.(type) {
	case protocol.Welcome:
		s := c.session
		if s.program {
			e.Token, e.Epoch, e.Seq, e.NoPassword = c.code, r.hub.journal.Epoch().String(), s.seen.Load(), c.NoPassword
			if !e.Resumed && !c.rereads {
				e.Seq = s.front.came
			}
		} else {
			e.Code = c.code
		}
		if e.Desk != nil {
			r.stand(s, *e.Desk)
		}
		return e
	case protocol.Entered:
		if e.Desk != nil {
			r.stand(c.session, *e.Desk)
		}
	case protocol.VisitorNotice:
		if e.QueuePosition != nil {
			r.stand(c.session, *e.QueuePosition)
		}
	case protocol.Goodbye:
		if e.Reason.ComesBack() {
			e.Back = protocol.SecondsOf(r.opts.Hold)
			kept := e.Reason != protocol.Restart || r.opts.Durable
			if kept && c.session != nil && c.session.front.room != nil && !c.session.program {
				e.Code = c.code
			}
		}
		return e
	}
	return e
}

// stand notes the place in the queue that a visitor is told; it replaces what waits.
func (r *run) stand(s *session, q protocol.QueuePosition) {
	if s == nil || s.operator { // an operator's state line is about the journal: see tellTrouble
		return
	}
	s.standing = q
	s.client.out.post(nil)
}

// finish ends what a client is told.
func (r *run) finish(c *Client) {
	r.unlink(c.session)
	c.over = true
}
