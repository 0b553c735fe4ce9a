package state

import (
	"time"

	"github.com/google/uuid"

	"chinwag/protocol"
)

// Change is an event that is not delivered. Sealed: see the table of changes.
type Change interface{ change() }

type (
	// Opened begins a session. It is in no room before its Joined.
	Opened struct{ Session Session }
	// Attached gives a session another connection.
	Attached struct {
		Conn    uint64
		Was     uint64 // the connection that it had; 0: none
		Seen    uint64 // position up to which Was got its entries at least, if it was on another node
		Program bool
		Echo    bool
		At      Address
	}
	// Detached removes the connection of a session, which is held until a time. Quiet: it stays in its rooms, because
	// the other members are not told of a restart.
	Detached struct {
		Until  time.Time
		Seen   uint64
		Quiet  bool
		Unsure bool // Seen may be too low by the entries of a second
		Short  bool // a short stay, as of a script: its nick may go to the next run
	}
	// NodeSeen is the position up to which the clients of a node got their entries, except those that are behind.
	NodeSeen struct {
		Node     Node
		Position uint64
		Clean    bool
	}
	// SessionSeen is the position up to which the client of a session that is behind got its entries; 0: it is not
	// behind.
	SessionSeen struct{ Position uint64 }
	// Ended ends a session.
	Ended struct{}
	// Promoted makes a session an operator.
	Promoted struct{}
	// Demoted takes that back.
	Demoted struct{}
	// NameReleased frees the nick of a session that may come back without it.
	NameReleased struct{}
	// NameTaken gives a session a nick without telling its rooms.
	NameTaken struct{ Nick protocol.Nick }
	// Focused brings one of a session's rooms to the front. Watched: the session stays in it when another one comes to
	// the front.
	Focused struct {
		Room    protocol.Room
		Watched bool
	}
	// StayEnded ends a session's stay in a stream to which it has not returned after a break.
	StayEnded struct{ Stream Stream }
	// EchoSet sets whether a session receives its own lines.
	EchoSet struct{ On bool }
	// ReadSet sets how far a session has read, by room.
	ReadSet struct{ List []protocol.ReadUpTo }
	// IgnoreSet replaces the list of sessions that a session ignores.
	IgnoreSet struct{ List []Ignored }
	// TargetSet sets where an operator's lines go.
	TargetSet struct{ Target Target }
	// MessageLeft turns the conversation of a visitor that has gone to a room into a message.
	MessageLeft struct{}
	// ResumeSet sets where a session goes when it comes back, after its conversation at the desk was closed while it
	// was away. Finished: the server is only a desk, and the session comes back to its goodbye.
	ResumeSet struct {
		Resume   protocol.Room
		Finished bool
	}
	// Redacted removes the words of a session from the state.
	Redacted struct{}
	// Blocked blocks nicks or addresses until a time.
	Blocked struct {
		Keys  []string
		Until time.Time
	}
	// RoomDropped removes the topic of the room that has been empty longest, to make place for another room.
	RoomDropped struct{ Room protocol.Room }
	// Started is the start of a server.
	Started struct{}
	// Inherited is what the entries of a journal without rows hold: see Legacy.
	Inherited struct{ Legacy }
	// NodeBegan begins an incarnation of a node.
	NodeBegan struct {
		Node        Node
		Incarnation uint64
		Rules       uint64
		Epoch       uuid.UUID
	}
	// NodeEnded ends the incarnation of a node: its later intents are void.
	NodeEnded struct {
		Node Node
		Why  NodeEnd
	}
	// Configured replaces the settings.
	Configured struct{ Settings Settings }
)

// Ignored is an ignored session, by its id and by its name: neither a new name nor a new session of that name is heard.
type Ignored struct {
	Name    protocol.Nick // as it was typed
	Session uuid.UUID
	key     string // the first of Name's: see indexIgnoring
}

func (Opened) change()       {}
func (Attached) change()     {}
func (Detached) change()     {}
func (NodeSeen) change()     {}
func (SessionSeen) change()  {}
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
func (ResumeSet) change()    {}
func (Redacted) change()     {}
func (Blocked) change()      {}
func (RoomDropped) change()  {}
func (Started) change()      {}
func (Inherited) change()    {}
func (NodeBegan) change()    {}
func (NodeEnded) change()    {}
func (Configured) change()   {}
