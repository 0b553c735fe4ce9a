package state

import (
	"fmt"

	"chinwag/protocol"
)

// commandKind is the kind of a command in the bytes of an intent. A number never changes, and is never used again.
type commandKind byte

const (
	commandHello      commandKind = 1
	commandSay        commandKind = 2
	commandMe         commandKind = 3
	commandMsg        commandKind = 4
	commandRename     commandKind = 5
	commandJoin       commandKind = 6
	commandWatch      commandKind = 7
	commandPart       commandKind = 8
	commandRooms      commandKind = 9
	commandWho        commandKind = 10
	commandTopic      commandKind = 11
	commandHistory    commandKind = 12
	commandSearch     commandKind = 13
	commandForget     commandKind = 14
	commandIgnore     commandKind = 15
	commandAway       commandKind = 16
	commandEcho       commandKind = 17
	commandRead       commandKind = 18
	commandLeave      commandKind = 19
	commandDesk       commandKind = 20
	commandUndesk     commandKind = 21
	commandOperator   commandKind = 22
	commandKick       commandKind = 23
	commandAnnounce   commandKind = 24
	commandStop       commandKind = 25
	commandDuty       commandKind = 26
	commandQueue      commandKind = 27
	commandNext       commandKind = 28
	commandTake       commandKind = 29
	commandTo         commandKind = 30
	commandReply      commandKind = 31
	commandCanned     commandKind = 32
	commandHand       commandKind = 33
	commandHold       commandKind = 34
	commandClose      commandKind = 35
	commandNote       commandKind = 36
	commandTranscript commandKind = 37
)

// commands holds what reads each kind. Ping, Help, Resume and Call have none: they are never decided. A second
// hello and an operator's password have no fields: only that they came counts, and no log may hold the secrets in
// them.
var commands = [...]func(*coder) protocol.Command{
	commandHello:      reads[protocol.Command](nothing[protocol.Hello]),
	commandSay:        reads[protocol.Command](sayFields),
	commandMe:         reads[protocol.Command](meFields),
	commandMsg:        reads[protocol.Command](msgFields),
	commandRename:     reads[protocol.Command](renameFields),
	commandJoin:       reads[protocol.Command](joinFields),
	commandWatch:      reads[protocol.Command](watchFields),
	commandPart:       reads[protocol.Command](partFields),
	commandRooms:      reads[protocol.Command](roomsFields),
	commandWho:        reads[protocol.Command](whoFields),
	commandTopic:      reads[protocol.Command](topicFields),
	commandHistory:    reads[protocol.Command](historyFields),
	commandSearch:     reads[protocol.Command](searchFields),
	commandForget:     reads[protocol.Command](forgetFields),
	commandIgnore:     reads[protocol.Command](ignoreFields),
	commandAway:       reads[protocol.Command](awayFields),
	commandEcho:       reads[protocol.Command](echoFields),
	commandRead:       reads[protocol.Command](readFields),
	commandLeave:      reads[protocol.Command](leaveFields),
	commandDesk:       reads[protocol.Command](deskFields),
	commandUndesk:     reads[protocol.Command](nothing[protocol.LeaveDesk]),
	commandOperator:   reads[protocol.Command](nothing[protocol.Operator]),
	commandKick:       reads[protocol.Command](kickFields),
	commandAnnounce:   reads[protocol.Command](announceFields),
	commandStop:       reads[protocol.Command](stopFields),
	commandDuty:       reads[protocol.Command](dutyFields),
	commandQueue:      reads[protocol.Command](queueFields),
	commandNext:       reads[protocol.Command](nothing[protocol.Next]),
	commandTake:       reads[protocol.Command](takeFields),
	commandTo:         reads[protocol.Command](toFields),
	commandReply:      reads[protocol.Command](replyFields),
	commandCanned:     reads[protocol.Command](cannedFields),
	commandHand:       reads[protocol.Command](handFields),
	commandHold:       reads[protocol.Command](holdFields),
	commandClose:      reads[protocol.Command](closeFields),
	commandNote:       reads[protocol.Command](noteFields),
	commandTranscript: reads[protocol.Command](transcriptFields),
}

// write writes the kind of a command, and its fields. It does not share its code with read, so that nothing is
// allocated.
func (o *Command) write(c *coder) {
	c.ref(&o.Ref)
	at := len(c.b)
	c.b = append(c.b, 0)
	if k := c.putCommand(o.Command); c.err == nil {
		c.b[at] = byte(k)
	}
}

func (o *Command) read(c *coder) {
	c.ref(&o.Ref)
	o.Command = readAs(c, c.kind(), commands[:])
}

// putCommand writes the fields of a command, and returns its kind.
func (c *coder) putCommand(cmd protocol.Command) commandKind {
	switch cmd := cmd.(type) {
	case protocol.Hello:
		return commandHello
	case protocol.Say:
		return put(c, commandSay, &cmd, sayFields)
	case protocol.Me:
		return put(c, commandMe, &cmd, meFields)
	case protocol.Msg:
		return put(c, commandMsg, &cmd, msgFields)
	case protocol.Rename:
		return put(c, commandRename, &cmd, renameFields)
	case protocol.Join:
		return put(c, commandJoin, &cmd, joinFields)
	case protocol.Watch:
		return put(c, commandWatch, &cmd, watchFields)
	case protocol.Part:
		return put(c, commandPart, &cmd, partFields)
	case protocol.Rooms:
		return put(c, commandRooms, &cmd, roomsFields)
	case protocol.Who:
		return put(c, commandWho, &cmd, whoFields)
	case protocol.Topic:
		return put(c, commandTopic, &cmd, topicFields)
	case protocol.History:
		return put(c, commandHistory, &cmd, historyFields)
	case protocol.Search:
		return put(c, commandSearch, &cmd, searchFields)
	case protocol.Redact:
		return put(c, commandForget, &cmd, forgetFields)
	case protocol.Ignore:
		return put(c, commandIgnore, &cmd, ignoreFields)
	case protocol.Away:
		return put(c, commandAway, &cmd, awayFields)
	case protocol.Echo:
		return put(c, commandEcho, &cmd, echoFields)
	case protocol.Read:
		return put(c, commandRead, &cmd, readFields)
	case protocol.Quit:
		return put(c, commandLeave, &cmd, leaveFields)
	case protocol.Desk:
		return put(c, commandDesk, &cmd, deskFields)
	case protocol.LeaveDesk:
		return commandUndesk
	case protocol.Operator:
		return commandOperator
	case protocol.Kick:
		return put(c, commandKick, &cmd, kickFields)
	case protocol.Announce:
		return put(c, commandAnnounce, &cmd, announceFields)
	case protocol.Stop:
		return put(c, commandStop, &cmd, stopFields)
	case protocol.Duty:
		return put(c, commandDuty, &cmd, dutyFields)
	case protocol.Queue:
		return put(c, commandQueue, &cmd, queueFields)
	case protocol.Next:
		return commandNext
	case protocol.Take:
		return put(c, commandTake, &cmd, takeFields)
	case protocol.To:
		return put(c, commandTo, &cmd, toFields)
	case protocol.Reply:
		return put(c, commandReply, &cmd, replyFields)
	case protocol.Canned:
		return put(c, commandCanned, &cmd, cannedFields)
	case protocol.Hand:
		return put(c, commandHand, &cmd, handFields)
	case protocol.Hold:
		return put(c, commandHold, &cmd, holdFields)
	case protocol.Close:
		return put(c, commandClose, &cmd, closeFields)
	case protocol.Note:
		return put(c, commandNote, &cmd, noteFields)
	case protocol.Transcript:
		return put(c, commandTranscript, &cmd, transcriptFields)
	default:
		panic(fmt.Sprintf("state: a command of an unknown type %T", cmd))
	}
}
