package hub

import (
	"chinwag/hub/state"
	"chinwag/protocol"
)

// detach ends a connection, in order or not. The client stays known until that is delivered.
func (l *loop) detach(req detach) {
	c := req.c
	c.detached = true
	l.reservations.release(c)
	defer l.endWaitsFor(c)
	if !c.hasSession() || l.goodbyesSent { // its session stays for the next start
		if req.reason == protocol.Departed && !c.over {
			l.goodbye(c, protocol.Goodbye{Reason: protocol.Departed})
		}
		if l.goodbyesSent {
			l.noteUnwrittenOf(c)
		}
		l.endClient(c) // it is not announced any more
		delete(l.clients, c.conn)
		return
	}
	if _, known := l.lost[c.conn]; known { // it was expelled
		return
	}
	lost := c.lostFor(req.reason)
	if req.reason != protocol.Departed { // it is told nothing more
		l.endClient(c)
	}
	l.proposeLost(c, lost)
}

// isOperator reports whether c is an operator's, as delivered.
func (c *Client) isOperator() bool {
	if c.session == nil {
		return c.Operator
	}
	return c.session.operator
}

// lostFor is the intent for the end of c's connection.
func (c *Client) lostFor(reason protocol.Reason) state.Disconnect {
	lost := state.Disconnect{Reason: reason}
	if c.session != nil {
		lost.Seen = c.session.watermark.Load()
	}
	return lost
}

// proposeLost proposes the end of a client's connection. That has no effect if the session is over, or has another
// connection.
func (l *loop) proposeLost(c *Client, lost state.Disconnect) {
	l.lost[c.conn] = lost
	l.propose(proposal{of: c.id, conn: c.conn, op: lost})
}

// forgetConn deletes what is known of a connection.
func (l *loop) forgetConn(conn uint64) {
	delete(l.lost, conn)
	if c := l.clients[conn]; c != nil && c.detached {
		if !c.over { // its session is over, or never began
			l.goodbye(c, protocol.Goodbye{Reason: protocol.Departed})
		}
		delete(l.clients, conn)
	}
}

// disconnect ends a connection for a reason of the server's.
func (l *loop) disconnect(req disconnect) {
	c := req.c
	if c.over {
		return
	}
	lost := c.lostFor(req.reason)
	l.goodbye(c, protocol.Goodbye{Reason: req.reason})
	if c.hasSession() {
		l.proposeLost(c, lost)
	}
}
