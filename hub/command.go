package hub

import (
	"time"

	"chinwag/hub/state"
	"chinwag/protocol"
)

// follows carries out commands. Their cost is in flight until they are told.
func (r *run) follows(req commands) {
	for _, cmd := range req.cmds {
		p := proposal{c: req.c, weight: req.weight, cost: costOf(cmd), isLine: IsMessage(cmd), ref: req.ref}
		r.command(req.c, cmd, p)
	}
}

// command proposes a command, or answers one that needs no order.
func (r *run) command(c *Client, cmd protocol.Command, p proposal) {
	if c.over || r.draining {
		r.drop(p)
		return
	}
	if r.awaitName(c, cmd, p) {
		return
	}
	switch cmd := cmd.(type) {
	case protocol.Ping:
		r.arrive(c)
		r.tellLocal(c, p, protocol.Pong(cmd))
		return
	case protocol.Help:
		r.arrive(c)
		r.help(c, cmd, p)
		return
	case protocol.Resume:
		r.resume(c, cmd.Code.String(), p)
		return
	case protocol.Hello:
		if s := r.stateOf(c); s == nil || !s.Program {
			r.hello(c, cmd, p)
			return
		}
	}
	if !c.hasSession() && !r.enters(c, cmd, p) {
		return
	}
	if refusal := r.checkBudget(c, cmd); refusal != nil {
		r.tellLocal(c, p, protocol.Refused{Refusal: *refusal, Ref: refOf(cmd)})
		return
	}
	p.op = state.Command{Command: cmd, Ref: p.ref}
	p.secrets = r.secretsIn(c, wordsOf(cmd))
	r.propose(p)
}

// enters begins the session of a client at its first command, and reports whether that command is still to be
// carried out.
func (r *run) enters(c *Client, cmd protocol.Command, p proposal) bool {
	switch cmd := cmd.(type) {
	case protocol.Rename: // it is not announced before the client arrives
		c.Nick = cmd.Nick
		r.drop(p)
		return false
	case protocol.Quit:
		if c.nowhere || r.health.hangs() { // else it is told first where it is
			r.goodbye(c, protocol.Goodbye{Reason: protocol.Departed})
			r.drop(p)
			return false
		}
	case protocol.Join:
		o := r.newcomer(c)
		o.Room = cmd.Room
		r.open(c, p, o)
		return false
	}
	r.open(c, proposal{before: true}, r.newcomer(c))
	if c.over || !c.hasSession() { // it has no session
		r.drop(p)
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
func (r *run) promote(req promote) {
	c := req.c
	p := proposal{c: c, weight: req.weight, ref: req.ref, op: state.Promote{}}
	switch {
	case c.over || r.draining:
		r.drop(p)
	case !c.hasSession():
		o := r.newcomer(c)
		o.Operator, o.Promoted = true, true
		r.open(c, p, o)
	default:
		r.propose(p)
	}
}

// detach ends a connection, in order or not. The client stays known until that is delivered.
func (r *run) detach(req detach) {
	c := req.c
	c.detached = true
	r.greeted.leave(c)
	defer r.ended(c)
	if !c.hasSession() || r.parted { // its session stays for the next start
		if req.reason == protocol.Departed && !c.over {
			r.goodbye(c, protocol.Goodbye{Reason: protocol.Departed})
		}
		if r.parted {
			r.leftUnread(c)
		}
		r.finish(c) // it is not announced any more
		delete(r.clients, c.conn)
		return
	}
	if _, known := r.lost[c.conn]; known { // it was expelled
		return
	}
	lost := c.lostFor(req.reason)
	if req.reason != protocol.Departed { // it is told nothing more
		r.finish(c)
	}
	r.lose(c, lost)
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
		lost.Seen = c.session.seen.Load()
	}
	return lost
}

// lose proposes the end of a client's connection. That has no effect if the session is over, or has another
// connection.
func (r *run) lose(c *Client, lost state.Lost) {
	r.lost[c.conn] = lost
	r.propose(proposal{of: c.id, conn: c.conn, op: lost})
}

// forget deletes what is known of a connection.
func (r *run) forget(conn uint64) {
	delete(r.lost, conn)
	if c := r.clients[conn]; c != nil && c.detached {
		if !c.over { // its session is over, or never began
			r.goodbye(c, protocol.Goodbye{Reason: protocol.Departed})
		}
		delete(r.clients, conn)
	}
}

// expel ends a connection for a reason of the server's.
func (r *run) expel(req expel) {
	c := req.c
	if c.over {
		return
	}
	lost := c.lostFor(req.reason)
	r.goodbye(c, protocol.Goodbye{Reason: req.reason})
	if c.hasSession() {
		r.lose(c, lost)
	}
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// notice tells all connected operators something about the server.
func (r *run) notice(req notice) {
	for _, s := range r.sessions {
		if s.operator && s.client != nil {
			r.tellOne(s.client, protocol.Notice{Text: req.words})
		}
	}
}
