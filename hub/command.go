package hub

import (
	"errors"

	"chinwag/hub/state"
	"chinwag/protocol"
)

// commands carries out commands. Their cost is in flight until they are told.
func (l *loop) commands(req commands) {
	for _, cmd := range req.cmds {
		p := proposal{c: req.c, slots: req.slots, cost: costOf(cmd), isMessage: protocol.VerbOf(cmd).Message}
		cmd, p.ref = protocol.Split(cmd)
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
	if refusal := l.checkBudget(c, cmd, p.ref); refusal != nil {
		l.answerLocal(c, p, protocol.Refused{Refusal: *refusal, Ref: p.ref})
		return
	}
	p.op = state.Command{Command: cmd, Ref: p.ref}
	p.secrets = l.secretsIn(c, protocol.WordsOf(cmd))
	l.propose(p)
}

// enters begins the session of a client at its first command, and reports whether that command is still to be carried
// out.
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

// help lists the commands that c can use where it is, or explains one.
func (l *loop) help(c *Client, cmd protocol.Help, p proposal) {
	told, err := protocol.HelpFor(cmd, l.standsAt(c))
	if refusal, ok := errors.AsType[*protocol.Refusal](err); ok {
		l.answerLocal(c, p, protocol.Refused{Refusal: *refusal, Ref: p.ref})
		return
	}
	events := make([]protocol.Event, len(told))
	for i := range told {
		events[i] = told[i]
	}
	l.answerLocal(c, p, events...)
}

// standsAt is the room and the role of c, as far as they decide which commands it can use. A client without a session
// counts as in its first room: each command tries to bring it there.
func (l *loop) standsAt(c *Client) protocol.Place {
	operator, at, aimed, program, watching := c.Operator, l.entrance(c.Operator), false, false, false
	if s := c.session; s != nil {
		operator, at, aimed, program, watching = s.operator, s.where(), s.hasTarget, s.program, s.watched != nil
	}
	return protocol.Place{
		Watching:   watching,
		Operator:   operator,
		Visitor:    at == protocol.DeskRoom,
		Aimed:      aimed,
		Nowhere:    at == protocol.Room{},
		Console:    operator && c.Brief, // its session cannot be resumed
		OnlyDesk:   l.opts.Desk,
		NoPassword: c.NoPassword,
		Program:    program,
	}
}

// entrance is the first room of a newcomer.
func (l *loop) entrance(operator bool) protocol.Room {
	switch {
	case !l.opts.Desk:
		return protocol.Lobby
	case operator:
		return protocol.OperatorsRoom
	}
	return protocol.DeskRoom
}
