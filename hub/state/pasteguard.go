package state

import "chinwag/protocol"

// checkDestination returns why a line is not for where the lines of s go now; nil: it is.
func (m *Machine) checkDestination(s *Session, cmd protocol.Say) *protocol.Refusal {
	to := &s.Target
	switch {
	case cmd.Ticket != 0 && to.Former == cmd.Ticket:
		return notHeard("%s has gone", to.formerName())
	case cmd.Ticket != 0 && to.Ticket != cmd.Ticket:
		return notHeard("it was begun for %s, and what you type goes to %s now", cmd.Ticket, m.targetName(s))
	case cmd.Ticket != 0:
		return nil
	case cmd.Room != protocol.Room{} && !s.isIn(cmd.Room) && cmd.Room != protocol.DeskRoom && s.Room != protocol.DeskRoom:
		return protocol.NotHeardIn(cmd.Room)
	case cmd.Room != protocol.Room{} && !s.isIn(cmd.Room), cmd.Room == s.Room && (to.Ticket != 0 || to.Nobody):
		return notHeard("it was begun in %s, and what you type goes to %s now", cmd.Room, m.targetName(s))
	case cmd.Room != protocol.Room{} && cmd.Room != s.Room: // the line names its room, wherever other lines go
		return nil
	case cmd.Room != protocol.Room{} && s.Operator && m.isPasteGuarded(s): // a command for a visitor was rejected: this may be for the same visitor
		return m.checkPasteGuard(s)
	case cmd.Room != protocol.Room{}:
		m.forgetFormer(s) // s has seen where its lines go
		return nil
	}
	return m.checkPasteGuard(s)
}

// checkPasteGuard returns why a line that names no place is rejected; nil: it is not. Its place may have been another
// when it was begun.
func (m *Machine) checkPasteGuard(s *Session) *protocol.Refusal {
	was := s.Target
	if !was.Nobody && !m.isPasteGuarded(s) && (was.Former == 0 || was.Ticket != 0) {
		return nil
	}
	m.forgetFormer(s) // once is enough
	m.guardPaste(s)
	pending := m.desk.tickets[was.Pending]
	switch {
	case pending != nil:
		return notHeard("%s comes to you just now, and you are told when what you type goes there", pending.name())
	case was.Former != 0:
		return notHeard("%s has gone", was.formerName())
	case was.Nobody:
		return notHeard("where your lines go has just changed")
	case !s.Operator:
		return notHeard("you are in %s now, where everybody hears you", s.Room)
	}
	return notHeard("it came together with the line before, and what you type goes to %s", m.targetName(s))
}

// forgetFormer forgets the target that has gone, once s was told of that or has shown that it knows.
func (m *Machine) forgetFormer(s *Session) {
	to := s.Target
	to.Former, to.FormerNick = 0, protocol.Nick{}
	m.changeTarget(s, to)
}

func notHeard(why string, args ...any) *protocol.Refusal {
	return protocol.Refuse("target-changed", "nobody has heard that: "+why, args...)
}

// formerName names the target that has gone, as operators see it.
func (t *Target) formerName() string { return (&Ticket{No: t.Former, Nick: t.FormerNick}).name() }
