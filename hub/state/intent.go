package state

import (
	"net/netip"
	"time"

	"github.com/google/uuid"

	"chinwag/protocol"
)

// Intent is a request of a client or of the server itself, with all that its decision needs from outside.
type Intent struct {
	Origin                // zero: the server is alone
	ID      uuid.UUID     // unique: ids of events come from it
	Time    time.Time     // UTC, in whole milliseconds; an earlier one than that of the last intent counts as that
	Lag     time.Duration // how long delivery lags behind decisions at that time
	Session uuid.UUID     // its author, if the server is alone (a node finds it by Conn); zero: the server, or a connection without a session
	Conn    uint64        // by which it came: it is void if the session no longer has it; 0: none
	Secrets []Secret      // hashes of the words of Op that could be a code or token, the client's own first; at most 17
	Op      Op
}

// Behind is a session whose client is behind, and the position up to which it got its entries; 0: it is no longer
// behind.
type Behind struct {
	Session uuid.UUID
	Seen    uint64
}

// Secret is a keyed hash of a session's code or token. The zero value is none.
type Secret [16]byte

// Address is where a connection comes from: Host is shown to operators, and limits count by Prefix. The zero value is
// unknown.
type Address struct {
	Host   string
	Prefix netip.Prefix
}

// Op is the operation of an intent. Sealed: see the table of ops.
type Op interface{ op() }

// ops holds each op. A session is that of the intent; nil: it is the server's, or that of a connection without one.
var ops = table[Op]{
	entryOf[Op](8, (*Machine).command, (*Command).fields),
	entryOf[Op](1, (*Machine).start, (*Start).fields),
	entryOf[Op](2, (*Machine).open, (*Open).fields),
	entryOf[Op](3, (*Machine).resume, (*Resume).fields),
	entryOf[Op](4, (*Machine).lose, (*Disconnect).fields),
	entryOf[Op](5, (*Machine).noteSeen, (*NoteSeen).fields),
	entryOf[Op](6, (*Machine).withdraw, none[Withdraw]),
	entryOf[Op](7, (*Machine).promote, none[Promote]),
	entryOf[Op](9, (*Machine).closeNext, (*Continue).fields),
	entryOf[Op](10, (*Machine).due, none[Tick]),
	entryOf[Op](11, func(*Machine, *Session, Heartbeat) {}, none[Heartbeat]),
	entryOf[Op](12, (*Machine).compare, (*Checksum).fields),
}

type (
	// Start is the first intent of a server that has started: its settings replace the old ones, and no session has a
	// connection to it.
	Start struct {
		Settings Settings
		Rules    uint64    // by which the node decides; 0: the server is the only one
		Epoch    uuid.UUID // of the node's journal
		Legacy   *Legacy   // of a journal that has entries and no rows; nil: it has rows, or is empty
	}

	// Open begins a session for a connection, or resumes the one that Token names. A session that the connection has
	// already ends: that of a guest whose hello came late.
	Open struct {
		As           uuid.UUID // the id of the new session
		Conn         uint64    // above 0, never used twice
		Nick         protocol.Nick
		Guest        int // the number of its guest nick, if it brings no nick
		Operator     bool
		Program      bool
		Echo         bool
		From         Address
		Again        int                // the same for a resumed session, if its nick is taken
		Code         Secret             // by which the session may be resumed; zero: it cannot
		Token        Secret             // of the session to resume; zero, or unknown: a new one begins
		Room         protocol.Room      // zero: where newcomers go
		Ref          protocol.Ref       // the id of the hello
		Replay       int                // lines of history on entering a room
		Reserved     int                // places at the desk that are kept for other connections,
		ReservedFrom int                // and those of them that come from the same address
		Promoted     bool               // the client has shown the password of operators
		Missing      protocol.GapReason // why entries after those that it has seen are missing, if a new session begins; "": none are
		ToldFull     bool               // the client was told that there is no place at the desk
	}
	// Resume resumes the session of a code. The session that the connection has already ends.
	Resume struct {
		Conn     uint64
		Code     Secret
		Own      bool // it is the client's own code
		From     Address
		Echo     bool         // of the connection
		Operator bool         // the connection is an operator's
		Guest    int          // the number of its guest nick, if its nick is taken
		Ref      protocol.Ref // the id of the command
	}
	// Disconnect is the end of a session's connection.
	Disconnect struct {
		Reason protocol.Reason // Departed: the input has ended in good order
		Seen   uint64          // position up to which the session's client got its entries
	}
	// NoteSeen keeps up to where clients got their entries, so that a start knows it: up to Upto, but for those in
	// Behind, which have a position of their own. It also writes rows with changed soft fields, so that a start replays
	// few entries. It does not write all at once: the hub repeats it while the checkpoint is before Head.
	NoteSeen struct {
		Upto   uint64
		Behind []Behind
		Clean  bool // the server is about to end, and Upto is exact
	}
	// Withdraw ends the session of a guest whose connection goes on and is in no room before its hello.
	Withdraw struct{}
	// Promote makes a session an operator, after its client has shown that it may be one.
	Promote struct{}
	// Command is a command of a client.
	Command struct {
		Command protocol.Command
		Ref     protocol.Ref // the id that the client gave it
	}
	// Continue goes on with what was too much for one decision: see Decision.Next.
	Continue struct{ closing closing }
	// Tick does what is due by now: see Machine.NextDue.
	Tick struct{}
	// Heartbeat says that a node is alive, as each of its intents does.
	Heartbeat struct{}
	// Checksum is the hash of a node's state at a position of the order: see Machine.Checksum.
	Checksum struct {
		Position uint64
		Sum      Sum
	}
)

func (Start) op()      {}
func (Open) op()       {}
func (Resume) op()     {}
func (Disconnect) op() {}
func (NoteSeen) op()   {}
func (Withdraw) op()   {}
func (Promote) op()    {}
func (Command) op()    {}
func (Continue) op()   {}
func (Tick) op()       {}
func (Heartbeat) op()  {}
func (Checksum) op()   {}
