package state

import (
	"net/netip"
	"time"

	"github.com/google/uuid"

	"chinwag/protocol"
)

// Session is a client that has a name. It outlives its connection when it has a code. Slices in it
// are replaced, never written to: a copy of a Session is what it was.
type Session struct {
	ID       uuid.UUID
	Nick     protocol.Nick
	Released bool         // its name is free again, although it may come back
	Code     Secret       // zero: it cannot come back
	From     Address      // where it came from first
	At       netip.Prefix // where its connection comes from, or came from last
	Conn     uint64       // its connection; 0: none
	Operator bool
	Program  bool
	Echo     bool            // it hears its own lines
	Replay   int             // lines of history on entering a room
	Room     protocol.Room   // that is in front; zero: it is in none
	Came     uint64          // position at which it entered Room
	Watches  bool            // Room is watched, too: it is not left when another comes to the front
	Watched  []Place         // the other rooms that it is in, in the order of coming
	Resume   protocol.Room   // where it goes when it comes back
	Rewatch  []protocol.Room // which it watches then
	Stays    []Stay          // the rooms that it is in, and was in, the last ones; several may go on
	Trimmed  uint64          // position up to which stays are not remembered; 0: all are
	Away     protocol.Text   // "" when it is not
	Ignoring []Ignored
	Read     []protocol.ReadUpTo // how far its person has read, by room, the least far first
	Began    time.Time           // when it came first
	Returned bool                // it has come back once
	Short    bool                // it has gone as scripts do
	Until    time.Time           // when it ends, if nobody comes back to it; zero: it has a connection
	Seen     uint64              // position up to which its last connection was told; while it has one, see Told and Behind
	Behind   bool                // its client reads on from Seen by itself
	Unsure   bool                // Seen may be too low by what was told in a second: the server has ended without warning
	Quiet    bool                // nobody was told that it has no connection
	Redacted time.Time           // when it had its words taken out last

	Visiting protocol.Ticket // its conversation at the desk; 0: none
	Message  protocol.Ticket // that it left there when it went back to a room; 0: none
	Finished bool            // its conversation was closed while it was away, and there is nothing but the desk
	Unread   uint64          // position at which one was closed while it was away; 0: none was
	Before   protocol.Room   // where it was before it went to the desk
	Turned   time.Time       // when it began to count how often it comes there,
	Turns    int             // and how often that was

	Serves bool   // it is an operator in a room, and hears the desk
	Duty   bool   // and takes visitors
	Served uint64 // position from which on it hears the desk
	Target Target

	row   int64
	upto  uint64 // position up to which what is soft was in its row, as it was loaded
	dirty uint64 // the number of the decision that has changed it last
	soft
}

// soft is what of a session is not written each time that it changes: Replay makes it again from
// the events since.
type soft struct {
	spoken int       // lines that it has said, up to maxSpoken
	active time.Time // when its client did something last
	hushed time.Time // up to when lines that do not name where they were begun are rejected
	wrote  []Stream  // in which it has said something; replaced, never written to
	scarce bool      // there were others
	ids    *ring     // of its messages; nil: none
	since  uint64    // position of the first change of these that is not in its row; 0: none
}

// Target is where an operator's lines go: to a ticket, to nobody for a moment, or to the room.
type Target struct {
	Ticket protocol.Ticket // 0: the room, or nobody
	Nobody bool            // lines go to nobody, for a moment
	Heir   protocol.Ticket // to whom they go after that; 0: to the room
	Left   protocol.Ticket // to whom they went until that one had gone; 0 when the operator has shown to know
	Nick   protocol.Nick   // of Left
}

// Room is a room in which somebody is, or of which more is known than its name.
type Room struct {
	Name    protocol.Room
	Topic   protocol.Text // "" : none
	By      uuid.UUID     // the session that has set it
	From    protocol.Nick // as it was called
	Emptied uint64        // position at which the last one left; 0: somebody is there

	row     int64 // 0: it is in no store
	dirty   uint64
	members members
}

// Ticket is one visitor's conversation at the desk.
type Ticket struct {
	No      protocol.Ticket
	Session uuid.UUID     // the visitor's, also when it is over
	Nick    protocol.Nick // of the visitor, also then
	From    Address
	Since   time.Time     // when the waiting began
	Opened  uint64        // position
	Left    time.Time     // when the visitor went, and
	LeftAt  uint64        // the position of that; of no meaning while the visitor is there
	First   protocol.Text // the first words, not all of many; empty: none yet
	By      uuid.UUID     // the operator who has it; zero: it waits
	Lost    bool          // the visitor is not there: the connection is broken, or
	Message bool          // they have gone, and what was said waits to be answered
	OnHold  bool          // asked to wait a moment
	Kept    bool          // it was there before a start that lowered the bounds, and does not go for them

	row   int64
	dirty uint64
}

// block is a name or an address that is kept out up to a time.
type block struct {
	key   string
	until time.Time
	row   int64
	dirty uint64
}

// common is what the machine keeps in one row.
type common struct {
	Settings Settings
	Tickets  protocol.Ticket   // numbers given so far
	Ended    []protocol.Ticket // the last conversations that are over; replaced, never written to
	Guests   int               // numbers of guests that are given, or reserved to be given
	Told     toldUpto          // of a server that is alone
	Whole    uint64            // position up to which what is soft stands in the rows
	Starts   int               // of the server, one soon after the other,
	Started  time.Time         // the last of them
	Dropped  dropped           // at the desk, and not told yet
	Order    *order            // of several nodes; nil: the server is alone
	replies  repliesRow
	dirty    uint64
}
