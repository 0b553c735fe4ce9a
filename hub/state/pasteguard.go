package state

import "chinwag/protocol"

// misplaced returns why a line is not for where the lines of s go now; nil: it is.
func (m *Machine) misplaced(s *Session, cmd protocol.Say) *protocol.Refusal {
	to := &s.Target
	switch {
	case cmd.Ticket != 0 && to.Former == cmd.Ticket:
		return misplacedLine("%s has gone", to.leftName())
	case cmd.Ticket != 0 && to.Ticket != cmd.Ticket:
		return misplacedLine("it was begun for %s, and what you type goes to %s now", cmd.Ticket, m.whither(s))
	case cmd.Ticket != 0:
		return nil
	case cmd.Room != protocol.Room{} && !s.isIn(cmd.Room) && cmd.Room != protocol.DeskRoom && s.Room != protocol.DeskRoom:
		return protocol.NotHeardIn(cmd.Room)
	case cmd.Room != protocol.Room{} && !s.isIn(cmd.Room), cmd.Room == s.Room && (to.Ticket != 0 || to.Nobody):
		return misplacedLine("it was begun in %s, and what you type goes to %s now", cmd.Room, m.whither(s))
	case cmd.Room != protocol.Room{} && cmd.Room != s.Room: // the line names its room, wherever other lines go
		return nil
	case cmd.Room != protocol.Room{} && s.Operator && m.isHushed(s): // a command for a visitor was rejected: this may be for the same visitor
		return m.hushed(s)
	case cmd.Room != protocol.Room{}:
		m.forgetLeft(s) // s has seen where its lines go
		return nil
	}
	return m.hushed(s)
}

// hushed returns why a line that names no place is rejected; nil: it is not. Its place may have been another when it
// was begun.
func (m *Machine) hushed(s *Session) *protocol.Refusal {
	was := s.Target
	if !was.Nobody && !m.isHushed(s) && (was.Former == 0 || was.Ticket != 0) {
		return nil
	}
	m.forgetLeft(s) // once is enough
	m.hush(s)
	heir := m.desk.tickets[was.Pending]
	switch {
	case heir != nil:
		return misplacedLine("%s comes to you just now, and you are told when what you type goes there", heir.name())
	case was.Former != 0:
		return misplacedLine("%s has gone", was.leftName())
	case was.Nobody:
		return misplacedLine("where your lines go has just changed")
	case !s.Operator:
		return misplacedLine("you are in %s now, where everybody hears you", s.Room)
	}
	return misplacedLine("it came together with the line before, and what you type goes to %s", m.whither(s))
}

// forgetLeft forgets the target that has gone, once s was told of that or has shown that it knows.
func (m *Machine) forgetLeft(s *Session) {
	to := s.Target
	to.Former, to.FormerNick = 0, protocol.Nick{}
	m.setTarget(s, to)
}

func misplacedLine(why string, args ...any) *protocol.Refusal {
	return protocol.Refuse("target-changed", "nobody has heard that: "+why, args...)
}

// leftName names the target that has gone, as operators see it.
func (t *Target) leftName() string { return (&Ticket{No: t.Former, Nick: t.FormerNick}).name() }
