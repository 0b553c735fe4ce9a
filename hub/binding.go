package hub

import (
	"github.com/google/uuid"

	"chinwag/hub/state"
	"chinwag/protocol"
)

// deliverChange applies a change to the audience where it stands among the entries, and binds sessions to connections.
func (l *loop) deliverChange(ch change) {
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
	case state.IgnoreSet:
		l.deliverDelayed(s) // as it heard until now
		l.audience.applyChange(s, c)
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
	l.reservations.release(c)
	from := l.head
	if of.Program {
		var missing protocol.GapReason
		from, missing = l.resumePoint(c, s)
		c.replaysRoom = missing == "" && c.resume != nil
	}
	l.bind(c, s, from)
	s.become(live)
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
	l.reservations.release(client)
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

// bind begins the delivery of s to a client from a position. If the client's earlier session is behind, its reading
// ends here.
func (l *loop) bind(c *Client, s *session, from uint64) {
	s.client, c.session, s.encoded = c, s, c.Encoded
	s.summary = c.hello != nil && c.hello.Presence == protocol.SummaryPresence
	s.become(resuming)
	l.queue.connected(s)
	if first := c.firstWatermark; first != nil { // most clients have one session: it counts from the connection's beginning
		c.firstWatermark, s.watermark = nil, first
		s.watermark.Store(from)
		return
	}
	s.watermark = new(watermark)
	s.watermark.Store(from)
	c.catchupNo++
	l.appendControl(c, &control{switchSession: s.watermark}, nil)
}

// unbind parts a session from its client, which hears nothing more of it.
func (l *loop) unbind(s *session) {
	if s != nil && s.client != nil {
		s.client.session, s.client = nil, nil
		s.become(unbound)
		l.queue.connected(s)
	}
}

// resumePoint is the position from which a session's client reads on, and why it differs from the one that the client
// named.
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
