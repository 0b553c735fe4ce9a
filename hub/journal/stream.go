package journal

import (
	"github.com/google/uuid"

	"chinwag/hub/state"
	"chinwag/protocol"
)

// Stream names a sequence of entries that are read together.
type Stream = state.Stream

// Everybody is the stream of announcements, which all sessions read.
const Everybody = state.Everybody

// Desk is the stream of the operators of the desk.
var Desk = state.Desk

// OfRoom returns the stream of a room.
func OfRoom(r protocol.Room) Stream { return state.OfRoom(r) }

// Conversation returns the stream of a visitor at the desk.
func Conversation(session uuid.UUID) Stream { return state.Conversation(session) }

// Mailbox returns the stream of what is for one session alone.
func Mailbox(session uuid.UUID) Stream { return state.Mailbox(session) }

// Row is a row of the state, kept beside the entries.
type Row = state.Row
