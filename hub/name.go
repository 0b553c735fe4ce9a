package hub

import (
	"chinwag/hub/journal"
	"chinwag/protocol"
)

// rename takes another nick. Before m is announced nobody hears of it.
func (r *run) rename(m *member, to protocol.Nick, w int64) {
	if to == m.nick {
		r.answer(m.client, protocol.Notice{Text: protocol.MustText("you are " + to.String() + " already")}, w)
		return
	}
	if refusal := r.checkNick(m, to); refusal != nil {
		r.answer(m.client, protocol.Refused{Refusal: *refusal}, w)
		return
	}
	renamed := protocol.Renamed{From: m.nick, To: to, Mine: protocol.Mine{You: true}}
	if m.bound == (protocol.Room{}) {
		r.setNick(m, to)
		r.answer(m.client, renamed, w)
		return
	}
	c, from := m.client, m.nick
	entries := []journal.Entry{r.entry(m, m.bound, renamed)}
	if m.visiting != 0 {
		entries = append(entries, r.deskEntry(m, protocol.TicketChanged{Ticket: m.visiting, From: from, State: protocol.VisitorRename, To: to}))
	}
	r.claim(m, to)
	m.called = to
	r.propose(proposal{
		entries: entries,
		done:    func() { m.called = protocol.Nick{}; r.giveBackWhenWritten(c, w) },
		failed: func() {
			m.called = protocol.Nick{}
			r.release(m, to)
			r.claim(m, from)
			r.refuseUnkept(c, w)
		},
	})
}

func (r *run) checkNick(m *member, n protocol.Nick) *protocol.Refusal {
	if n.IsReserved() && !m.operator {
		return protocol.Refuse("reserved", "%s is a name for those who run the server: please choose another", n)
	}
	switch h := r.holder(n); {
	case h == nil || h == m:
		return nil
	case h.client == nil:
		return protocol.Refuse("held", "%s is held for whoever has lost the connection by that name: if that was you, /resume CODE", h.nick)
	case h.nick.Same(n):
		return protocol.Refuse("taken", "%s is taken: please choose another name", n)
	default:
		return protocol.Refuse("alike", "%s looks too much like %s, who is here: please choose another name", n, h.nick)
	}
}

func (r *run) setNick(m *member, n protocol.Nick) {
	r.release(m, m.nick)
	m.nick = n
	r.claim(m, n)
}
