package hub

import (
	"slices"
	"time"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// rename takes another nick.
func (r *run) rename(m *member, to protocol.Nick, w int64) {
	if m.bound == (protocol.Room{}) && !m.greeted {
		r.name(m, to)
		r.giveBack(m.client, w)
		return
	}
	if m.called != (protocol.Nick{}) { // on the connection before this one
		c, before := m.client, r.onName[m]
		r.onName[m] = func() { r.command(c, protocol.Rename{Nick: to}, w) }
		if before != nil {
			before() // of a connection that is over
		}
		return
	}
	if to == m.nick {
		r.answer(m.client, protocol.Notice{Text: protocol.MustText("you are " + to.String() + " already")}, w)
		return
	}
	r.freeName(m, to)
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
		done: func() {
			r.giveBackWhenWritten(c, w)
			r.settleName(m)
		},
		failed: func() {
			r.release(m, to)
			if !m.released { // else the name is free, and may be somebody's by now
				r.claim(m, from)
			}
			r.refuseUnkept(c, w)
			r.settleName(m)
		},
	})
}

// settleName does what waits until it is decided what m is called.
func (r *run) settleName(m *member) {
	m.called = protocol.Nick{}
	waits := r.onName[m]
	delete(r.onName, m)
	if waits != nil {
		waits()
	}
}

// name is rename for a person who has not arrived. Nobody hears of it, and the person
// is told on arriving: who it is, and why that is somebody else.
func (r *run) name(m *member, to protocol.Nick) {
	r.freeName(m, to)
	if m.unnamed = r.checkNick(m, to); m.unnamed == nil {
		r.setNick(m, to)
	}
}

func (r *run) tellUnnamed(m *member) {
	if m.unnamed != nil {
		r.tellOne(m.client, protocol.Refused{Refusal: *m.unnamed})
		m.unnamed = nil
	}
}

func (r *run) checkNick(m *member, n protocol.Nick) *protocol.Refusal {
	if refusal := n.Unfit(); refusal != nil {
		return refusal
	}
	if n.IsReserved() && !m.operator {
		return protocol.Refuse("name-reserved", "%s is a name for those who run the server: please choose another", n)
	}
	if left := r.refusesName(m, n); left > 0 {
		return protocol.Refuse("name-kicked", "nobody can be called %s for %s, since somebody of that name or one like it was kicked: please choose another name", n, left)
	}
	switch h := r.holder(n); {
	case h == nil || h == m:
		return nil
	case h.client == nil:
		return protocol.Refuse("name-held", "%s is held for whoever has lost the connection by that name: if that was you, /resume CODE", h.nick)
	case h.nick.Same(n):
		return protocol.Refuse("name-taken", "%s is taken: please choose another name", n)
	default:
		return protocol.Refuse("name-alike", "%s looks too much like %s, who is here: please choose another name", n, h.nick)
	}
}

const (
	shortTime  = 10 * time.Second
	shortLines = 3
)

// isShortStay reports whether m is one who calls, says a line or three and is gone, as
// scripts do. Its name is not held for it as if it might come back: see freeName.
func (m *member) isShortStay() bool {
	return !m.again && m.spoken <= shortLines && time.Since(m.began) < shortTime
}

// freeName frees a name that m asks for, if it is held for somebody from the same address who was
// here for a moment: most likely the same script again. A new name that is not recorded yet would
// come true after it was somebody else's.
func (r *run) freeName(m *member, n protocol.Nick) {
	if h := r.holder(n); h != nil && h.shortStay && (h.gone || h.client == nil) && h.called == (protocol.Nick{}) && h.isFromWhere(m) {
		r.giveUpName(h)
	}
}

// isFromWhere reports whether m and o come from one place now. Nowhere is none.
func (m *member) isFromWhere(o *member) bool { return m.at.IsValid() && m.at == o.at }

// giveUpName frees the name of a session that may come back without it.
func (r *run) giveUpName(m *member) {
	r.release(m, m.nick)
	r.release(m, m.called)
	m.released = true
}

// patient is a command that waits for the end of a connection, but not for ever: that one may
// have much to say still, not read what it is answered, or wait itself.
type patient struct {
	until time.Time
	goOn  func() // nil: it has gone on
}

// goOn follows a command that has waited for long enough.
func (r *run) goOn(p *patient) {
	if f := p.goOn; f != nil {
		p.goOn = nil
		r.patients = slices.DeleteFunc(r.patients, func(o *patient) bool { return o == p })
		f()
	}
}

func (r *run) endPatience(now time.Time) {
	for _, p := range slices.Clone(r.patients) {
		if !p.until.After(now) {
			r.goOn(p)
		}
	}
}

// awaitName has a command that asks for a name wait until the connection of a short
// caller from the same address is over, if that has ended but for what is not read yet; or
// until the caller has stayed longer.
func (r *run) awaitName(c *Client, cmd protocol.Command, w int64) bool {
	var n protocol.Nick
	switch cmd := cmd.(type) {
	case protocol.Rename:
		n = cmd.Nick
	case protocol.Hello:
		n = cmd.Nick
	}
	if n == (protocol.Nick{}) {
		return false
	}
	h := r.holder(n)
	if h == nil || h == c.member || h.client == nil || h.gone || !h.isFromWhere(c.member) || !h.isShortStay() {
		return false
	}
	if h.client.ending == nil || !h.client.ending() {
		return false
	}
	p := &patient{until: h.began.Add(shortTime), goOn: func() { r.command(c, cmd, w) }}
	r.onEnd[h.client] = append(r.onEnd[h.client], p)
	r.patients = append(r.patients, p)
	r.rearm()
	return true
}

func (r *run) setNick(m *member, n protocol.Nick) {
	r.release(m, m.nick)
	m.nick = n
	r.claim(m, n)
}
