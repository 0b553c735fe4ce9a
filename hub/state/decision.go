package state

import (
	"time"

	"github.com/google/uuid"

	"chinwag/protocol"
)

// Event is what has happened. An event with a position is an entry of a stream, and is delivered to the sessions that
// read that stream. A change has no position and is not delivered: it tells the hub which session reads what.
type Event struct {
	Seq    uint64 // position in the journal; 0: it is a change
	Stream Stream
	Author uuid.UUID // the session that caused it
	What   protocol.Recorded
	Change Change // if Seq is 0
}

// Decision is the result of an intent. Its slices are valid until the next call of Decide.
type Decision struct {
	Events  []Event  // to be committed in this order, with Rows in one transaction; then delivered
	Rows    []Row    // that the intent has changed
	Answers []Answer // to single connections, in this order, sent as Events are delivered
	Next    Op       // not nil: to be decided next for the same session, before the command counts as answered
	Void    bool     // the intent had no effect: its connection is no longer its session's, or it came out of turn
}

// Answer is for one connection: an event, or an effect. A Goodbye ends the connection. The hub adds to it, and to a
// Welcome, what only the hub knows: code, token, epoch.
type Answer struct {
	Conn   uint64 // 0: it is for the server itself
	After  int    // the number of the decision's events that come before it
	Event  protocol.Event
	Effect Effect
	Cut    bool // it is sent before all that waits for the connection
}

// Effect is what the hub does beside telling events: it reads the journal for a connection, redacts entries, or does
// something for the server itself. Sealed.
type Effect interface{ effect() }

type (
	// Replay replays the spoken entries of streams.
	Replay struct {
		Streams []Stream
		Upto    uint64    // last position
		Lines   int       // the last of them; -1: all that is kept
		Since   time.Time // not zero: from this time on
		Around  uint64    // not 0: lines before this position, and as many after it
		End     bool      // send a mark after the last of them
	}
	// Search finds the last lines that hold all of the words.
	Search struct {
		Streams []Stream
		Words   string
		Upto    uint64
	}
	// Redact takes what a session has said out of the journal.
	Redact struct {
		Author   uuid.UUID
		Streams  []Stream
		Copies   []Stream // that hold copies of the same words
		Complete bool     // these are all streams in which it has spoken
		Upto     uint64   // entries after this position stay
	}
	// Transcript replays a conversation at the desk.
	Transcript struct {
		Ticket protocol.Ticket
		Lines  int // the last of them; -1: all that is kept
	}
	// Dropped reports to the server's log what the desk has dropped.
	Dropped struct {
		Messages int // beyond the bound
		Absent   int // tickets of absent visitors, beyond the bound
		Expired  int // messages that were not answered in time
	}
	// Inheritance reports to the server's log what was made of a journal without rows: how many rooms have their topic,
	// the highest ticket, and how many messages wait at the desk.
	Inheritance struct {
		Rooms    int
		Ticket   protocol.Ticket
		Messages int
	}
	// Diverged reports to the server's log that the nodes have different states at a position of their order, and that
	// no state is that of most.
	Diverged struct{ Position uint64 }
	// Shutdown ends the server, and gives all clients the reason.
	Shutdown struct{ Text protocol.Text }
	// CatchUp replays to a session that has come back what it has missed, and then has its client served live.
	CatchUp struct {
		Stays     []Stay
		StaysCut  uint64 // position up to which stays are not remembered
		HearsDesk bool   // it reads the desk's stream, too
		Seen      uint64 // position up to which its last connection got its entries, as far as that is known
	}
)

func (Replay) effect()      {}
func (Search) effect()      {}
func (Redact) effect()      {}
func (Transcript) effect()  {}
func (CatchUp) effect()     {}
func (Dropped) effect()     {}
func (Inheritance) effect() {}
func (Diverged) effect()    {}
func (Shutdown) effect()    {}
