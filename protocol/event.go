package protocol

import (
	"time"

	"github.com/google/uuid"
)

// Event is what a client is told: one event, one line. The interface is sealed:
// the types in this file are all there are, and each has its row in events.
type Event interface{ event() }

// Recorded is an event that stands in the record: one that changes what others
// see.
type Recorded interface {
	Event
	// Stamped is the same event with another stamp.
	Stamped(Stamp) Recorded
	// ForOthers is what everybody but its author is told.
	ForOthers() Recorded
	// IsSpoken reports whether somebody's words are its point, so that
	// history shows it; comings and goings are not.
	IsSpoken() bool
	stamp() Stamp
}

// Stamp is what every recorded event carries: its position in the record of
// that epoch, which only grows and is never used twice; its id, the same for
// everybody who is told; when it was accepted, in UTC; and the room it happened in
// (none for a private line or an announcement).
type Stamp struct {
	Seq  uint64    `json:"seq,omitzero"`
	ID   uuid.UUID `json:"id,omitzero"`
	Time time.Time `json:"time,omitzero"`
	Room Room      `json:"room,omitzero"`
}

// Mine is set in what the author of an event is told of it: the event is
// accepted. Ref is the id that the author gave it.
type Mine struct {
	You bool `json:"you,omitzero"`
	Ref Ref  `json:"ref,omitzero"`
}

// The recorded events: what changes what others see.
type (
	Said struct {
		Stamp
		From Nick `json:"from"`
		Text Text `json:"text"`
		Mine
	}
	Acted struct {
		Stamp
		From Nick `json:"from"`
		Text Text `json:"text"`
		Mine
	}
	Whispered struct {
		Stamp
		From Nick `json:"from"`
		To   Nick `json:"to"`
		Text Text `json:"text"`
		Mine
	}
	Joined struct {
		Stamp
		From Nick `json:"from"`
	}
	Left struct {
		Stamp
		From   Nick   `json:"from"`
		Reason Reason `json:"reason"`
		By     Nick   `json:"by,omitzero"` // who kicked them
		To     Room   `json:"to,omitzero"` // where they moved
		Text   Text   `json:"text,omitzero"`
		Rooms  []Room `json:"rooms,omitempty"` // see below
	}
	// Renamed stands in each room that the session is in, and so do AwaySet and the Left of a session that has gone from the
	// server: with one ID and with all of Rooms, where there are several, sorted by name. The desk and the operators' room are
	// never among them.
	Renamed struct {
		Stamp
		From  Nick   `json:"from"`
		To    Nick   `json:"to"`
		Rooms []Room `json:"rooms,omitempty"`
		Mine
	}
	TopicSet struct {
		Stamp
		From Nick `json:"from"`
		Text Text `json:"text"` // empty: cleared
		Mine
	}
	AwaySet struct {
		Stamp
		From  Nick   `json:"from"`
		Text  Text   `json:"text"` // empty: back again
		Rooms []Room `json:"rooms,omitempty"`
		Mine
	}
	Announced struct {
		Stamp
		From Nick `json:"from"`
		Text Text `json:"text"`
	}
	// Erased stands where something was spoken whose author had the words
	// taken out of the record.
	Erased struct {
		Stamp
		From Nick `json:"from"`
	}
)

// The answers and notices: for one client, never recorded.
type (
	// Greeting is the first event of a connection. It says who is here, before anybody
	// knows who has come, and with a Text that there is no place for whoever has.
	Greeting struct {
		Server string `json:"server"` // Version
		Text   Text   `json:"text,omitzero"`
	}
	// Welcome tells who one is, and where. To a person it is the last that is told on
	// arriving, to a program the answer to its Hello.
	Welcome struct {
		Server  string `json:"server"` // Version
		Nick    Nick   `json:"nick"`
		Room    Room   `json:"room"`             // the one in front
		Rooms   []Room `json:"rooms,omitempty"`  // all rooms of the session, the one in front first; none: Room is the only one
		Here    int    `json:"here"`             // how many are in Room, the new one included
		Token   string `json:"token,omitzero"`   // for Hello after a break; secret
		Code    string `json:"code,omitzero"`    // the same for people, for ComeBack
		Epoch   string `json:"epoch,omitzero"`   // of the journal
		Seq     uint64 `json:"seq,omitzero"`     // everything up to this position is past
		Resumed bool   `json:"resumed,omitzero"` // the session goes on: what was missed follows

		Desk *Queueing `json:"desk,omitzero"` // at the desk only

		Read []ReadUpTo `json:"read,omitzero"` // by room, as far as the session has said

		NoPassword bool `json:"no_password,omitzero"` // Operator makes nobody an operator here: there is no password to ask for
		NoRooms    bool `json:"no_rooms,omitzero"`    // the server is only a desk
	}
	// Entered tells where one is now.
	Entered struct {
		Room Room   `json:"room"`
		Here int    `json:"here"`
		Seq  uint64 `json:"seq,omitzero"`

		Desk *Queueing `json:"desk,omitzero"` // at the desk only
	}
	// Watching answers a Watch without a room: all rooms of the session, the one in front first.
	Watching struct {
		Rooms []Room `json:"rooms"`
	}
	// Watched answers a Watch: the session hears Room from here on, whatever is in front.
	Watched struct {
		Room Room   `json:"room"`
		Here int    `json:"here"`
		Seq  uint64 `json:"seq,omitzero"`
	}
	// PartedFrom answers a Part: the session is in Room no longer, and Front is in front now.
	PartedFrom struct {
		Room  Room `json:"room"`
		Front Room `json:"front"`
	}
	// Fronted answers a Join to a room that the session is in already: it is in front now.
	Fronted struct {
		Room Room `json:"room"`
		Here int  `json:"here"`
	}
	// Elsewhere is an event of a room that is not in front, as a person is told it: with the name of the
	// room. To a program it is Event itself. It is never recorded.
	Elsewhere struct {
		Event Event
	}
	TopicIs struct {
		Room Room `json:"room"`
		Text Text `json:"text"`
	}
	Members struct {
		Room  Room     `json:"room"`
		Here  int      `json:"here"`  // all who have a connection
		Names []Member `json:"names"` // in the order of coming, cut at a bound
	}
	RoomList struct {
		Count int        `json:"count"`         // all of them, or all that have Words
		Rooms []RoomInfo `json:"rooms"`         // the fullest first, cut at a bound
		Words Text       `json:"text,omitzero"` // as they were asked for: only rooms that have them
	}
	Ignoring struct {
		Nick Nick `json:"nick"`
		On   bool `json:"on"`
	}
	IgnoreList struct {
		Names []Nick `json:"names"`
	}
	Echoing struct {
		On bool `json:"on"`
	}
	// ReadUpTo tells how far the session has read in a room.
	ReadUpTo struct {
		Room Room   `json:"room"`
		Seq  uint64 `json:"seq"`
	}
	Pong struct {
		Ref Ref `json:"ref,omitzero"`
	}
	// Helped is one line of help: how a command is written, as people type it or as a line
	// of JSON, and what it does.
	Helped struct {
		Verb    string  `json:"verb,omitzero"`   // its name in JSON
		Usage   string  `json:"usage"`           // as people type it, or a line that a program can send
		Text    string  `json:"text"`            // what it does
		Barred  string  `json:"barred,omitzero"` // why it cannot be done where one is, or by whom one is
		Members []Field `json:"members"`         // for programs: all that it can have
	}
	// Accepted answers a line that was sent again: it stands at Seq already.
	Accepted struct {
		Ref Ref    `json:"ref"`
		Seq uint64 `json:"seq"`
	}
	Refused struct {
		Refusal
		Ref Ref `json:"ref,omitzero"`
	}
	// Past is an event of the record, told again. Dated asks for its day, too;
	// Found for its position, since it was searched for.
	Past struct {
		Event Event
		Dated bool
		Found bool
	}
	// HistoryEnd comes after the last Past of a history. Before is the position of
	// the first, if there is more before it.
	HistoryEnd struct {
		Before uint64 `json:"before,omitzero"`
	}
	// SearchEnd comes after the last Past of a search.
	SearchEnd struct {
		Count  int  `json:"count"`
		More   bool `json:"more,omitzero"`   // there may be others, further back
		Behind bool `json:"behind,omitzero"` // what was said last could not be searched yet
	}
	// Gap stands where something is missing: Lines of it, or 0 where nobody
	// can know any more.
	Gap struct {
		Lines  int       `json:"lines,omitzero"`
		Why    GapReason `json:"why"`
		Before uint64    `json:"before,omitzero"` // Skipped: the position before which they stand
	}
	// Forgot answers Forget: how many lines were taken out. Rest says that there
	// were more places than were remembered.
	Forgot struct {
		Count int  `json:"count"`
		Rest  bool `json:"rest,omitzero"`
	}
	// Notice is something else that the server says.
	Notice struct {
		Text Text `json:"text"`
	}
	// Goodbye is the last event of a connection. Who is to come back finds the
	// session for so many seconds, if the server still has it.
	Goodbye struct {
		Reason  Reason  `json:"reason"`
		Back    Seconds `json:"back"`             // 0: do not come back
		Wait    Seconds `json:"wait,omitzero"`    // Kicked: that long one is kept out
		Address bool    `json:"address,omitzero"` // Kicked: with all who come from one's address
		Code    string  `json:"code,omitzero"`    // for people, for ComeBack: the session is kept
		Text    Text    `json:"text,omitzero"`
	}
)

// Member is one who is in a room.
type Member struct {
	Nick     Nick  `json:"nick"`
	Away     bool  `json:"away,omitzero"`
	Attached *bool `json:"attached,omitzero"` // false: it has no connection just now; nil: it has one
}

// RoomInfo is one room in a list of rooms.
type RoomInfo struct {
	Room  Room `json:"room"`
	Here  int  `json:"here"`
	Topic Text `json:"topic,omitzero"`
	In    bool `json:"in,omitzero"` // the session is in it
}

// GapReason says why something is missing.
type GapReason string

// The reasons of a Gap, as programs see them.
const (
	Forgotten GapReason = "forgotten" // no longer kept
	OldEpoch  GapReason = "epoch"     // the record that it was in is gone
	Future    GapReason = "future"    // there has never been such a position
	Skipped   GapReason = "skipped"   // still kept: a person was so far behind that they are not all told
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

// Words are what e was spoken with, and whose they are. They are empty if e is
// not spoken, or erased.
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
