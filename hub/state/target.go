package state

import (
	"time"

	"chinwag/protocol"
)

// Where an operator's lines go: to the room, or to a visitor, the target. It changes
// only by what the operator says: /next, /take, /to, /hand and @N. Every other change leaves
// it at nobody for a second, in which lines are refused:
//
//	the visitor goes ──┐                     ┌─> who was assigned meanwhile
//	/close ────────────┼─> nobody, a second ─┤
//	one is assigned ───┘                     └─> the room
//
// So no line reaches somebody else than the one for whom it was begun. A line that names
// where it was begun (Say.Ticket, Say.Room) needs no clock for that: it is refused unless
// lines go there now. One for the room is refused all the same within a second of a
// refused command for a visitor: it may be for that one.

// Breath is how long whoever types may not yet have read what was told.
const Breath = time.Second

// targetOf is the ticket to which s's lines go; nil: they go to the room, or to nobody.
func (m *Machine) targetOf(s *Session) *Ticket { return m.desk.tickets[s.Target.Ticket] }

func (m *Machine) setTarget(s *Session, to Target) {
	if s.Target != to {
		m.change(s.ID, TargetSet{to})
	}
}

// to changes where s's lines go.
func (m *Machine) to(s *Session, no protocol.Ticket) {
	if no == 0 {
		m.aim(s, nil)
		m.answer(s, m.serving(s, protocol.Serving{}))
		return
	}
	t, refusal := m.owned(s, no)
	switch {
	case refusal != nil:
		m.hush(s)
		m.reject(s, refusal)
	case t.By != s.ID:
		m.hush(s)
		m.rejectf(s, "visitor-waiting", "%s waits, and is nobody's yet: /take %d", t.name(), t.No)
	default:
		m.aim(s, t)
		m.answer(s, m.serving(s, protocol.Serving{}))
	}
}

// aim has s's lines go to t from here on, or if that is nil to the room: s has said so.
func (m *Machine) aim(s *Session, t *Ticket) {
	to := Target{}
	if t != nil {
		to.Ticket = t.No
	}
	m.setTarget(s, to)
	if !s.hushed.IsZero() {
		m.touchExact(s).hushed = time.Time{}
	}
}

// aimAtNobody has s's lines go to nobody for a moment, and then to the room or to the heir: something has
// changed that s did not ask for.
func (m *Machine) aimAtNobody(s *Session) {
	to := s.Target
	to.Ticket, to.Nobody = 0, true
	m.setTarget(s, to)
	m.hush(s)
}

// hush has the lines of s, but for those that name a visitor, rejected for a moment:
// they may have come together with one that could not be followed.
func (m *Machine) hush(s *Session) { m.touchExact(s).hushed = m.now.Add(Breath) }

// isHushed reports whether s may not have read yet why its lines are rejected.
func (m *Machine) isHushed(s *Session) bool { return m.now.Before(s.hushed.Add(m.in.Late)) }

// settle ends the moment in which lines go to nobody, and tells where they go.
func (m *Machine) settle() {
	for _, s := range m.desk.operators {
		if !s.Target.Nobody || !s.isThere() || m.now.Before(s.hushed) {
			continue
		}
		now := protocol.Serving{}
		if heir := m.desk.tickets[s.Target.Heir]; heir != nil && heir.By == s.ID {
			m.aim(s, heir)
			now = protocol.Serving{State: protocol.Taken, Ticket: heir.No, Nick: heir.Nick}
		} else {
			m.setTarget(s, Target{Left: s.Target.Left, Nick: s.Target.Nick})
		}
		m.answer(s, m.serving(s, now))
	}
}

// followTargets has nobody in the place of each target that is no more.
func (m *Machine) followTargets() {
	for _, s := range m.desk.operators {
		if no := s.Target.Ticket; no != 0 && m.desk.tickets[no] == nil {
			m.setTarget(s, Target{Nobody: true, Left: no, Nick: m.endedAs(no)})
			m.hush(s)
		}
		if no := s.Target.Heir; no != 0 && m.desk.tickets[no] == nil {
			m.disinherit(s)
			m.hush(s)
		}
	}
}

// endedAs is what the visitor was called whose conversation this decision has ended.
func (m *Machine) endedAs(no protocol.Ticket) (n protocol.Nick) {
	for i := range m.out.Events {
		if at, ok := m.out.Events[i].What.(protocol.TicketChanged); ok && at.Ticket == no {
			n = at.From
		}
	}
	return n
}

// appoint gives t to s, who has not asked for it: it is the target when whatever s
// is typing just now cannot be meant for it any more.
func (m *Machine) appoint(s *Session, t *Ticket) {
	surprised := !s.Target.Nobody
	to := s.Target
	to.Ticket, to.Nobody, to.Heir = 0, true, t.No
	m.setTarget(s, to)
	m.hush(s)
	m.assignTo(s, t)
	if surprised {
		m.answer(s, m.serving(s, protocol.Serving{State: protocol.Taken, Ticket: t.No, Nick: t.Nick}))
	}
	m.showPast(s, t)
}

// whither is where s's lines go, in words.
func (m *Machine) whither(s *Session) string {
	if s.Target.Nobody {
		return "nobody"
	}
	if t := m.targetOf(s); t != nil {
		return t.name()
	}
	return s.Room.String()
}

// serving completes what an operator is told with where its lines go.
func (m *Machine) serving(s *Session, e protocol.Serving) protocol.Event {
	e.Room, e.Nobody = s.Room, s.Target.Nobody
	if t := m.targetOf(s); t != nil {
		e.Target, e.TargetNick = t.No, t.Nick
	}
	return e
}
