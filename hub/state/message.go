package state

import (
	"cmp"

	"chinwag/protocol"
)

// mine returns the acknowledgement in the author's own copy of a message, with the id that the client gave it. A copy
// for another session is emitted before that one, and has none.
func mine(ref protocol.Ref) protocol.Ack { return protocol.Ack{You: true, Ref: ref} }

// say emits a line in the room that it names or, without a name, where the lines of s go.
func (m *Machine) say(s *Session, cmd protocol.Say) {
	if m.saidBefore(s, cmd.Ref) || m.addressed(s, cmd) {
		return
	}
	why := m.checkDestination(s, cmd)
	switch {
	case why != nil:
		m.reject(s, why)
	case s.Room == protocol.DeskRoom:
		m.ask(s, cmd.Ref, cmd.Text)
	case s.Target.Ticket != 0 && (cmd.Ticket != 0 || cmd.Room == protocol.Room{}): // of the two, the ticket counts
		m.replyTo(s, m.desk.tickets[s.Target.Ticket], cmd.Ref, cmd.Text)
	default:
		room := cmp.Or(cmd.Room, s.Room)
		m.emit(s.stream(room), s.ID, protocol.Said{Meta: m.stamp(room), From: s.Nick, Text: cmd.Text, Ack: mine(cmd.Ref)})
	}
}

// act emits in a room what s does.
func (m *Machine) act(s *Session, cmd protocol.Me) {
	if m.saidBefore(s, cmd.Ref) {
		return
	}
	if why := m.checkAct(s, cmd); why != nil {
		m.reject(s, why)
		return
	}
	room := cmp.Or(cmd.Room, s.Room)
	m.emit(s.stream(room), s.ID, protocol.Acted{Meta: m.stamp(room), From: s.Nick, Text: cmd.Text, Ack: mine(cmd.Ref)})
}

func (m *Machine) checkAct(s *Session, cmd protocol.Me) *protocol.Refusal {
	no, rest, found := protocol.AddressOf(cmd.Text)
	switch {
	case cmd.Room != protocol.Room{} && !s.isIn(cmd.Room):
		return protocol.NotHeardIn(cmd.Room)
	case s.Target.Ticket != 0 && cmd.Room == protocol.Room{}: // the prompt names a visitor, and the room would hear this
		return meThere
	case found && s.Operator: // it may have been meant as an answer
		return protocol.BadReply(no)
	case found && !rest.IsBlank() && m.knows(no):
		return notReplying
	case cmd.Room != protocol.Room{}:
		return nil
	}
	return m.checkPasteGuard(s)
}

var meThere = protocol.Refuse("room-only", "what you type goes to a visitor just now, and /me is for the room: /to leads back there")

// whisper sends a line to one session, which no other hears.
func (m *Machine) whisper(s *Session, cmd protocol.Msg) {
	if m.saidBefore(s, cmd.Ref) {
		return
	}
	to := m.named(cmd.To)
	if why := checkAddressee(s, to, cmd.To); why != nil {
		m.reject(s, why)
		return
	}
	said := protocol.Whispered{Meta: m.stamp(protocol.Room{}), From: s.Nick, To: to.Nick, Text: cmd.Text}
	m.emit(Mailbox(to.ID), s.ID, said)
	said.Meta, said.Ack = m.sameStamp(protocol.Room{}), mine(cmd.Ref)
	m.emit(Mailbox(s.ID), s.ID, said)
	if !to.Away.IsBlank() && !s.ignores(to.ID, to.Nick) {
		m.answer(s, protocol.AwaySet{From: to.Nick, Text: to.Away})
	}
}

// checkAddressee returns why s cannot whisper to the session of that name; nil: it can.
func checkAddressee(s, to *Session, name protocol.Nick) *protocol.Refusal {
	switch {
	case to != nil && to.Ticket != 0 && s.Operator:
		return protocol.Refuse("visitor-at-desk", "%s is at the desk: begin the line with %s to answer", to.Nick, to.Ticket)
	case to == nil || to.Ticket != 0:
		return nobody(name)
	case to.Conn == 0:
		return protocol.Refuse("not-connected", "%s has lost the connection just now: please try again when they are back", to.Nick)
	case to == s:
		return protocol.Refuse("yourself", "that is you")
	}
	return nil
}

func nobody(n protocol.Nick) *protocol.Refusal {
	return protocol.Refuse("no-such-nick", "there is nobody called %s just now", n)
}

// tellsSecret reports whether the intent's words hold the code or token of a session, be it the client's own.
func (m *Machine) tellsSecret() bool {
	for _, secret := range m.in.Secrets {
		if m.codes[secret] != nil {
			return true
		}
	}
	return false
}

// SecretSaid rejects a command that holds the code of a session.
var SecretSaid = protocol.Refuse("secret", "that holds the code of a session, with which others could take it over, so nobody has heard it: /resume CODE goes on with it")

// noteSpoken updates the soft fields of a session that has spoken: the ids, the streams, the count of its lines. s is
// nil if the author's session has ended.
func (m *Machine) noteSpoken(s *Session, e *Event) {
	if s == nil {
		return
	}
	own := protocol.AckOf(e.What)
	if _, isTopic := e.What.(protocol.TopicSet); own.You && !isTopic && s.spoken < maxSpoken {
		m.touchSoft(s).spoken++
	}
	m.noteAuthored(s, e.Stream)
	if own.Ref != "" {
		m.remember(s, own.Ref, e.Seq)
	}
}

func sayFields(v *protocol.Say, c *coder) {
	c.ref(&v.Ref)
	c.text(&v.Text)
	number(c, &v.Ticket)
	c.room(&v.Room)
}

func meFields(v *protocol.Me, c *coder) {
	c.ref(&v.Ref)
	c.text(&v.Text)
	c.room(&v.Room)
}

func msgFields(v *protocol.Msg, c *coder) {
	c.ref(&v.Ref)
	c.nick(&v.To)
	c.text(&v.Text)
}

// setEcho sets whether s receives its own lines.
func (m *Machine) setEcho(s *Session, cmd protocol.Echo) {
	m.change(s.ID, EchoSet(cmd))
	m.answer(s, protocol.Echoing(cmd))
}

// EchoSet sets whether a session receives its own lines.
type EchoSet struct{ On bool }

func (EchoSet) change() {}

func (o *EchoSet) fields(c *coder) { c.flags(&o.On) }

func (m *Machine) echoSet(s *Session, c EchoSet) { m.touchSession(s).Echo = c.On }

func echoFields(v *protocol.Echo, c *coder) { c.flags(&v.On) }
