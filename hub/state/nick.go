package state

import (
	"net/netip"
	"strconv"
	"time"

	"github.com/google/uuid"

	"chinwag/protocol"
)

// rename gives s another nick.
func (m *Machine) rename(s *Session, cmd protocol.Rename) {
	to := cmd.Nick
	if to == s.Nick {
		m.notice(s, "you are "+to.String()+" already")
		return
	}
	if why := m.checkNick(s, to); why != nil {
		m.reject(s, why)
		return
	}
	from := s.Nick
	m.freeNick(s, to)
	renamed := protocol.Renamed{From: from, To: to, Ack: protocol.Ack{You: true}, Rooms: s.shared()}
	m.emitEach(s, func(at protocol.Meta) protocol.Recorded {
		renamed.Meta = at
		return renamed
	})
	if s.Operator {
		m.hearOperator(s)
	}
	if s.Ticket != 0 {
		m.emit(Desk, s.ID, protocol.TicketChanged{Meta: m.stamp(protocol.DeskRoom), Ticket: s.Ticket, From: from, Event: protocol.VisitorRenamed, To: to})
	}
}

// checkNick returns why s cannot take the nick n; nil: it can, once freeNick has freed it.
func (m *Machine) checkNick(s *Session, n protocol.Nick) *protocol.Refusal {
	if why := n.Unfit(); why != nil {
		return why
	}
	if n.IsReserved() && !s.Operator {
		return protocol.Refuse("name-reserved", "%s is a name for those who run the server: please choose another", n)
	}
	if left := m.refusesNick(s, n); left > 0 {
		return protocol.Refuse("name-kicked", "nobody can be called %s for %s, since somebody of that name or one like it was kicked: please choose another name", n, left)
	}
	for _, key := range n.Keys() {
		switch h := m.names[key]; {
		case h == nil || h == s || h.yieldsTo(s):
		case h.Conn == 0:
			return protocol.Refuse("name-held", "%s is held for whoever has lost the connection by that name: if that was you, /resume CODE", h.Nick)
		case h.Nick.Same(n):
			return protocol.Refuse("name-taken", "%s is taken: please choose another name", n)
		default:
			return protocol.Refuse("name-alike", "%s looks too much like %s, who is here: please choose another name", n, h.Nick)
		}
	}
	return nil
}

// A session that ends within ShortTime, with at most shortLines said, was a short stay.
const (
	ShortTime  = 10 * time.Second
	shortLines = 3
)

// isShortStay reports whether s has come just now and said few lines, as a script does. Its nick is not held against
// the next run of that script: see yieldsTo.
func (m *Machine) isShortStay(s *Session) bool {
	return !s.Returned && s.spoken <= shortLines && m.now.Sub(s.Created) < ShortTime
}

// yieldsTo reports whether o may take the nick of s, which has no connection: s was a short stay from the address of o,
// so most likely o is the same script again. An unknown address matches none.
func (s *Session) yieldsTo(o *Session) bool {
	return s.Short && s.At.IsValid() && s.At == o.At
}

// freeNick frees the nick n for s, after checkNick.
func (m *Machine) freeNick(s *Session, n protocol.Nick) {
	for _, key := range n.Keys() {
		if h := m.names[key]; h != nil && h != s {
			m.change(h.ID, NameReleased{})
		}
	}
}

// reclaimNick gives a session back the nick without which it was held or, if another session has that, the nick of the
// guest with that number.
func (m *Machine) reclaimNick(s *Session, number int) {
	if !s.Released {
		return
	}
	n := s.Nick
	if m.Holder(n) != nil || m.refusesNick(s, n) > 0 {
		n = m.guestNick(s, number)
	}
	m.change(s.ID, NameTaken{n})
	if s.Operator {
		m.hearOperator(s)
	}
}

// guestsAtOnce is how many guest numbers are reserved at once in the common row, so that few guests write it.
const guestsAtOnce = 100

// guestNick returns the nick of the guest with that number (0: the next) or the first after it that s can take.
func (m *Machine) guestNick(s *Session, number int) protocol.Nick {
	if number == 0 {
		number = m.guests + 1
	}
	for ; ; number++ {
		if m.guests = max(m.guests, number); number > m.common.Guests {
			m.touchCommon().Guests = number - 1 + m.reservedGuests()
		}
		n := protocol.MustNick("guest-" + strconv.Itoa(number))
		if m.Holder(n) == nil && m.refusesNick(s, n) == 0 {
			return n
		}
	}
}

// reservedGuests returns how many guest numbers are reserved at once. Where several nodes decide, a start must skip
// none.
func (m *Machine) reservedGuests() int {
	if m.Order != nil {
		return 1
	}
	return guestsAtOnce
}

// Holder returns the session that has the nick n, or one that cannot be told from it; nil: there is none.
func (m *Machine) Holder(n protocol.Nick) *Session {
	for _, key := range n.Keys() {
		if s := m.names[key]; s != nil {
			return s
		}
	}
	return nil
}

// named returns the session that has the nick n, and not just one like it; nil: there is none.
func (m *Machine) named(n protocol.Nick) *Session {
	if s := m.Holder(n); s != nil && s.Nick.Same(n) {
		return s
	}
	return nil
}

// renamed gives s a nick, which is free.
func (m *Machine) renamed(s *Session, to protocol.Nick) {
	m.touchSession(s)
	m.freeName(s)
	s.Nick, s.Released = to, false
	m.claimName(s)
}

// NameTaken gives a session a nick without telling its rooms.
type NameTaken struct{ Nick protocol.Nick }

func (NameTaken) change() {}

func (o *NameTaken) fields(c *coder) { c.nick(&o.Nick) }

func (m *Machine) nameTaken(s *Session, c NameTaken) { m.renamed(s, c.Nick) }

// NameReleased frees the nick of a session that may come back without it.
type NameReleased struct{}

func (NameReleased) change() {}

// nameReleased lets other sessions take the nick of s, which is not connected.
func (m *Machine) nameReleased(s *Session, _ NameReleased) {
	m.freeName(m.touchSession(s))
	s.Released = true
}

// ShortHolder returns the connection of the session that has the nick n or one that cannot be told from it, if that is
// a short stay from the address of the session that asks; 0: there is none. From until on it is no longer a short stay.
func (m *Machine) ShortHolder(n protocol.Nick, asking uuid.UUID, at netip.Prefix, now time.Time) (conn uint64, until time.Time) {
	h := m.Holder(n)
	if h == nil || h.ID == asking || !at.IsValid() || h.At != at || h.Returned || h.spoken > shortLines || now.Sub(h.Created) >= ShortTime {
		return 0, until
	}
	return h.Conn, h.Created.Add(ShortTime)
}

func renameFields(v *protocol.Rename, c *coder) { c.nick(&v.Nick) }
