package state

import (
	"strings"

	"github.com/google/uuid"

	"chinwag/protocol"
)

// Stream names a stream of the journal.
type Stream string

// Everybody is the stream that all sessions read.
const Everybody Stream = "*"

// OfRoom is the stream of a room.
func OfRoom(r protocol.Room) Stream { return Stream(r.String()) }

// Desk is the stream that operators read. Each visitor has a stream of its own.
var Desk = OfRoom(protocol.DeskRoom)

// Conversation is the stream of one session's conversation at the desk. Only that session reads it; its words are in
// Desk as well.
func Conversation(session uuid.UUID) Stream { return streamOf(session, protocol.DeskRoom.String()) }

// Mailbox is the stream that only one session reads.
func Mailbox(session uuid.UUID) Stream { return streamOf(session, "") }

func streamOf(session uuid.UUID, rest string) Stream {
	id, err := session.MarshalText() // String would allocate
	if err != nil {
		panic(err)
	}
	return Stream("@" + string(id) + rest)
}

// Session returns the only session that reads st, if there is one.
func (st Stream) Session() (id uuid.UUID, ok bool) {
	if len(st) == 0 || st[0] != '@' {
		return id, false
	}
	name := strings.TrimSuffix(string(st[1:]), protocol.DeskRoom.String())
	id, err := uuid.Parse(name)
	return id, err == nil
}
