package state

import (
	"slices"

	"chinwag/protocol"
)

// open begins a session for a connection, and ends the guest that the connection was, if any. A session that cannot
// have its nick gets that of a guest, and one that cannot enter its room enters the first room; its client is told why.
func (m *Machine) open(guest *Session, op Open) {
	m.ref = op.Ref
	if guest != nil && guest.Program {
		m.secondHello(guest, protocol.Hello{})
		return
	}
	if s := m.codes[op.Token]; s != nil && s != guest {
		m.attach(guest, s, Attached{Conn: op.Conn, Program: true, Echo: true, At: op.From}, op.Again)
		return
	}
	s := newcomer(op)
	s.Created = m.now
	s.Operator = s.Operator || guest != nil && guest.Operator
	to, noRoom := m.firstRoom(&s, op.Room)
	if why := m.checkFirst(guest, op, to); why != nil {
		if !op.ToldFull || op.Program {
			m.reject(&s, why)
		}
		m.tell(op.Conn, Answer{Event: protocol.Goodbye{Reason: protocol.Full}})
		return
	}
	if guest != nil {
		m.end(guest, protocol.Left{Reason: protocol.Departed})
	}
	noNick := m.firstNick(&s, op.Nick, op.Guest)
	m.change(s.ID, Opened{s})
	m.arrive(m.sessions[s.ID], op, to, noNick, noRoom)
}

func (m *Machine) secondHello(s *Session, _ protocol.Hello) {
	m.rejectf(s, "second-hello", "hello is said once, in the first line")
}

// newcomer returns the session that op begins, without a nick.
func newcomer(op Open) Session {
	return Session{
		ID: op.As, Conn: op.Conn, Code: op.Code, From: op.From, At: op.From.Prefix,
		Operator: op.Operator, Program: op.Program, Echo: op.Echo, Replay: op.Replay,
	}
}

// entrance returns the room that a session enters first. On a server that is only a desk, what operators say to each
// other must not be in a room that a later start opens to all.
func (m *Machine) entrance(operator bool) protocol.Room {
	switch {
	case !m.Settings.Desk:
		return protocol.Lobby
	case operator:
		return protocol.OperatorsRoom
	}
	return protocol.DeskRoom
}

// firstRoom returns the room that s enters, and why that is not the wanted one.
func (m *Machine) firstRoom(s *Session, wanted protocol.Room) (to protocol.Room, why *protocol.Refusal) {
	to = m.entrance(s.Operator)
	switch {
	case wanted == to, wanted == protocol.Room{}, m.Settings.Desk && !s.Operator, s.Operator && wanted == protocol.DeskRoom:
		return to, nil
	case m.holdsSecret(s, wanted.String()):
		return to, SecretSaid
	}
	if why := m.checkEnter(s, wanted, false); why != nil {
		return to, why
	}
	return wanted, nil
}

// checkFirst returns why a server that is only a desk has no place for a newcomer. A newcomer takes over the place of
// its guest.
func (m *Machine) checkFirst(guest *Session, op Open, to protocol.Room) *protocol.Refusal {
	if !m.Settings.Desk || to != protocol.DeskRoom || guest != nil && guest.Ticket != 0 {
		return nil
	}
	return m.FullDesk(op.From.Prefix, op.Reserved, op.ReservedFrom)
}

// firstNick gives s the wanted nick, or that of a guest and the reason.
func (m *Machine) firstNick(s *Session, wanted protocol.Nick, guest int) (why *protocol.Refusal) {
	if wanted == (protocol.Nick{}) {
		s.Nick = m.guestNick(s, guest)
		return nil
	}
	why = m.checkNick(s, wanted)
	if why == nil && m.holdsSecret(s, wanted.String()) {
		why = SecretSaid
	}
	if why != nil {
		s.Nick = m.guestNick(s, guest)
		return why
	}
	m.freeNick(s, wanted)
	s.Nick = wanted
	return nil
}

// minSecret is the length of the shortest secret.
const minSecret = 10

// holdsSecret reports whether a nick or a room that s asks for may be a secret: the intent holds one, and the name is
// long enough.
func (m *Machine) holdsSecret(s *Session, name string) bool {
	return len(name) >= minSecret && (m.tellsSecret() || slices.Contains(m.in.Secrets, s.Code))
}

// arrive has a new session enter its first room. A person's client gets first what scrolls, and the welcome last; a
// program gets nothing before its welcome.
func (m *Machine) arrive(s *Session, op Open, to protocol.Room, noNick, noRoom *protocol.Refusal) {
	m.goTo(s, to)
	if !s.Program {
		m.replayLast(s, Membership{s.Room, s.Entered})
		m.showTopic(s, s.Room)
		m.rejectAny(s, noNick, noRoom)
		m.answer(s, m.welcome(s, false))
		if op.Promoted {
			m.answer(s, protocol.Promoted{})
		}
		return
	}
	m.answer(s, m.welcome(s, false))
	m.rejectAny(s, noNick, noRoom)
	if op.Missing != "" {
		m.answer(s, protocol.Gap{Why: op.Missing})
	}
	m.showTopic(s, s.Room)
	if op.Missing == protocol.SessionExpired { // the entries of the room are replayed all the same
		m.effect(s, CatchUp{Stays: []Stay{{Stream: s.stream(s.Room)}}, HearsDesk: s.HearsDesk})
		return
	}
	m.replayLast(s, Membership{s.Room, s.Entered})
}

func (m *Machine) rejectAny(s *Session, whys ...*protocol.Refusal) {
	for _, why := range whys {
		if why != nil {
			m.reject(s, why)
		}
	}
}

// welcome returns the Welcome for s.
func (m *Machine) welcome(s *Session, resumed bool) protocol.Event {
	w := protocol.Welcome{
		Server: protocol.Version, Nick: s.Nick, Room: s.Room, Here: m.rooms[s.Room].members.attached,
		Resumed: resumed, NoRooms: m.Settings.Desk, Read: s.Read,
	}
	if len(s.Watched) > 0 {
		w.Rooms = s.rooms()
	}
	if s.Room == protocol.DeskRoom {
		q := m.queuePosition(s)
		w.Here, w.Desk = 1, &q
	}
	return w
}
