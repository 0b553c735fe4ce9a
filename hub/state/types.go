package state

import (
	"net/netip"
	"time"

	"github.com/google/uuid"

	"chinwag/protocol"
)

// Session is a client that has a nick. It outlives its connection if it has a code. Its slices are replaced, never
// written to: a copy of a Session is what it was.
type Session struct {
	ID          uuid.UUID
	Nick        protocol.Nick
	Released    bool         // its nick is free again, although it may come back
	Code        Secret       // zero: it cannot come back
	From        Address      // where it came from first
	At          netip.Prefix // where its connection comes from, or came from last
	Conn        uint64       // its connection; 0: none
	Operator    bool
	Program     bool
	Echo        bool            // it hears its own lines
	Replay      int             // lines of history on entering a room
	Room        protocol.Room   // that is in front; zero: it is in none
	Came        uint64          // position at which it entered Room
	Watches     bool            // Room is watched, too: it is not left when another comes to the front
	Watched     []Place         // the other rooms that it is in, in the order of coming
	Resume      protocol.Room   // where it goes when it comes back
	Rewatch     []protocol.Room // which it watches then
	Stays       []Stay          // the rooms that it is in, and was in, the last ones; several may go on
	Trimmed     uint64          // position up to which stays are not remembered; 0: all are
	Away        protocol.Text   // "" when it is not
	Ignoring    []Ignored
	Read        []protocol.ReadUpTo // how far it has read, by room, the least far first
	Began       time.Time           // when it came first
	Returned    bool                // it has come back once
	Short       bool                // it was a short stay, as of a script
	Until       time.Time           // when it ends unless it comes back; zero: it has a connection
	Seen        uint64              // position up to which its last connection got its entries; while it has one, see Told and Behind
	Behind      bool                // its client reads on from Seen by itself
	SeenAtLeast bool                // Seen may be too low by the entries of a second: its server ended without warning, or it moved to another node
	Quiet       bool                // its rooms were not told that it has no connection
	Redacted    time.Time           // its last redaction

	Visiting protocol.Ticket // its conversation at the desk; 0: none
	Message  protocol.Ticket // that it left there when it went back to a room; 0: none
	Finished bool            // its conversation was closed while it was away, and there is nothing but the desk
	Unread   uint64          // position at which one was closed while it was away; 0: none was
	Before   protocol.Room   // where it was before it went to the desk
	Turned   time.Time       // since when Turns counts
	Turns    int             // how often it has come to the desk anew

	Serves bool   // it is an operator in a room, and hears the desk
	Duty   bool   // and takes visitors
	Served uint64 // position from which on it hears the desk
	Target Target

	row   int64
	upto  uint64 // position up to which its row had soft fields when it was loaded
	dirty uint64 // the number of the decision that has changed it last
	soft
}

// soft holds the fields of a session that are not written each time that they change. Replay rebuilds them from the
// entries since, as far as entries tell: see touchExact.
type soft struct {
	spoken int       // lines that it has said, up to maxSpoken
	active time.Time // when its client did something last
	hushed time.Time // up to when lines that do not name where they were begun are rejected
	wrote  []Stream  // in which it has said something; replaced, never written to
	scarce bool      // it has spoken in others, too
	ids    *ring     // of its messages; nil: none
	since  uint64    // position of the first change of these that is not in its row; 0: none
}

// Target is where an operator's lines go: to a ticket, to the room, or nowhere for a moment.
type Target struct {
	Ticket protocol.Ticket // 0: the room, or nowhere
	Nobody bool            // lines are rejected, for a moment
	Heir   protocol.Ticket // the target after that; 0: the room
	Left   protocol.Ticket // the target until it had gone; 0 once the operator has shown that it knows
	Nick   protocol.Nick   // of Left
}

// Room is a room that has members or a topic.
type Room struct {
	Name    protocol.Room
	Topic   protocol.Text // "" : none
	By      uuid.UUID     // the session that has set it
	From    protocol.Nick // its nick at that time
	Emptied uint64        // position at which the last member left; 0: it has members

	row     int64 // 0: it is in no store
	dirty   uint64
	members members
}

// Ticket is one visitor's conversation at the desk.
type Ticket struct {
	No      protocol.Ticket
	Session uuid.UUID     // the visitor's, also when it has ended
	Nick    protocol.Nick // of the visitor, also then
	From    Address
	Since   time.Time     // when the waiting began
	Opened  uint64        // position
	Left    time.Time     // when the visitor went, and
	LeftAt  uint64        // the position of that; of no meaning while the visitor is there
	First   protocol.Text // the first words, not all of many; empty: none yet
	By      uuid.UUID     // the operator that has it; zero: it waits
	Lost    bool          // the visitor is not there: it has lost its connection, or
	Message bool          // it has gone, and its words wait for an answer
	OnHold  bool          // asked to wait a moment
	Kept    bool          // it is from before a start that lowered a bound, and is not dropped for that

	row   int64
	dirty uint64
}

// block is a nick or an address that is blocked until a time.
type block struct {
	key   string
	until time.Time
	row   int64
	dirty uint64
}

// common is what the machine keeps in one row.
type common struct {
	Settings Settings
	Tickets  protocol.Ticket   // the last number given
	Ended    []protocol.Ticket // the last conversations that have ended; replaced, never written to
	Guests   int               // numbers of guests that are given, or reserved to be given
	Told     toldUpto          // of a server that is alone
	Whole    uint64            // position up to which all soft fields are in the rows
	Starts   int               // of the server, one soon after the other,
	Started  time.Time         // the last of them
	Dropped  dropped           // at the desk, and not reported yet
	Order    *order            // of several nodes; nil: the server is alone
	replies  repliesRow
	dirty    uint64
}
