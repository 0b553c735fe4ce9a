package hub

import (
	"errors"

	"chinwag/hub/state"
	"chinwag/protocol"
)

// Answers to single clients. Each has a position in the journal: it is told after all that was delivered when
// it was given.

// append puts an item that is no entry into a client's outbox.
func (r *run) append(c *Client, a *aside, line *protocol.Frame) {
	bytes := 0
	if line != nil {
		bytes = len(line.Text())
	}
	c.out.append(item{line: line, aside: a}, bytes)
}

// appendAll is append for items that are written at once.
func (r *run) appendAll(c *Client, items []item) {
	bytes := 0
	for _, it := range items {
		if it.line != nil {
			bytes += len(it.line.Text())
		}
	}
	c.out.appendAll(items, bytes)
}

// place is the head of what is delivered, as c reads it.
func (r *run) place(c *Client) place {
	p := place{seq: r.head}
	if s := c.session; s != nil && !s.live { // a live client has read all there is
		p.streams = r.cursor(s).Streams
	}
	return p
}

// tellOne tells c something that is no answer to a command.
func (r *run) tellOne(c *Client, e protocol.Event) {
	r.append(c, &aside{after: r.place(c)}, protocol.NewFrame(e))
}

// answer tells c something and releases the weight of its command when that is written. A client that does not
// read therefore cannot go on asking.
func (r *run) answer(c *Client, e protocol.Event, weight int64) {
	r.append(c, &aside{after: r.place(c), weight: weight}, protocol.NewFrame(e))
}

func (r *run) giveBackWhenWritten(c *Client, weight int64) {
	r.append(c, &aside{after: r.place(c), weight: weight}, nil)
}

func (r *run) giveBack(c *Client, weight int64) { c.turn.Release(weight) }

// tellLocal answers a command that needs no decision, in its turn.
func (r *run) tellLocal(c *Client, p proposal, events ...protocol.Event) {
	p.c, p.local = c, true
	d := &decided{proposal: p}
	for _, e := range events {
		d.answers = append(d.answers, state.Answer{Conn: c.conn, Event: e})
	}
	r.tellAfter(d)
}

// tellIn is tellLocal for a refusal made before c's turn: for an unknown command it suggests one that c can use
// where it is.
func (r *run) tellIn(c *Client, p proposal, e protocol.Event) {
	if refused, ok := e.(protocol.Refused); ok && !c.over {
		refused.Refusal = *refused.Refusal.In(r.standsAt(c))
		e = refused
	}
	r.tellLocal(c, p, e)
}

// help lists the commands that c can use where it is, or explains one.
func (r *run) help(c *Client, cmd protocol.Help, p proposal) {
	told, err := protocol.HelpFor(cmd, r.standsAt(c))
	if refusal, ok := errors.AsType[*protocol.Refusal](err); ok {
		r.tellLocal(c, p, protocol.Refused{Refusal: *refusal, Ref: p.ref})
		return
	}
	events := make([]protocol.Event, len(told))
	for i := range told {
		events[i] = told[i]
	}
	r.tellLocal(c, p, events...)
}

// standsAt is the room and the role of c, as far as they decide which commands it can use. A client without a
// session counts as in its first room: each command tries to bring it there.
func (r *run) standsAt(c *Client) protocol.Place {
	operator, at, aimed, program, watching := c.Operator, r.entrance(c.Operator), false, false, false
	if s := c.session; s != nil {
		operator, at, aimed, program, watching = s.operator, s.where(), s.aimed, s.program, s.watched != nil
	}
	return protocol.Place{
		Watching:   watching,
		Operator:   operator,
		Visitor:    at == protocol.DeskRoom,
		Aimed:      aimed,
		Nowhere:    at == protocol.Room{},
		Console:    operator && c.Brief, // its session cannot be resumed
		OnlyDesk:   r.opts.Desk,
		NoPassword: c.NoPassword,
		Program:    program,
	}
}

// entrance is the first room of a newcomer.
func (r *run) entrance(operator bool) protocol.Room {
	switch {
	case !r.opts.Desk:
		return protocol.Lobby
	case operator:
		return protocol.OperatorsRoom
	}
	return protocol.DeskRoom
}

// goodbye is the last thing that a client is told. Its connection ends when that is written.
func (r *run) goodbye(c *Client, g protocol.Goodbye) {
	line := protocol.NewFrame(r.complete(c, g))
	c.out.append(item{line: line, aside: &aside{after: r.place(c), end: true}}, len(line.Text()))
	r.finish(c)
}
