package hub

import (
	"errors"

	"chinwag/hub/state"
	"chinwag/protocol"
)

// Answers to single clients. Each has a position in the journal: it is told after all that was delivered when
// it was given.

// append puts an item that is no entry into a client's outbox.
func (l *loop) append(c *Client, a *control, frame *protocol.Frame) {
	bytes := 0
	if frame != nil {
		bytes = len(frame.Text())
	}
	c.out.append(item{frame: frame, control: a}, bytes)
}

// appendAll is append for items that are written at once.
func (l *loop) appendAll(c *Client, items []item) {
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
	if s := c.session; s != nil && !s.live { // a live client has read all there is
		p.streams = l.cursor(s).Streams
	}
	return p
}

// notify tells c something that is no answer to a command.
func (l *loop) notify(c *Client, e protocol.Event) {
	l.append(c, &control{after: l.position(c)}, protocol.NewFrame(e))
}

// reply tells c something and releases the weight of its command when that is written. A client that does not
// read therefore cannot go on asking.
func (l *loop) reply(c *Client, e protocol.Event, weight int64) {
	l.append(c, &control{after: l.position(c), slots: weight}, protocol.NewFrame(e))
}

func (l *loop) releaseWhenWritten(c *Client, weight int64) {
	l.append(c, &control{after: l.position(c), slots: weight}, nil)
}

func (l *loop) release(c *Client, weight int64) { c.inflight.Release(weight) }

// answerLocal answers a command that needs no decision, in its turn.
func (l *loop) answerLocal(c *Client, p proposal, events ...protocol.Event) {
	p.c, p.local = c, true
	d := &decision{proposal: p}
	for _, e := range events {
		d.answers = append(d.answers, state.Answer{Conn: c.conn, Event: e})
	}
	l.answerAfter(d)
}

// refuseLocal is tellLocal for a refusal made before c's turn: for an unknown command it suggests one that c can use
// where it is.
func (l *loop) refuseLocal(c *Client, p proposal, e protocol.Event) {
	if refused, ok := e.(protocol.Refused); ok && !c.over {
		refused.Refusal = *refused.Refusal.In(l.standsAt(c))
		e = refused
	}
	l.answerLocal(c, p, e)
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

// standsAt is the room and the role of c, as far as they decide which commands it can use. A client without a
// session counts as in its first room: each command tries to bring it there.
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

// goodbye is the last thing that a client is told. Its connection ends when that is written.
func (l *loop) goodbye(c *Client, g protocol.Goodbye) {
	frame := protocol.NewFrame(l.complete(c, g))
	c.out.append(item{frame: frame, control: &control{after: l.position(c), end: true}}, len(frame.Text()))
	l.endClient(c)
}
