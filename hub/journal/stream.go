package journal

import (
	"github.com/google/uuid"

	"chinwag/hub/state"
	"chinwag/protocol"
)

// Stream names a sequence of entries that are read together.
type Stream = state.Stream

// The streams, as package state names them.
const Everybody = state.Everybody

var Desk = state.Desk

func OfRoom(r protocol.Room) Stream         { return state.OfRoom(r) }
func Conversation(session uuid.UUID) Stream { return state.Conversation(session) }
func Mailbox(session uuid.UUID) Stream      { return state.Mailbox(session) }

// Row is a row of the state, kept beside the entries.
type Row = state.Row
