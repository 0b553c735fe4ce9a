package state

import "chinwag/protocol"

// commands holds each command that is decided, with its rule. The fields of a command stand beside its rule. Ping,
// Help, Resume and Call have no row: they are never decided. A second hello and an operator's password have no fields:
// only that they came counts, and no log may hold the secrets in them.
var commands = table[protocol.Command]{
	ofAll(2, (*Machine).say, sayFields),
	ofAll(3, (*Machine).act, meFields),
	ofAll(4, (*Machine).whisper, msgFields),
	ofAll(1, (*Machine).secondHello, none[protocol.Hello]),
	ofAll(5, (*Machine).rename, renameFields),
	ofAll(6, (*Machine).join, joinFields),
	ofAll(7, (*Machine).watch, watchFields),
	ofAll(8, (*Machine).partRoom, partFields),
	ofAll(9, (*Machine).listRooms, roomsFields),
	ofAll(10, (*Machine).who, whoFields),
	ofAll(11, (*Machine).topic, topicFields),
	ofAll(12, (*Machine).history, historyFields),
	ofAll(13, (*Machine).search, searchFields),
	ofAll(14, (*Machine).redact, redactFields),
	ofAll(15, (*Machine).ignore, ignoreFields),
	ofAll(16, (*Machine).away, awayFields),
	ofAll(17, (*Machine).setEcho, echoFields),
	ofAll(18, (*Machine).markRead, readFields),
	ofAll(19, (*Machine).quit, quitFields),
	ofAll(20, (*Machine).goToDesk, deskFields),
	ofAll(21, (*Machine).leaveNoDesk, none[protocol.LeaveDesk]),
	ofAll(22, (*Machine).noPassword, none[protocol.Operator]),
	ofOperators(31, (*Machine).replyByNumber, replyFields, notReplying),
	ofOperators(28, (*Machine).next, none[protocol.Next], onlyOperators),
	ofOperators(29, (*Machine).take, takeFields, onlyOperators),
	ofOperators(30, (*Machine).to, toFields, onlyOperators),
	ofOperators(32, (*Machine).canned, cannedFields, justType),
	ofOperators(33, (*Machine).hand, handFields, onlyOperators),
	ofOperators(34, (*Machine).hold, holdFields, onlyOperators),
	ofOperators(35, (*Machine).closeTicket, closeFields, onlyOperators),
	ofOperators(36, (*Machine).note, noteFields, onlyOperators),
	ofOperators(37, (*Machine).transcript, transcriptFields, onlyOperators),
	ofOperators(27, (*Machine).showQueue, queueFields, onlyOperators),
	ofOperators(26, (*Machine).setDuty, dutyFields, onlyOperators),
	ofOperators(23, (*Machine).kick, kickFields, onlyOperators),
	ofOperators(24, (*Machine).announce, announceFields, onlyOperators),
	ofOperators(25, (*Machine).stop, stopFields, onlyOperators),
}

func ofAll[T any](kind byte, rule func(*Machine, *Session, T), fields func(*T, *coder)) entry[protocol.Command] {
	return entryOf[protocol.Command](kind, rule, fields)
}

// ofOperators returns the row of a command that only operators may give. barred is what another session is told.
func ofOperators[T any](kind byte, rule func(*Machine, *Session, T), fields func(*T, *coder), barred *protocol.Refusal) entry[protocol.Command] {
	row := entryOf[protocol.Command](kind, rule, fields)
	row.barred = barred
	return row
}

// command carries out a command of s, or rejects it.
func (m *Machine) command(s *Session, op Command) {
	cmd := op.Command
	m.ref = op.Ref
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
	if s.HearsDesk {
		m.touchExact(s).active = m.now
	}
	if s.Room == protocol.DeskRoom && m.visitorCommand(s, cmd) {
		return
	}
	if say, ok := cmd.(protocol.Say); ok { // most are one: no row is looked for
		m.say(s, say)
		return
	}
	row := commands.rowOf(cmd)
	if row.barred != nil && !s.Operator { // it must not be said in the room either: s may have been an operator a moment ago
		m.reject(s, row.barred)
		return
	}
	row.do(m, s, cmd)
}

var (
	notReplying   = protocol.Refuse("stray-reply", "nobody has heard that: a line that begins with the number of a visitor is an operator's answer, and you are no operator; to say it here, please begin with another word")
	onlyOperators = protocol.Refuse("operators-only", "only an operator can do that")
	justType      = protocol.Refuse("operators-only", "only operators say the ready replies: to say something, just type it")
)

func isLong(t protocol.Text) bool { return len(t.String()) > maxShort }

// DropLong returns t, or no text if t is too long for a goodbye or the like: it is left out, not cut.
func DropLong(t protocol.Text) protocol.Text {
	if isLong(t) {
		return protocol.Text{}
	}
	return t
}
