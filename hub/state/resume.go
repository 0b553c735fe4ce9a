package state

import "chinwag/protocol"

// resume resumes a session for a person's client, which has sent its code.
func (m *Machine) resume(guest *Session, op Resume) {
	m.ref = op.Ref
	s := m.codes[op.Code]
	if why := m.checkResume(guest, s, op); why != nil {
		m.tell(op.Conn, Answer{Event: protocol.Refused{Refusal: *why, Ref: m.ref}})
		return
	}
	to := Attached{Conn: op.Conn, Echo: s.Echo, At: op.From}
	if s.Program {
		to.Echo = op.Echo
	}
	m.attach(guest, s, to, op.Guest)
}

func (m *Machine) checkResume(guest, s *Session, op Resume) *protocol.Refusal {
	switch {
	case guest != nil && guest.Program:
		return protocol.Refuse("late-resume", "chinwag join comes back by itself; another program says its token in its hello")
	case op.Own, guest != nil && s == guest:
		return protocol.Refuse("yourself", "that is you already")
	case op.Operator, guest != nil && guest.Operator:
		return protocol.Refuse("operator-stays", "you are an operator, and stay one: somebody else may /resume that session")
	case s == nil:
		return protocol.Refuse("no-session", "there is no session of that code any more: it is kept for %s after a break", protocol.SecondsOf(m.Settings.Hold).Short())
	}
	return nil
}

// attach gives s to a connection, and ends the guest that the connection was, if any. A session that is still in its
// rooms stays there, and its rooms are not told.
func (m *Machine) attach(guest, s *Session, at Attached, number int) {
	to := m.resumeRoom(s)
	if why := m.checkResumeRoom(guest, s, to); why != nil {
		m.tell(at.Conn, Answer{Event: protocol.Refused{Refusal: *why, Ref: m.ref}})
		m.tell(at.Conn, Answer{Event: protocol.Goodbye{Reason: protocol.Full}})
		return
	}
	if guest != nil {
		m.end(guest, protocol.Left{Reason: protocol.Departed})
	}
	m.tell(s.Conn, Answer{Event: protocol.Goodbye{Reason: protocol.Replaced}})
	at.Was = s.Conn
	watched := s.Rewatch
	if host := HostOf(s.Conn); s.Conn != 0 && host != HostOf(at.Conn) {
		at.Seen = s.seenUpto(m.seenBy(host))
	}
	m.change(s.ID, at)
	m.reclaimNick(s, number)
	if to != (protocol.Room{}) {
		m.goTo(s, to)
	}
	m.leaveClosed(s)
	m.rewatch(s, watched)
	m.endStays(s)
	m.replayMissed(s)
	if s.Finished && s.Room == protocol.DeskRoom {
		m.dismiss(s)
	}
}

// leaveClosed takes s out of rooms that a start has closed: the server is only a desk, with a room of operators.
func (m *Machine) leaveClosed(s *Session) {
	if !m.Settings.Desk {
		return
	}
	for _, p := range s.Watched {
		if p.Room != protocol.OperatorsRoom {
			m.leaveRoom(s, p.Room)
		}
	}
}

// rewatch has s, which has come back, enter again the rooms that it watched, as far as it can.
func (m *Machine) rewatch(s *Session, rooms []protocol.Room) {
	for _, room := range rooms {
		if s.Room != protocol.DeskRoom && !s.isIn(room) && m.checkWatch(s, room) == nil {
			m.watchToo(s, room)
		}
	}
}

// resumeRoom returns the room that s enters as it comes back; zero: it is in one where it can stay.
func (m *Machine) resumeRoom(s *Session) protocol.Room {
	closed := m.Settings.Desk && s.Room != protocol.DeskRoom && s.Room != protocol.OperatorsRoom // it was open before the start
	switch {
	case s.Room != protocol.Room{} && !closed:
		return protocol.Room{}
	case m.Settings.Desk, s.Resume == protocol.Room{}, m.checkEnter(s, s.Resume, m.returnsToDesk(s)) != nil:
		return m.entrance(s.Operator)
	}
	return s.Resume
}

// checkResumeRoom returns why s cannot come back: where there is only a desk, it may have no place there.
func (m *Machine) checkResumeRoom(guest, s *Session, to protocol.Room) *protocol.Refusal {
	if to != protocol.DeskRoom || m.returnsToDesk(s) || guest != nil && guest.Ticket != 0 {
		return nil
	}
	return m.checkDesk(s)
}

// replayMissed sends s, which has come back, its Welcome and what it has missed. A person's client gets the Welcome
// last, where it stays in view; a program gets it first.
func (m *Machine) replayMissed(s *Session) {
	missed := CatchUp{Stays: s.Stays, StaysCut: s.StaysCut, HearsDesk: s.HearsDesk, Seen: s.Seen}
	if s.Program {
		m.answer(s, m.welcome(s, true))
		m.tellTarget(s)
		m.effect(s, missed)
		return
	}
	m.answer(s, missedFollows)
	if s.SeenAtLeast {
		m.answer(s, maybeTwice)
	}
	m.effect(s, missed)
	m.answer(s, m.welcome(s, true))
	m.tellTarget(s)
}

// missedFollows comes before what a person has missed, as Welcome does for a program.
var missedFollows = protocol.Notice{Text: protocol.MustText("Welcome back. What you missed follows.")}

var maybeTwice = protocol.Notice{Text: protocol.MustText("What was said in the second before the break may come once more.")}

func (m *Machine) tellTarget(s *Session) {
	if s.Target.Ticket != 0 {
		m.answer(s, m.withTarget(s, protocol.Target{}))
	}
}
