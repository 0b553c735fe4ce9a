package state

import (
	"time"

	"github.com/google/uuid"

	"chinwag/protocol"
)

// Change is an event that is told to nobody. Sealed: see the switch in apply.
type Change interface{ change() }

type (
	// Opened begins a session. It is in no room before its Joined.
	Opened struct{ Session Session }
	// Attached gives a session another connection.
	Attached struct {
		Conn    uint64
		Was     uint64 // the connection that it had; 0: none
		Seen    uint64 // position up to which that was told at least, if it was another node's
		Program bool
		Echo    bool
		At      Address
	}
	// Detached takes the connection of a session, which is held up to a time. Quiet: it stays in
	// its room, since nobody is told of a restart.
	Detached struct {
		Until  time.Time
		Seen   uint64
		Quiet  bool
		Unsure bool // Seen may be too low by what was told in a second
		Short  bool // it has gone as scripts do: its name is given to the next of them
	}
	// SeenUpto says up to which position clients were told that are not behind.
	SeenUpto struct {
		Node     Node
		Position uint64
		Clean    bool
	}
	// SeenBehind says up to which position the client of a session was told that is behind; 0: it is not.
	SeenBehind struct{ Position uint64 }
	// Ended ends a session.
	Ended struct{}
	// Promoted makes an operator of a session.
	Promoted struct{}
	// Demoted takes that back.
	Demoted struct{}
	// NameReleased frees the name of a session that may come back without it.
	NameReleased struct{}
	// NameTaken gives a session a name of which nobody is told.
	NameTaken struct{ Nick protocol.Nick }
	// Focused brings a room to the front that a session is in. Watched: it is not left when another one comes to the front.
	Focused struct {
		Room    protocol.Room
		Watched bool
	}
	// StayEnded ends a session's stay in a stream, to which it does not come back after a break.
	StayEnded struct{ Stream Stream }
	// EchoSet says whether a session hears its own lines.
	EchoSet struct{ On bool }
	// ReadSet is how far a session has read, by room.
	ReadSet struct{ List []protocol.ReadUpTo }
	// IgnoreSet is whom a session does not hear from here on.
	IgnoreSet struct{ List []Ignored }
	// TargetSet is where an operator's lines go from here on.
	TargetSet struct{ Target Target }
	// MessageLeft has a session's conversation at the desk wait as a message for it, which is in a room.
	MessageLeft struct{}
	// SeenOut says where a session goes when it comes back, as its conversation at the desk was closed
	// while it was away. Finished: there is nothing but the desk, and it comes back to its goodbye.
	SeenOut struct {
		Resume   protocol.Room
		Finished bool
	}
	// Redacted says that a session has had its words taken out.
	Redacted struct{}
	// Blocked keeps out who is called so, or comes from there, up to a time.
	Blocked struct {
		Keys  []string
		Until time.Time
	}
	// RoomDropped takes a room's topic when it has been empty longest of too many.
	RoomDropped struct{ Room protocol.Room }
	// Started is the start of a server.
	Started struct{}
	// Inherited is what a record without rows has left: see Legacy.
	Inherited struct{ Legacy }
	// NodeBegan begins an incarnation of a node.
	NodeBegan struct {
		Node        Node
		Incarnation uint64
		Rules       uint64
		Epoch       uuid.UUID
	}
	// NodeEnded ends the incarnation of a node: what that wants from here on is void.
	NodeEnded struct {
		Node Node
		Why  NodeEnd
	}
	// Configured sets what counts from here on.
	Configured struct{ Settings Settings }
)

// Ignored is a session that another does not hear: the session, which a new name does
// not help to dodge, and the name, which a new session does not.
type Ignored struct {
	Name    protocol.Nick // as it was typed
	Session uuid.UUID
	key     string // the first of Name's: see indexIgnoring
}

func (Opened) change()       {}
func (Attached) change()     {}
func (Detached) change()     {}
func (SeenUpto) change()     {}
func (SeenBehind) change()   {}
func (Ended) change()        {}
func (Promoted) change()     {}
func (Demoted) change()      {}
func (NameReleased) change() {}
func (NameTaken) change()    {}
func (Focused) change()      {}
func (StayEnded) change()    {}
func (EchoSet) change()      {}
func (ReadSet) change()      {}
func (IgnoreSet) change()    {}
func (TargetSet) change()    {}
func (MessageLeft) change()  {}
func (SeenOut) change()      {}
func (Redacted) change()     {}
func (Blocked) change()      {}
func (RoomDropped) change()  {}
func (Started) change()      {}
func (Inherited) change()    {}
func (NodeBegan) change()    {}
func (NodeEnded) change()    {}
func (Configured) change()   {}
