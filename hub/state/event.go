package state

import (
	"time"

	"github.com/google/uuid"

	"chinwag/protocol"
)

// Event is what has happened. One that has a position stands in a stream of the record, and is told to
// those who read it. A change stands in none: it is told to nobody, and followed by who delivers.
type Event struct {
	Seq    uint64 // position in the record; 0: it is a change
	Stream Stream
	Author uuid.UUID // the session whose doing it is
	What   protocol.Recorded
	Change Change // if Seq is 0
}

// Decision is what became of an intent. Its slices hold until the next call of Decide.
type Decision struct {
	Events  []Event  // to be recorded in this order, with Rows in one transaction; then to be told
	Rows    []Row    // that the intent has changed
	Answers []Answer // to be told to single connections in this order, when Events are told
	Next    Op       // not nil: to be decided next for the same session, before the command counts as answered
	Void    bool     // the intent was of a connection that is no longer its session's: it had no effect
}

// Answer is what one connection is told: an event, or something read from the record. A Goodbye ends the
// connection; the hub adds to it, and to a Welcome, what only it knows: code, token, epoch.
type Answer struct {
	Conn  uint64 // 0: the server itself is told
	After int    // so many of the decision's events are told before it
	Event protocol.Event
	Query Query
	Cut   bool // it is told before all that waits for the connection
}

// Query is what is read from the record for a connection, or taken out of it. Sealed.
type Query interface{ query() }

type (
	// Past tells a stretch of the record again: what was spoken in streams.
	Past struct {
		Streams []Stream
		Upto    uint64    // not after this position
		Lines   int       // the last of them; -1: all that is kept
		Since   time.Time // not zero: from this time on
		Around  uint64    // not 0: lines before this position, and as many after it
		End     bool      // tell where it ends
	}
	// Search tells the last lines that hold all of the words.
	Search struct {
		Streams []Stream
		Words   string
		Upto    uint64
	}
	// Redact takes out of the record what a session has said.
	Redact struct {
		Author  uuid.UUID
		Streams []Stream
		Copies  []Stream // in which the same words stand again
		Whole   bool     // there are no others
		Upto    uint64   // what is said after this position stays
	}
	// Transcript tells what belongs to a conversation at the desk.
	Transcript struct {
		Ticket protocol.Ticket
		Lines  int // the last of them; -1: all that is kept
	}
	// Dropped has the server's log told what the desk has not kept.
	Dropped struct {
		Messages int // since there were too many
		Absent   int // visitors who might have come back, for the same reason
		Expired  int // messages that nobody has answered in time
	}
	// Inheritance has the server's log told what was made of a record without rows: how many rooms have their
	// topic, the highest ticket, and how many messages wait at the desk.
	Inheritance struct {
		Rooms    int
		Ticket   protocol.Ticket
		Messages int
	}
	// Diverged has the server's log told that the nodes do not have the same state at a position of their order, and that
	// none of these is that of most.
	Diverged struct{ Position uint64 }
	// Shutdown ends the server, and tells everybody why.
	Shutdown struct{ Text protocol.Text }
	// CatchUp tells a session that has come back what it has missed, and has its client told the rest
	// as it happens.
	CatchUp struct {
		Stays   []Stay
		Trimmed uint64 // position up to which there were others, which are not remembered
		Serves  bool   // it reads the desk's stream, too
		Seen    uint64 // position up to which its last connection was told, as far as that is known
	}
)

func (Past) query()        {}
func (Search) query()      {}
func (Redact) query()      {}
func (Transcript) query()  {}
func (CatchUp) query()     {}
func (Dropped) query()     {}
func (Inheritance) query() {}
func (Diverged) query()    {}
func (Shutdown) query()    {}

// Stay is a session's time in a room: its stream from a position on, up to another.
type Stay struct {
	Stream Stream
	From   uint64 // position of its coming
	Upto   uint64 // position of its going; 0: it is still there
}
