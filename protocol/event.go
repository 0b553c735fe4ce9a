package protocol

import (
	"time"

	"github.com/google/uuid"
)

// Event is what the server tells a client: one event, one line. The interface is sealed: each type in
// this package has its row in events, but for Past and Elsewhere, which wrap another.
type Event interface{ event() }

// Recorded is an event that stands in the journal: it changes what other clients see.
type Recorded interface {
	Event
	// Stamped is the same event with another stamp.
	Stamped(Stamp) Recorded
	// ForOthers is the event without Mine, which only its author is told.
	ForOthers() Recorded
	// IsSpoken reports whether the event is the words of a session, so that
	// history shows it; comings and goings are not.
	IsSpoken() bool
	stamp() Stamp
}

// Stamp is what every recorded event carries.
type Stamp struct {
	Seq  uint64    `json:"seq,omitzero"`  // the position in the journal of its epoch: it only grows and is never used twice
	ID   uuid.UUID `json:"id,omitzero"`   // the same for all recipients
	Time time.Time `json:"time,omitzero"` // when the server accepted it, in UTC
	Room Room      `json:"room,omitzero"` // where it happened; zero for a private line or an announcement
}

// Mine is set in the event that its author receives: the acknowledgement.
type Mine struct {
	You bool `json:"you,omitzero"` // the recipient is the author
	Ref Ref  `json:"ref,omitzero"` // the id that the author gave the command
}

// The recorded events.
type (
	// Said is a line said in a room.
	Said struct {
		Stamp
		From Nick `json:"from"` // the author
		Text Text `json:"text"` // what is said
		Mine
	}
	// Acted is what a member does: * bob waves.
	Acted struct {
		Stamp
		From Nick `json:"from"` // the author
		Text Text `json:"text"` // what follows the nick
		Mine
	}
	// Whispered is a private line, told to its author and its recipient only.
	Whispered struct {
		Stamp
		From Nick `json:"from"` // the author
		To   Nick `json:"to"`   // the recipient
		Text Text `json:"text"` // what is said
		Mine
	}
	// Joined tells that a member has entered the room.
	Joined struct {
		Stamp
		From Nick `json:"from"` // the new member
	}
	// Left tells that a member has left the room.
	Left struct {
		Stamp
		From   Nick   `json:"from"`            // the member
		Reason Reason `json:"reason"`          // why
		By     Nick   `json:"by,omitzero"`     // Kicked: the operator
		To     Room   `json:"to,omitzero"`     // Moved: the room entered instead; zero: the desk, which members are not told
		Text   Text   `json:"text,omitzero"`   // the parting words
		Rooms  []Room `json:"rooms,omitempty"` // see Renamed
	}
	// Renamed tells the new nick of a member. A session in several rooms has one Renamed in each, all with one ID
	// and with all of Rooms, sorted by name. So have its AwaySet, and its Left when it leaves the server. The desk
	// and the operators' room are never among Rooms.
	Renamed struct {
		Stamp
		From  Nick   `json:"from"`            // the old nick
		To    Nick   `json:"to"`              // the new nick
		Rooms []Room `json:"rooms,omitempty"` // empty: Stamp.Room is the only one
		Mine
	}
	// TopicSet tells the new topic of the room.
	TopicSet struct {
		Stamp
		From Nick `json:"from"` // the author
		Text Text `json:"text"` // empty: cleared
		Mine
	}
	// AwaySet tells that a member is away, or back.
	AwaySet struct {
		Stamp
		From  Nick   `json:"from"`            // the member
		Text  Text   `json:"text"`            // empty: back again
		Rooms []Room `json:"rooms,omitempty"` // see Renamed
		Mine
	}
	// Announced is what an operator tells every room.
	Announced struct {
		Stamp
		From Nick `json:"from"` // the operator
		Text Text `json:"text"` // what is told
	}
	// Erased stands in the place of a spoken event whose author had the words
	// taken out of the journal.
	Erased struct {
		Stamp
		From Nick `json:"from"` // the author
	}
)

// The answers and notices: for one client, never recorded.
type (
	// Greeting is the first event of a connection, before the client has said anything.
	Greeting struct {
		Server string `json:"server"`        // Version
		Text   Text   `json:"text,omitzero"` // why the client is rejected; empty: it is not
	}
	// Welcome tells a session its nick and its rooms. For a person it is the last event of the arrival, for a
	// program the answer to its Hello.
	Welcome struct {
		Server  string `json:"server"`           // Version
		Nick    Nick   `json:"nick"`             // of the session
		Room    Room   `json:"room"`             // the one in front
		Rooms   []Room `json:"rooms,omitempty"`  // all rooms of the session, the one in front first; none: Room is the only one
		Here    int    `json:"here"`             // connected members of Room, the new one included
		Token   string `json:"token,omitzero"`   // for Hello after a break; secret
		Code    string `json:"code,omitzero"`    // the same for people, for ComeBack
		Epoch   string `json:"epoch,omitzero"`   // of the journal
		Seq     uint64 `json:"seq,omitzero"`     // everything up to this position is past
		Resumed bool   `json:"resumed,omitzero"` // the session goes on: what was missed follows

		Desk *Queueing `json:"desk,omitzero"` // at the desk only

		Read []ReadUpTo `json:"read,omitzero"` // by room, as far as the session has said

		NoPassword bool `json:"no_password,omitzero"` // Operator makes no operators here: there is no password to ask for
		NoRooms    bool `json:"no_rooms,omitzero"`    // the server is only a desk
	}
	// Entered tells a session the room that it is in now.
	Entered struct {
		Room Room   `json:"room"`         // the one in front
		Here int    `json:"here"`         // connected members of Room
		Seq  uint64 `json:"seq,omitzero"` // everything up to this position is past

		Desk *Queueing `json:"desk,omitzero"` // at the desk only
	}
	// Watching answers a Watch without a room.
	Watching struct {
		Rooms []Room `json:"rooms"` // all rooms of the session, the one in front first
	}
	// Watched answers a Watch: the session hears Room from here on, whatever is in front.
	Watched struct {
		Room Room   `json:"room"`         // the room watched
		Here int    `json:"here"`         // connected members of Room
		Seq  uint64 `json:"seq,omitzero"` // everything up to this position is past
	}
	// PartedFrom answers a Part.
	PartedFrom struct {
		Room  Room `json:"room"`  // the session is in it no longer
		Front Room `json:"front"` // the one in front now
	}
	// Fronted answers a Join to a room that the session is in already: it is in front now.
	Fronted struct {
		Room Room `json:"room"` // the one in front
		Here int  `json:"here"` // connected members of Room
	}
	// Elsewhere is an event of a room that is not in front, as a person is told it: with the name of the
	// room. To a program it is Event itself. It is never recorded.
	Elsewhere struct {
		Event Event
	}
	// TopicIs tells the topic of a room: on entering it, and in answer to Topic.
	TopicIs struct {
		Room Room `json:"room"` // the room
		Text Text `json:"text"` // empty: it has none
	}
	// Members answers Who.
	Members struct {
		Room  Room     `json:"room"`  // the room
		Here  int      `json:"here"`  // all members with a connection
		Names []Member `json:"names"` // in the order of coming, cut at a bound
	}
	// RoomList answers Rooms.
	RoomList struct {
		Count int        `json:"count"`         // all of them, or all that have Words
		Rooms []RoomInfo `json:"rooms"`         // the fullest first, cut at a bound
		Words Text       `json:"text,omitzero"` // as asked for: only rooms that have them
	}
	// Ignoring answers Ignore with a nick.
	Ignoring struct {
		Nick Nick `json:"nick"` // the member
		On   bool `json:"on"`   // false: heard again
	}
	// IgnoreList answers Ignore without a nick.
	IgnoreList struct {
		Names []Nick `json:"names"` // the ignored members
	}
	// Echoing answers Echo.
	Echoing struct {
		On bool `json:"on"` // as it is now
	}
	// ReadUpTo answers Read.
	ReadUpTo struct {
		Room Room   `json:"room"` // the room
		Seq  uint64 `json:"seq"`  // the position up to which the session has read there
	}
	// Pong answers Ping.
	Pong struct {
		Ref Ref `json:"ref,omitzero"` // the id of the Ping
	}
	// Helped is one line of help: how a command is written, as people type it or as a line
	// of JSON, and what it does.
	Helped struct {
		Verb    string  `json:"verb,omitzero"`   // its name in JSON
		Usage   string  `json:"usage"`           // as people type it, or a line that a program can send
		Text    string  `json:"text"`            // what it does
		Barred  string  `json:"barred,omitzero"` // why this session cannot do it here and now; empty: it can
		Members []Field `json:"members"`         // for programs: all that it can have
	}
	// Accepted answers a line that was sent again: it stands in the journal already.
	Accepted struct {
		Ref Ref    `json:"ref"` // the id of the line
		Seq uint64 `json:"seq"` // its position
	}
	// Refused answers a command that the server does not follow.
	Refused struct {
		Refusal
		Ref Ref `json:"ref,omitzero"` // the id of the command
	}
	// Past is an event of the journal, told again. In JSON it is Event with "past":true.
	Past struct {
		Event Event
		Dated bool // it is of another day, which people are shown
		Found bool // a search found it; people are shown its position
	}
	// HistoryEnd comes after the last Past of a history.
	HistoryEnd struct {
		Before uint64 `json:"before,omitzero"` // there is more before this position; 0: there is not
	}
	// SearchEnd comes after the last Past of a search.
	SearchEnd struct {
		Count  int  `json:"count"`           // the events found
		More   bool `json:"more,omitzero"`   // there may be others, further back
		Behind bool `json:"behind,omitzero"` // the index is behind the head: the newest lines were not searched
	}
	// Gap stands where entries are missing.
	Gap struct {
		Lines  int       `json:"lines,omitzero"`  // how many; 0: unknown
		Why    GapReason `json:"why"`             // why
		Before uint64    `json:"before,omitzero"` // Skipped: the position before which they stand
	}
	// Forgot answers Forget.
	Forgot struct {
		Count int  `json:"count"`         // the lines taken out
		Rest  bool `json:"rest,omitzero"` // the session spoke in more streams than it remembers: some lines may remain
	}
	// Notice is something else that the server says.
	Notice struct {
		Text Text `json:"text"` // in words
	}
	// Goodbye is the last event of a connection.
	Goodbye struct {
		Reason  Reason  `json:"reason"`           // why
		Back    Seconds `json:"back"`             // how long the session can be resumed at most; 0: do not come back
		Wait    Seconds `json:"wait,omitzero"`    // Kicked: how long the client is kept out
		Address bool    `json:"address,omitzero"` // Kicked: and with it all clients from its address
		Code    string  `json:"code,omitzero"`    // for people, for ComeBack: the session is kept
		Text    Text    `json:"text,omitzero"`    // the words of the operator, or of the server
	}
)

// Member is a session in a room.
type Member struct {
	Nick     Nick  `json:"nick"`              // of the session
	Away     bool  `json:"away,omitzero"`     // it has said so
	Attached *bool `json:"attached,omitzero"` // false: it has no connection just now; nil: it has one
}

// RoomInfo is one room in a list of rooms.
type RoomInfo struct {
	Room  Room `json:"room"`           // the room
	Here  int  `json:"here"`           // its connected members
	Topic Text `json:"topic,omitzero"` // empty: it has none
	In    bool `json:"in,omitzero"`    // the session is in it
}

// GapReason says why something is missing.
type GapReason string

// The reasons of a Gap, as programs see them.
const (
	Forgotten GapReason = "forgotten" // pruned
	OldEpoch  GapReason = "epoch"     // the journal that it was in is gone
	Future    GapReason = "future"    // there has never been such a position
	Skipped   GapReason = "skipped"   // still kept: a person's client was so far behind that they are not all told
	OldToken  GapReason = "session"   // the session is over, and what was private in it
)

func (Said) event()       {}
func (Acted) event()      {}
func (Whispered) event()  {}
func (Joined) event()     {}
func (Left) event()       {}
func (Renamed) event()    {}
func (TopicSet) event()   {}
func (AwaySet) event()    {}
func (Announced) event()  {}
func (Erased) event()     {}
func (Greeting) event()   {}
func (Welcome) event()    {}
func (Entered) event()    {}
func (Watching) event()   {}
func (Watched) event()    {}
func (PartedFrom) event() {}
func (Fronted) event()    {}
func (Elsewhere) event()  {}
func (TopicIs) event()    {}
func (Members) event()    {}
func (RoomList) event()   {}
func (Ignoring) event()   {}
func (IgnoreList) event() {}
func (Echoing) event()    {}
func (ReadUpTo) event()   {}
func (Pong) event()       {}
func (Helped) event()     {}
func (Accepted) event()   {}
func (Refused) event()    {}
func (Past) event()       {}
func (Forgot) event()     {}
func (SearchEnd) event()  {}
func (HistoryEnd) event() {}
func (Gap) event()        {}
func (Notice) event()     {}
func (Goodbye) event()    {}

func (s Stamp) stamp() Stamp { return s }

func (e Said) Stamped(s Stamp) Recorded      { e.Stamp = s; return e }
func (e Acted) Stamped(s Stamp) Recorded     { e.Stamp = s; return e }
func (e Whispered) Stamped(s Stamp) Recorded { e.Stamp = s; return e }
func (e Joined) Stamped(s Stamp) Recorded    { e.Stamp = s; return e }
func (e Left) Stamped(s Stamp) Recorded      { e.Stamp = s; return e }
func (e Renamed) Stamped(s Stamp) Recorded   { e.Stamp = s; return e }
func (e TopicSet) Stamped(s Stamp) Recorded  { e.Stamp = s; return e }
func (e AwaySet) Stamped(s Stamp) Recorded   { e.Stamp = s; return e }
func (e Announced) Stamped(s Stamp) Recorded { e.Stamp = s; return e }

func (e Said) ForOthers() Recorded      { e.Mine = Mine{}; return e }
func (e Acted) ForOthers() Recorded     { e.Mine = Mine{}; return e }
func (e Whispered) ForOthers() Recorded { e.Mine = Mine{}; return e }
func (e Joined) ForOthers() Recorded    { return e }
func (e Left) ForOthers() Recorded      { return e }
func (e Renamed) ForOthers() Recorded   { e.Mine = Mine{}; return e }
func (e TopicSet) ForOthers() Recorded  { e.Mine = Mine{}; return e }
func (e AwaySet) ForOthers() Recorded   { e.Mine = Mine{}; return e }
func (e Announced) ForOthers() Recorded { return e }

func (Said) IsSpoken() bool      { return true }
func (Acted) IsSpoken() bool     { return true }
func (Whispered) IsSpoken() bool { return true }
func (Joined) IsSpoken() bool    { return false }
func (Left) IsSpoken() bool      { return false }
func (Renamed) IsSpoken() bool   { return false }
func (TopicSet) IsSpoken() bool  { return true }
func (AwaySet) IsSpoken() bool   { return false }
func (Announced) IsSpoken() bool { return true }

func (e Erased) Stamped(s Stamp) Recorded { e.Stamp = s; return e }

func (e Erased) ForOthers() Recorded { return e }

func (Erased) IsSpoken() bool { return true }

// StampOf is the stamp of e, zero if e is neither a recorded event nor one Elsewhere.
func StampOf(e Event) Stamp {
	switch e := e.(type) {
	case Recorded:
		return e.stamp()
	case Elsewhere:
		return StampOf(e.Event)
	}
	return Stamp{}
}

// Words are the author and the words of e. The words are empty if e is not spoken, or erased.
func Words(e Event) (from Nick, words Text) {
	switch e := e.(type) {
	case Said:
		return e.From, e.Text
	case Acted:
		return e.From, e.Text
	case Whispered:
		return e.From, e.Text
	case TopicSet:
		return e.From, e.Text
	case Announced:
		return e.From, e.Text
	case Asked:
		return e.From, e.Text
	case Replied:
		return e.From, e.Text
	case Noted:
		return e.From, e.Text
	case Erased:
		return e.From, Text{}
	case Elsewhere:
		return Words(e.Event)
	}
	return Nick{}, Text{}
}
