package state

import (
	"fmt"

	"chinwag/protocol"
)

const (
	maxShort   = 512 // bytes of a topic, an away text, a goodbye
	MaxNames   = 200 // names in one answer
	MaxIgnored = 100 // in the list of one session
	MaxStreams = 256 // remembered, in which a session has spoken
	MaxStays   = 16  // remembered, beside the open ones in watched rooms
	MaxRead    = 64  // rooms for which a session keeps how far it has read
)

// command carries out a command of s, or rejects it.
func (m *Machine) command(s *Session, cmd protocol.Command) {
	if reply, ok := cmd.(protocol.Reply); ok && !s.Operator && !s.Program { // typed, and perhaps an ordinary line
		cmd = protocol.Say{Ref: reply.Ref, Text: reply.Line()}
	}
	if m.ref == "" {
		_, m.ref = protocol.Split(cmd)
	}
	if m.tellsSecret() {
		m.reject(s, SecretSaid)
		return
	}
	if s.Serves {
		m.touchExact(s).active = m.now
	}
	if s.Room == protocol.DeskRoom && m.visitorCommand(s, cmd) {
		return
	}
	switch cmd := cmd.(type) {
	case protocol.Hello:
		m.rejectf(s, "second-hello", "hello is said once, in the first line")
	case protocol.Say:
		m.say(s, cmd)
	case protocol.Me:
		m.act(s, cmd)
	case protocol.Msg:
		m.whisper(s, cmd)
	case protocol.Rename:
		m.rename(s, cmd.Nick)
	case protocol.Join:
		m.join(s, cmd.Room)
	case protocol.Watch:
		m.watch(s, cmd.Room)
	case protocol.Part:
		m.partRoom(s, cmd.Room)
	case protocol.Rooms:
		m.answer(s, m.roomList(s, cmd))
	case protocol.Who:
		m.who(s, cmd.Room)
	case protocol.Topic:
		m.topic(s, cmd)
	case protocol.History:
		m.history(s, cmd)
	case protocol.Search:
		m.search(s, cmd)
	case protocol.Redact:
		m.redact(s)
	case protocol.Ignore:
		m.ignore(s, cmd.Nick)
	case protocol.Away:
		m.away(s, cmd.Text)
	case protocol.Echo:
		m.change(s.ID, EchoSet(cmd))
		m.answer(s, protocol.Echoing(cmd))
	case protocol.Read:
		m.markRead(s, cmd)
	case protocol.Quit:
		m.quit(s, short(cmd.Text))
	case protocol.Desk:
		m.goToDesk(s, cmd)
	case protocol.LeaveDesk:
		m.rejectf(s, "not-at-desk", "you are not at the desk: /part leaves a room, /quit the server")
	case protocol.Operator:
		m.rejectf(s, "no-password", "nobody becomes an operator that way here: the server has no password for it")
	case protocol.Reply:
		if !s.Operator { // it must not be said in the room: s may have been an operator a moment ago
			m.reject(s, notReplying)
			return
		}
		m.reply(s, cmd.Ticket, cmd.Ref, cmd.Text)
	case protocol.Kick, protocol.Announce, protocol.Stop, protocol.Duty, protocol.Queue, protocol.Next, protocol.Take, protocol.To,
		protocol.Canned, protocol.Hand, protocol.Hold, protocol.Close, protocol.Note, protocol.Transcript:
		m.operate(s, cmd)
	default:
		panic(fmt.Sprintf("state: a command of an unknown type %T", cmd))
	}
}

var notReplying = protocol.Refuse("stray-reply", "nobody has heard that: a line that begins with the number of a visitor is an operator's answer, and you are no operator; to say it here, please begin with another word")

// operate carries out the commands that only operators may give.
func (m *Machine) operate(s *Session, cmd protocol.Command) {
	if !s.Operator {
		why := onlyOperators
		if _, say := cmd.(protocol.Canned); say {
			why = justType
		}
		m.reject(s, why)
		return
	}
	switch cmd := cmd.(type) {
	case protocol.Kick:
		cmd.Text = short(cmd.Text)
		m.kick(s, cmd)
	case protocol.Announce:
		m.emit(Everybody, s.ID, protocol.Announced{Meta: m.stamp(protocol.Room{}), From: s.Nick, Text: cmd.Text})
	case protocol.Stop:
		m.read(s, Shutdown{short(cmd.Text)})
	case protocol.Duty:
		m.setDuty(s, cmd.On)
	case protocol.Queue:
		m.showQueue(s, cmd)
	case protocol.Next:
		m.next(s)
	case protocol.Take:
		m.take(s, cmd.Ticket)
	case protocol.To:
		m.to(s, cmd.Ticket)
	case protocol.Canned:
		m.canned(s, cmd)
	case protocol.Hand:
		m.hand(s, cmd)
	case protocol.Hold:
		m.hold(s, cmd)
	case protocol.Close:
		m.closeTicket(s, cmd)
	case protocol.Note:
		m.note(s, cmd)
	case protocol.Transcript:
		m.transcript(s, cmd.Ticket)
	default:
		panic(fmt.Sprintf("state: an operator's command of an unknown type %T", cmd))
	}
}

var (
	onlyOperators = protocol.Refuse("operators-only", "only an operator can do that")
	justType      = protocol.Refuse("operators-only", "only operators say the ready replies: to say something, just type it")
)

func isLong(t protocol.Text) bool { return len(t.String()) > maxShort }

// short returns t, or no text if t is too long: it is left out, not cut.
func short(t protocol.Text) protocol.Text {
	if isLong(t) {
		return protocol.Text{}
	}
	return t
}
