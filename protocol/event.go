package protocol

import (
	"time"

	"github.com/google/uuid"
)

// Event is what the server tells a client: one event, one line. The interface is sealed: each type in
// this package has its row in events, but for Replayed and Elsewhere, which wrap another.
type Event interface{ event() }

// Recorded is an event that stands in the journal: it changes what other clients see.
type Recorded interface {
	Event
	// WithMeta is the same event with another stamp.
	WithMeta(Meta) Recorded
	// Public is the event without Ack, which only its author is told.
	Public() Recorded
	// IsMessage reports whether the event is the words of a session, so that
	// history shows it; comings and goings are not.
	IsMessage() bool
	meta() Meta
}

// Meta is what every recorded event carries.
type Meta struct {
	Seq  uint64    `json:"seq,omitzero"`  // the position in the journal of its epoch: it only grows and is never used twice
	ID   uuid.UUID `json:"id,omitzero"`   // the same for all recipients
	Time time.Time `json:"time,omitzero"` // when the server accepted it, in UTC
	Room Room      `json:"room,omitzero"` // where it happened; zero for a private line or an announcement
}

// Ack is set in the event that its author receives: the acknowledgement.
type Ack struct {
	You bool `json:"you,omitzero"` // the recipient is the author
	Ref Ref  `json:"ref,omitzero"` // the id that the author gave the command
}

// The recorded events.
type (
	// Said is a line said in a room.
	Said struct {
		Meta
		From Nick `json:"from"` // the author
		Text Text `json:"text"` // what is said
		Ack
	}
	// Acted is what a member does: * bob waves.
	Acted struct {
		Meta
		From Nick `json:"from"` // the author
		Text Text `json:"text"` // what follows the nick
		Ack
	}
	// Whispered is a private line, told to its author and its recipient only.
	Whispered struct {
		Meta
		From Nick `json:"from"` // the author
		To   Nick `json:"to"`   // the recipient
		Text Text `json:"text"` // what is said
		Ack
	}
	// Joined tells that a member has entered the room.
	Joined struct {
		Meta
		From Nick `json:"from"` // the new member
	}
	// Left tells that a member has left the room.
	Left struct {
		Meta
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
		Meta
		From  Nick   `json:"from"`            // the old nick
		To    Nick   `json:"to"`              // the new nick
		Rooms []Room `json:"rooms,omitempty"` // empty: Meta.Room is the only one
		Ack
	}
	// TopicSet tells the new topic of the room.
	TopicSet struct {
		Meta
		From Nick `json:"from"` // the author
		Text Text `json:"text"` // empty: cleared
		Ack
	}
	// AwaySet tells that a member is away, or back.
	AwaySet struct {
		Meta
		From  Nick   `json:"from"`            // the member
		Text  Text   `json:"text"`            // empty: back again
		Rooms []Room `json:"rooms,omitempty"` // see Renamed
		Ack
	}
	// Announced is what an operator tells every room.
	Announced struct {
		Meta
		From Nick `json:"from"` // the operator
		Text Text `json:"text"` // what is told
	}
	// Redacted stands in the place of a spoken event whose author had the words
	// taken out of the journal.
	Redacted struct {
		Meta
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
		Code    string `json:"code,omitzero"`    // the same for people, for Resume
		Epoch   string `json:"epoch,omitzero"`   // of the journal
		Seq     uint64 `json:"seq,omitzero"`     // everything up to this position is past
		Resumed bool   `json:"resumed,omitzero"` // the session goes on: what was missed follows

		Desk *QueuePosition `json:"desk,omitzero"` // at the desk only

		Read []ReadUpTo `json:"read,omitzero"` // by room, as far as the session has said

		NoPassword bool `json:"no_password,omitzero"` // Operator makes no operators here: there is no password to ask for
		NoRooms    bool `json:"no_rooms,omitzero"`    // the server is only a desk
	}
	// Entered tells a session the room that it is in now.
	Entered struct {
		Room Room   `json:"room"`         // the one in front
		Here int    `json:"here"`         // connected members of Room
		Seq  uint64 `json:"seq,omitzero"` // everything up to this position is past

		Desk *QueuePosition `json:"desk,omitzero"` // at the desk only
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
	// TopicInfo tells the topic of a room: on entering it, and in answer to Topic.
	TopicInfo struct {
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
	// HelpRow is one line of help: how a command is written, as people type it or as a line
	// of JSON, and what it does.
	HelpRow struct {
		Verb    string  `json:"verb,omitzero"`   // its name in JSON
		Usage   string  `json:"usage"`           // as people type it, or a line that a program can send
		Text    string  `json:"text"`            // what it does
		Barred  string  `json:"barred,omitzero"` // why this session cannot do it here and now; empty: it can
		Members []Field `json:"members"`         // for programs: all that it can have
	}
	// Duplicate answers a line that was sent again: it stands in the journal already.
	Duplicate struct {
		Ref Ref    `json:"ref"` // the id of the line
		Seq uint64 `json:"seq"` // its position
	}
	// Refused answers a command that the server does not follow.
	Refused struct {
		Refusal
		Ref Ref `json:"ref,omitzero"` // the id of the command
	}
	// Replayed is an event of the journal, told again. In JSON it is Event with "past":true.
	Replayed struct {
		Event Event
		Dated bool // it is of another day, which people are shown
		Found bool // a search found it; people are shown its position
	}
	// HistoryEnd comes after the last Replayed of a history.
	HistoryEnd struct {
		Before uint64 `json:"before,omitzero"` // there is more before this position; 0: there is not
	}
	// SearchEnd comes after the last Replayed of a search.
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
	// Redaction answers Redact.
	Redaction struct {
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
		Code    string  `json:"code,omitzero"`    // for people, for Resume: the session is kept
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
	Pruned         GapReason = "forgotten" // pruned
	OldEpoch       GapReason = "epoch"     // the journal that it was in is gone
	Future         GapReason = "future"    // there has never been such a position
	Skipped        GapReason = "skipped"   // still kept: a person's client was so far behind that they are not all told
	SessionExpired GapReason = "session"   // the session is over, and what was private in it
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
func (Redacted) event()   {}
func (Greeting) event()   {}
func (Welcome) event()    {}
func (Entered) event()    {}
func (Watching) event()   {}
func (Watched) event()    {}
func (PartedFrom) event() {}
func (Fronted) event()    {}
func (Elsewhere) event()  {}
func (TopicInfo) event()  {}
func (Members) event()    {}
func (RoomList) event()   {}
func (Ignoring) event()   {}
func (IgnoreList) event() {}
func (Echoing) event()    {}
func (ReadUpTo) event()   {}
func (Pong) event()       {}
func (HelpRow) event()    {}
func (Duplicate) event()  {}
func (Refused) event()    {}
func (Replayed) event()   {}
func (Redaction) event()  {}
func (SearchEnd) event()  {}
func (HistoryEnd) event() {}
func (Gap) event()        {}
func (Notice) event()     {}
func (Goodbye) event()    {}

func (s Meta) meta() Meta { return s }

func (e Said) WithMeta(s Meta) Recorded      { e.Meta = s; return e }
func (e Acted) WithMeta(s Meta) Recorded     { e.Meta = s; return e }
func (e Whispered) WithMeta(s Meta) Recorded { e.Meta = s; return e }
func (e Joined) WithMeta(s Meta) Recorded    { e.Meta = s; return e }
func (e Left) WithMeta(s Meta) Recorded      { e.Meta = s; return e }
func (e Renamed) WithMeta(s Meta) Recorded   { e.Meta = s; return e }
func (e TopicSet) WithMeta(s Meta) Recorded  { e.Meta = s; return e }
func (e AwaySet) WithMeta(s Meta) Recorded   { e.Meta = s; return e }
func (e Announced) WithMeta(s Meta) Recorded { e.Meta = s; return e }

func (e Said) Public() Recorded      { e.Ack = Ack{}; return e }
func (e Acted) Public() Recorded     { e.Ack = Ack{}; return e }
func (e Whispered) Public() Recorded { e.Ack = Ack{}; return e }
func (e Joined) Public() Recorded    { return e }
func (e Left) Public() Recorded      { return e }
func (e Renamed) Public() Recorded   { e.Ack = Ack{}; return e }
func (e TopicSet) Public() Recorded  { e.Ack = Ack{}; return e }
func (e AwaySet) Public() Recorded   { e.Ack = Ack{}; return e }
func (e Announced) Public() Recorded { return e }

func (Said) IsMessage() bool      { return true }
func (Acted) IsMessage() bool     { return true }
func (Whispered) IsMessage() bool { return true }
func (Joined) IsMessage() bool    { return false }
func (Left) IsMessage() bool      { return false }
func (Renamed) IsMessage() bool   { return false }
func (TopicSet) IsMessage() bool  { return true }
func (AwaySet) IsMessage() bool   { return false }
func (Announced) IsMessage() bool { return true }

func (e Redacted) WithMeta(s Meta) Recorded { e.Meta = s; return e }

func (e Redacted) Public() Recorded { return e }

func (Redacted) IsMessage() bool { return true }

// MetaOf is the stamp of e, zero if e is neither a recorded event nor one Elsewhere.
func MetaOf(e Event) Meta {
	switch e := e.(type) {
	case Recorded:
		return e.meta()
	case Elsewhere:
		return MetaOf(e.Event)
	}
	return Meta{}
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
	case VisitorSaid:
		return e.From, e.Text
	case Replied:
		return e.From, e.Text
	case Noted:
		return e.From, e.Text
	case Redacted:
		return e.From, Text{}
	case Elsewhere:
		return Words(e.Event)
	}
	return Nick{}, Text{}
}
