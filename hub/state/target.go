package state

import (
	"time"

	"chinwag/protocol"
)

// Target is where an operator's lines go: to a ticket, to the room, or nowhere for a moment.
type Target struct {
	Ticket     protocol.Ticket // 0: the room, or nowhere
	Nobody     bool            // lines are rejected, for a moment
	Pending    protocol.Ticket // the target after that; 0: the room
	Former     protocol.Ticket // the target until it had gone; 0 once the operator has shown that it knows
	FormerNick protocol.Nick   // of Former
}

// The lines of an operator go to the room, or to a visitor, the target. Only the operator's own commands set a target:
// /next, /take, /to, /hand and @N. Every other change clears it for a second, in which lines are rejected:
//
//	the visitor goes ──┐                     ┌─> the visitor assigned meanwhile
//	/close ────────────┼─> nowhere, for 1 s ─┤
//	one is assigned ───┘                     └─> the room
//
// So a line reaches no visitor but the one for which it was begun. A line that names where it was begun (Say.Ticket,
// Say.Room) needs no clock for that: it is rejected unless lines go there now. A line for the room is also rejected
// within a second of a rejected command for a visitor: it may be for the same visitor.

// PasteGuard is how long a client's user may still type without having read the last event.
const PasteGuard = time.Second

// targetOf returns the ticket to which the lines of s go; nil: they go to the room, or are rejected.
func (m *Machine) targetOf(s *Session) *Ticket { return m.desk.tickets[s.Target.Ticket] }

func (m *Machine) changeTarget(s *Session, to Target) {
	if s.Target != to {
		m.change(s.ID, TargetSet{to})
	}
}

// to changes where the lines of s go.
func (m *Machine) to(s *Session, cmd protocol.To) {
	if cmd.Ticket == 0 {
		m.setTarget(s, nil)
		m.answer(s, m.withTarget(s, protocol.Target{}))
		return
	}
	t, refusal := m.owned(s, cmd.Ticket)
	switch {
	case refusal != nil:
		m.guardPaste(s)
		m.reject(s, refusal)
	case t.Operator != s.ID:
		m.guardPaste(s)
		m.rejectf(s, "visitor-waiting", "%s waits, and is nobody's yet: /take %d", t.name(), t.No)
	default:
		m.setTarget(s, t)
		m.answer(s, m.withTarget(s, protocol.Target{}))
	}
}

// setTarget makes t the target of s, or the room if t is nil.
func (m *Machine) setTarget(s *Session, t *Ticket) {
	to := Target{}
	if t != nil {
		to.Ticket = t.No
	}
	m.changeTarget(s, to)
	if !s.refuseUntil.IsZero() {
		m.touchExact(s).refuseUntil = time.Time{}
	}
}

// suspendTarget has the lines of s rejected for a moment; then they go to the pending target, or to the room. It is for
// changes that set no new target.
func (m *Machine) suspendTarget(s *Session) {
	to := s.Target
	to.Ticket, to.Nobody = 0, true
	m.changeTarget(s, to)
	m.guardPaste(s)
}

// guardPaste has the lines of s rejected for a moment, except those that name a visitor: they may have been sent
// together with a command that was rejected.
func (m *Machine) guardPaste(s *Session) { m.touchExact(s).refuseUntil = m.now.Add(PasteGuard) }

// isPasteGuarded reports whether s may not have read yet why its lines are rejected.
func (m *Machine) isPasteGuarded(s *Session) bool { return m.now.Before(s.refuseUntil.Add(m.in.Lag)) }

// resumeTargets ends the moment in which lines are rejected, and tells where they go.
func (m *Machine) resumeTargets() {
	for _, s := range m.desk.operators {
		if !s.Target.Nobody || !s.isThere() || m.now.Before(s.refuseUntil) {
			continue
		}
		now := protocol.Target{}
		if pending := m.desk.tickets[s.Target.Pending]; pending != nil && pending.Operator == s.ID {
			m.setTarget(s, pending)
			now = protocol.Target{Event: protocol.VisitorTaken, Ticket: pending.No, Nick: pending.Nick}
		} else {
			m.changeTarget(s, Target{Former: s.Target.Former, FormerNick: s.Target.FormerNick})
		}
		m.answer(s, m.withTarget(s, now))
	}
}

// dropEndedTargets clears each target and pending whose ticket has ended.
func (m *Machine) dropEndedTargets() {
	for _, s := range m.desk.operators {
		if no := s.Target.Ticket; no != 0 && m.desk.tickets[no] == nil {
			m.changeTarget(s, Target{Nobody: true, Former: no, FormerNick: m.endedAs(no)})
			m.guardPaste(s)
		}
		if no := s.Target.Pending; no != 0 && m.desk.tickets[no] == nil {
			m.dropPending(s)
			m.guardPaste(s)
		}
	}
}

// endedAs returns the nick of the visitor whose conversation this decision has ended.
func (m *Machine) endedAs(no protocol.Ticket) (n protocol.Nick) {
	for i := range m.out.Events {
		if at, ok := m.out.Events[i].What.(protocol.TicketChanged); ok && at.Ticket == no {
			n = at.From
		}
	}
	return n
}

// assignUnasked assigns t to s, which has not asked for it. It becomes the target after a moment: a line that is being
// typed now is not meant for it.
func (m *Machine) assignUnasked(s *Session, t *Ticket) {
	surprised := !s.Target.Nobody
	to := s.Target
	to.Ticket, to.Nobody, to.Pending = 0, true, t.No
	m.changeTarget(s, to)
	m.guardPaste(s)
	m.assignTo(s, t)
	if surprised {
		m.answer(s, m.withTarget(s, protocol.Target{Event: protocol.VisitorTaken, Ticket: t.No, Nick: t.Nick}))
	}
	m.replayConversation(s, t)
}

// targetName names where the lines of s go.
func (m *Machine) targetName(s *Session) string {
	if s.Target.Nobody {
		return "nobody"
	}
	if t := m.targetOf(s); t != nil {
		return t.name()
	}
	return s.Room.String()
}

// withTarget completes e with where the lines of s go.
func (m *Machine) withTarget(s *Session, e protocol.Target) protocol.Event {
	e.Room, e.Nobody = s.Room, s.Target.Nobody
	if t := m.targetOf(s); t != nil {
		e.Target, e.TargetNick = t.No, t.Nick
	}
	return e
}

// TargetSet sets where an operator's lines go.
type TargetSet struct{ Target Target }

func (TargetSet) change() {}

func (o *TargetSet) fields(c *coder) {
	t := &o.Target
	number(c, &t.Ticket)
	c.flags(&t.Nobody)
	number(c, &t.Pending)
	number(c, &t.Former)
	c.nick(&t.FormerNick)
}

func (m *Machine) targetSet(s *Session, c TargetSet) { m.touchSession(s).Target = c.Target }

func toFields(v *protocol.To, c *coder) { number(c, &v.Ticket) }
