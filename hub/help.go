package hub

import (
	"errors"

	"chinwag/protocol"
)

// help tells m what it can do where it is, or all of one command.
func (r *run) help(m *member, cmd protocol.Help, w int64) {
	told, err := protocol.HelpFor(cmd, r.standsAt(m.client))
	if refusal, ok := errors.AsType[*protocol.Refusal](err); ok {
		r.answer(m.client, protocol.Refused{Refusal: *refusal}, w)
		return
	}
	for _, e := range told {
		r.tellOne(m.client, e)
	}
	r.giveBackWhenWritten(m.client, w)
}

// standsAt is where c is, and who, as far as that decides what it can do. Who has not
// arrived yet is where it is about to be.
func (r *run) standsAt(c *Client) protocol.Place {
	m, at := c.member, c.member.bound
	if at == (protocol.Room{}) && !m.greeted {
		at = r.entrance(m)
	}
	return protocol.Place{
		Operator:   m.operator,
		Visitor:    at == protocol.DeskRoom,
		Aimed:      m.target != nil,
		Nowhere:    at == protocol.Room{},
		Console:    m.operator && m.token == "", // it has nothing to come back to
		OnlyDesk:   r.opts.Desk,
		NoPassword: c.noPassword,
		Program:    m.program,
	}
}

// answerIn is answer for what is known before c's turn: a word that is no command is
// answered with what c may have meant of what it can do.
func (r *run) answerIn(c *Client, e protocol.Event, w int64) {
	if refused, ok := e.(protocol.Refused); ok && c.member != nil {
		refused.Refusal = *refused.Refusal.In(r.standsAt(c))
		e = refused
	}
	r.answer(c, e, w)
}
