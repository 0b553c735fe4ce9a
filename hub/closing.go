package hub

import (
	"fmt"
	"maps"
	"slices"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// The end of conversations, by an operator: of one, or of many at once.

// closeTicket ends a conversation. The visitor goes back to the room or, where
// there is only the desk, is said goodbye to.
func (r *run) closeTicket(m *member, cmd protocol.Close, w int64) {
	if cmd.Text = short(cmd.Text); cmd.Many() {
		r.closeMany(m, cmd, w)
		return
	}
	t, refusal := r.mine(m, cmd.Ticket)
	if refusal != nil {
		r.answer(m.client, protocol.Refused{Refusal: *refusal}, w)
		return
	}
	c := m.client
	r.endTickets(m, []*ticket{t}, cmd, func() {
		r.tellOne(c, r.servingNow(m, protocol.Serving{State: protocol.Closed, Ticket: t.no, Nick: t.nick}))
		r.giveBackWhenWritten(c, w)
	}, func() { r.refuseUnkept(c, w) })
}

// endTickets proposes the end of ts, which m may end, at once.
func (r *run) endTickets(m *member, ts []*ticket, cmd protocol.Close, done, failed func()) {
	var entries []journal.Entry
	for _, t := range ts {
		entries = append(entries, r.toVisitor(m, t, protocol.AtDesk{State: protocol.Closed, By: m.nick, Text: cmd.Text})...)
		entries = append(entries, r.deskEntry(m, protocol.TicketChanged{Ticket: t.no, From: t.nick, State: protocol.Closed, By: m.nick, Text: cmd.Text, Many: cmd.Many()}))
		t.claims, t.ending = append(t.claims, m), true
	}
	r.propose(proposal{
		entries: entries,
		done: func() {
			for _, t := range ts {
				t.decided()
				r.closed(m, t)
			}
			done()
		},
		failed: func() {
			for _, t := range ts {
				t.ending = false
				r.giveUpClaim(t)
			}
			failed()
		},
	})
}

// closed is what follows the end of t, by m.
func (r *run) closed(m *member, t *ticket) {
	switch t {
	case m.target:
		r.aimAtNobody(m)
	case m.heir:
		m.heir = nil
		r.hush(m)
	}
	if v := t.visitor; v != nil && v.visiting == t.no {
		v.visiting = 0
		r.seeOut(v)
	}
}

// mass is one /close of many, on its way: a group at a time, so that nobody's line waits long.
type mass struct {
	by     *member
	c      *Client // that is answered
	cmd    protocol.Close
	weight int64
	rest   []*ticket
	closed []protocol.Ticket // so far
	left   int               // tickets that other operators have
}

// closeMany ends all that cmd names and m may end.
func (r *run) closeMany(m *member, cmd protocol.Close, w int64) {
	nos := slices.Sorted(maps.Keys(r.desk.tickets))
	if cmd.Address == (protocol.Origin{}) {
		nos = cmd.Tickets.Among(nos)
	}
	all := &mass{by: m, c: m.client, cmd: cmd, weight: w}
	for _, no := range nos {
		if t := r.desk.tickets[no]; cmd.Address == (protocol.Origin{}) || cmd.Address.Has(t.from.Prefix) {
			all.rest = append(all.rest, t)
		}
	}
	if len(all.rest) == 0 {
		r.refuse(m.client, w, "no-visitor", "there is no such visitor here: /queue shows who is")
		return
	}
	r.closeNext(all)
}

// closeNext ends the next group, or tells what came of all.
func (r *run) closeNext(all *mass) {
	var group []*ticket
	for len(all.rest) > 0 && len(group) < maxAtOnce && !all.by.gone && !r.deaf {
		t := all.rest[0]
		all.rest = all.rest[1:]
		switch _, refusal := r.mine(all.by, t.no); {
		case refusal == nil:
			group = append(group, t)
		case t.owner() != nil && t.owner() != all.by:
			all.left++
		}
	}
	if len(group) == 0 {
		r.tellClosed(all)
		r.giveBackWhenWritten(all.c, all.weight)
		return
	}
	r.endTickets(all.by, group, all.cmd, func() {
		for _, t := range group {
			all.closed = append(all.closed, t.no)
		}
		r.closeNext(all)
	}, func() {
		if len(all.closed) > 0 {
			r.tellClosed(all)
		}
		r.refuseUnkept(all.c, all.weight)
	})
}

// tellClosed answers the operator who has closed many, and tells the other operators of all
// of them in one notice: people among them are told no line of each.
func (r *run) tellClosed(all *mass) {
	m, n := all.by, len(all.closed)
	r.tellOne(all.c, r.servingNow(m, protocol.Serving{State: protocol.Closed, Count: n, Left: all.left}))
	if n == 0 {
		return
	}
	which := all.closed[0].String()
	if n > 1 {
		which = fmt.Sprintf("from %s to %s", which, all.closed[n-1])
	}
	for _, o := range r.desk.operators {
		if o != m && o.client != nil {
			r.tellOne(o.client, protocol.Notice{Text: protocol.MustText(fmt.Sprintf("%s closed %s: %s", m.nick, plural(n, "conversation"), which))})
		}
	}
}
