package hub

import (
	"time"

	"chinwag/hub/state"
	"chinwag/protocol"
)

// commands carries out commands. Their cost is in flight until they are told.
func (l *loop) commands(req commands) {
	for _, cmd := range req.cmds {
		p := proposal{c: req.c, slots: req.slots, cost: costOf(cmd), isMessage: IsMessage(cmd), ref: req.ref}
		l.command(req.c, cmd, p)
	}
}

// command proposes a command, or answers one that needs no order.
func (l *loop) command(c *Client, cmd protocol.Command, p proposal) {
	if c.over || l.draining {
		l.drop(p)
		return
	}
	if l.awaitName(c, cmd, p) {
		return
	}
	switch cmd := cmd.(type) {
	case protocol.Ping:
		l.join(c)
		l.answerLocal(c, p, protocol.Pong(cmd))
		return
	case protocol.Help:
		l.join(c)
		l.help(c, cmd, p)
		return
	case protocol.Resume:
		l.resume(c, cmd.Code.String(), p)
		return
	case protocol.Hello:
		if s := l.stateOf(c); s == nil || !s.Program {
			l.hello(c, cmd, p)
			return
		}
	}
	if !c.hasSession() && !l.enters(c, cmd, p) {
		return
	}
	if refusal := l.checkBudget(c, cmd); refusal != nil {
		l.answerLocal(c, p, protocol.Refused{Refusal: *refusal, Ref: refOf(cmd)})
		return
	}
	p.op = state.Command{Command: cmd, Ref: p.ref}
	p.secrets = l.secretsIn(c, wordsOf(cmd))
	l.propose(p)
}

// enters begins the session of a client at its first command, and reports whether that command is still to be
// carried out.
func (l *loop) enters(c *Client, cmd protocol.Command, p proposal) bool {
	switch cmd := cmd.(type) {
	case protocol.Rename: // it is not announced before the client arrives
		c.Nick = cmd.Nick
		l.drop(p)
		return false
	case protocol.Quit:
		if c.refusedSession || l.health.isSilent() { // else it is told first where it is
			l.goodbye(c, protocol.Goodbye{Reason: protocol.Departed})
			l.drop(p)
			return false
		}
	case protocol.Join:
		o := l.openIntent(c)
		o.Room = cmd.Room
		l.openSession(c, p, o)
		return false
	}
	l.openSession(c, proposal{implied: true}, l.openIntent(c))
	if c.over || !c.hasSession() { // it has no session
		l.drop(p)
		return false
	}
	return true
}

// refOf is the id that a client gave to a line.
func refOf(cmd protocol.Command) protocol.Ref {
	_, ref := protocol.Split(cmd)
	return ref
}

// promote makes a client an operator.
func (l *loop) promote(req promote) {
	c := req.c
	p := proposal{c: c, slots: req.slots, ref: req.ref, op: state.Promote{}}
	switch {
	case c.over || l.draining:
		l.drop(p)
	case !c.hasSession():
		o := l.openIntent(c)
		o.Operator, o.Promoted = true, true
		l.openSession(c, p, o)
	default:
		l.propose(p)
	}
}

// detach ends a connection, in order or not. The client stays known until that is delivered.
func (l *loop) detach(req detach) {
	c := req.c
	c.detached = true
	l.reservations.leave(c)
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
func (c *Client) lostFor(reason protocol.Reason) state.Lost {
	lost := state.Lost{Reason: reason}
	if c.session != nil {
		lost.Seen = c.session.watermark.Load()
	}
	return lost
}

// proposeLost proposes the end of a client's connection. That has no effect if the session is over, or has another
// connection.
func (l *loop) proposeLost(c *Client, lost state.Lost) {
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

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// notice tells all connected operators something about the server.
func (l *loop) notice(req notice) {
	for _, s := range l.sessions {
		if s.operator && s.client != nil {
			l.notify(s.client, protocol.Notice{Text: req.words})
		}
	}
}
