package state

import (
	"net/netip"
	"time"

	"github.com/google/uuid"

	"chinwag/protocol"
)

// Intent is what a client or the server itself wants, with all that a decision about it needs
// from outside.
type Intent struct {
	Origin                // zero: of the server itself, where it is the only one
	ID      uuid.UUID     // of this intent alone: ids of events come from it
	Time    time.Time     // UTC, in whole milliseconds; one before that of the last intent counts as that
	Late    time.Duration // how long after it was decided something is told at that time
	Session uuid.UUID     // whose it is, where the server is alone: of nodes the connection says it. Zero: the server's, or that of a connection without a session
	Conn    uint64        // the connection that it came by: it is void if that is not the session's any more; 0: of none
	Secrets []Secret      // of each word of Op that could be a code or token, the client's own first; at most 17
	Op      Op
}

// Behind is a session whose client is told up to a position of its own; 0: it is told what all are.
type Behind struct {
	Session uuid.UUID
	Seen    uint64
}

// Secret is a keyed hash of a session's code or token. The zero value is none.
type Secret [16]byte

// Address is where a connection comes from: as operators are shown it, and what
// counts as one place. The zero value counts as nowhere.
type Address struct {
	Host   string
	Prefix netip.Prefix
}

// Op is what is wanted. The interface is sealed: see the switch in Decide.
type Op interface{ op() }

type (
	// Began is the first intent of a server that has started: these settings count from here on,
	// and no session has a connection.
	Began struct {
		Settings Settings
		Rules    uint64    // by which the node decides; 0: the server is the only one
		Epoch    uuid.UUID // of the node's record
		Legacy   *Legacy   // of a record that has entries and no rows; nil: it has rows, or nothing
	}

	// Open begins a session for a connection, or goes on with the one that Token names.
	// Where the connection has a session already (a guest whose hello came late), that one ends.
	Open struct {
		As           uuid.UUID // the id of the new session
		Conn         uint64    // above 0, never used twice
		Nick         protocol.Nick
		Guest        int // the number of a guest that it is called by if it has no nick
		Operator     bool
		Program      bool
		Echo         bool
		From         Address
		Again        int                // the same for a session that goes on, whose nick may be taken
		Code         Secret             // by which the session may be resumed; zero: it cannot
		Token        Secret             // of a session to go on with; zero, or not known: a new one begins
		Room         protocol.Room      // zero: where newcomers go
		Ref          protocol.Ref       // the id of the hello
		Replay       int                // lines of history that are told on entering
		Reserved     int                // places at the desk that are kept for other connections,
		ReservedFrom int                // and those of them that come from the same address
		Promoted     bool               // it has shown the password of operators
		Missing      protocol.GapReason // of what it has named as seen, if a new session begins; "": nothing
		ToldFull     bool               // the client was told that there is no place at the desk
	}
	// Resume goes on with the session of a code. What the connection has for a session ends.
	Resume struct {
		Conn     uint64
		Code     Secret
		Own      bool // it is the client's own code
		From     Address
		Echo     bool         // of the connection
		Operator bool         // the connection is an operator's
		Guest    int          // the number of a guest that the session is called by if its nick is taken
		Ref      protocol.Ref // the id of the command
	}
	// Lost is the end of a session's connection.
	Lost struct {
		Reason protocol.Reason // Quit: the input has ended in good order
		Seen   uint64          // position up to which the session's client was told
	}
	// Seen says up to which position clients were told, so that a start knows it: all up to Upto, and
	// those of people who are behind up to a position of their own. It also writes rows of what is soft, so that a
	// start needs few entries: not all at once, so while Whole is before Head it is asked for again.
	Seen struct {
		Upto   uint64
		Behind []Behind
		Clean  bool // the server is about to end, and Upto is exact
	}
	// Withdrawn ends a session that is not to be in any room before its hello.
	Withdrawn struct{}
	// Promote makes an operator of a session whose client has shown that it may be one.
	Promote struct{}
	// Command is what a client said.
	Command struct {
		Command protocol.Command
		Ref     protocol.Ref // the id that it was given
	}
	// Continue goes on with what was too much for one decision: see Decision.Next.
	Continue struct{ closing closing }
	// Due does what is to happen because time has passed: see Machine.NextDue.
	Due struct{}
	// Heartbeat says that a node is alive, as each of its intents does.
	Heartbeat struct{}
	// Checksum is what a node has made of all intents up to a position: see Machine.Checksum.
	Checksum struct {
		Position uint64
		Sum      Sum
	}
)

func (Began) op()     {}
func (Open) op()      {}
func (Resume) op()    {}
func (Lost) op()      {}
func (Seen) op()      {}
func (Withdrawn) op() {}
func (Promote) op()   {}
func (Command) op()   {}
func (Continue) op()  {}
func (Due) op()       {}
func (Heartbeat) op() {}
func (Checksum) op()  {}

// Settings are what whoever runs the server has chosen. No bound is 0: math.MaxInt is none.
type Settings struct {
	Desk               bool          // newcomers land at the desk, and operators in their own room: there is no other
	Rooms              int           // at most
	RoomsPerSession    int           // that one session is in at once; at most MaxPlaces
	Hold               time.Duration // how long a session without a connection is held
	Replay             int           // lines of history where a client asks for no number
	Visitors           int           // at the desk at once
	VisitorsPerAddress int
	Messages           time.Duration // how long a message waits
	MessagesKept       int           // that wait at once; beyond, the oldest goes
	MessagesPerAddress int
	Silence            time.Duration // after which an operator's visitors wait again; 0: never
	Password           Secret        // of operators; zero: there is none
	Replies            []Canned      // the ready replies, in the order of their names
}

// Canned is a ready reply of operators.
type Canned struct {
	Name string
	Text protocol.Text
}
