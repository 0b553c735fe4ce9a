package protocol

import (
	"log/slog"
	"strconv"
	"time"
)

// Command is a request of a client. The interface is sealed: each type in this file has its
// row in Verbs, and Call wraps one of them.
type Command interface{ command() }

// The commands. The zero value of a field means that it was not given.
type (
	// Hello is the first line of a program: it asks for JSON lines both ways.
	Hello struct {
		Nick   Nick        `json:"nick,omitzero"`   // the nick that the client asks for; zero: the server gives one
		Room   Room        `json:"room,omitzero"`   // the room to enter, Lobby if zero
		Token  string      `json:"token,omitzero"`  // of the session to resume
		Resume *ResumeFrom `json:"resume,omitzero"` // the last position that the client saw of that session
		Replay *int        `json:"replay,omitzero"` // lines of history on entering; nil: the server's default
	}
	// Say says Text in the room in front; an operator's goes to the operator's target. With Ticket it goes to
	// that visitor only, and is refused if the author's lines go elsewhere by now. With Room it is said in that
	// room, whatever the target, and is refused if the author is not in it.
	Say struct {
		Ref    Ref    `json:"id,omitzero"`     // the client's own id
		Text   Text   `json:"text"`            // what is said
		Ticket Ticket `json:"ticket,omitzero"` // the visitor meant; has no text spelling
		Room   Room   `json:"room,omitzero"`   // one of the author's rooms
	}
	// Me says what the author does: * bob waves. Here and below, Room is one of the author's rooms, and
	// only Who and Topic have it in the text spelling.
	Me struct {
		Ref  Ref  `json:"id,omitzero"`   // the client's own id
		Text Text `json:"text"`          // what follows the nick
		Room Room `json:"room,omitzero"` // zero: the room in front
	}
	// Msg says Text to one member.
	Msg struct {
		Ref  Ref  `json:"id,omitzero"` // the client's own id
		To   Nick `json:"to"`          // the recipient
		Text Text `json:"text"`        // what is said
	}
	// Rename takes another nick.
	Rename struct {
		Nick Nick `json:"nick"` // the new nick
	}
	// Join goes to another room, which is in front from then on.
	Join struct {
		Room Room `json:"room"` // the room to enter
	}
	// Watch also hears Room, and keeps hearing it when another one comes to the front. Without Room it
	// asks for the rooms of the session.
	Watch struct {
		Room Room `json:"room,omitzero"` // the room to hear
	}
	// Part leaves Room, or the one in front.
	Part struct {
		Room Room `json:"room,omitzero"` // zero: the room in front
	}
	// Rooms asks for the list of rooms.
	Rooms struct {
		Words Text `json:"text,omitzero"`  // only rooms that have all of these words in the name or the topic
		After Room `json:"after,omitzero"` // only rooms that come after this one in the list
	}
	// Who asks for the members of a room, which may be any that the session may enter.
	Who struct {
		Room Room `json:"room,omitzero"` // zero: the room in front
	}
	// Topic sets a room's topic, clears it with the text "-", or asks for it.
	Topic struct {
		Text Text `json:"text,omitzero"` // the new topic; empty: asks
		Room Room `json:"room,omitzero"` // zero: the room in front
	}
	// History asks for what was said in the room: the last Lines, up to the
	// position Before or around the position Around, or all that is kept, from Since on.
	History struct {
		Lines  int       `json:"lines,omitzero"`  // 0: the server's default
		All    bool      `json:"all,omitzero"`    // all that is kept
		Since  time.Time `json:"since,omitzero"`  // in UTC; a year from 1 to 9999
		Before uint64    `json:"before,omitzero"` // a position; not with Around
		Around uint64    `json:"around,omitzero"` // a position
		Room   Room      `json:"room,omitzero"`   // zero: the room in front
	}
	// Search asks for the last lines that hold all of the words.
	Search struct {
		Text Text `json:"text"`          // the words
		Room Room `json:"room,omitzero"` // zero: the room in front
	}
	// Redact takes the author's own words out of the journal, for ever.
	Redact struct {
		Sure bool `json:"sure"` // must be set
	}
	// Resume resumes the session of that code.
	Resume struct {
		Code Text `json:"code"` // Welcome.Code or Goodbye.Code
	}
	// Ignore stops or starts hearing a member; without Nick it asks for the ignored nicks.
	Ignore struct {
		Nick Nick `json:"nick,omitzero"` // the member
	}
	// Away tells the session's rooms that it is away, or back.
	Away struct {
		Text Text `json:"text,omitzero"` // why; empty: back
	}
	// Echo turns the echo of the session's own lines on or off. A line is echoed once it is committed.
	Echo struct {
		On bool `json:"on"` // required
	}
	// Read says up to which position the session has read in a room. It is kept for the session, and never
	// goes back.
	Read struct {
		Room Room   `json:"room,omitzero"` // zero: the room in front
		Seq  uint64 `json:"seq,omitzero"`  // 0: all that was told before
	}
	// Ping asks for a Pong, which comes after the answers to all that was sent before.
	Ping struct {
		Ref Ref `json:"id,omitzero"` // the client's own id
	}
	// Help asks which commands there are.
	Help struct {
		Verb  Text `json:"verb,omitzero"`  // only this command
		Typed bool `json:"typed,omitzero"` // as people type it, else as programs write it
	}
	// Quit says goodbye.
	Quit struct {
		Text Text `json:"text,omitzero"` // the parting words
	}
	// Desk goes to the desk, and says Text there; for an operator it is Queue.
	Desk struct {
		Ref  Ref  `json:"id,omitzero"`   // the client's own id
		Text Text `json:"text,omitzero"` // the first words
	}
	// LeaveDesk leaves the desk for the room that the visitor came from.
	LeaveDesk struct{}
	// Operator makes the session an operator.
	Operator struct {
		Password Secret `json:"password,omitzero"` // empty: the server asks for it
	}
	// Kick removes a member and keeps the nick and its address out. Operators only, as all that follow.
	Kick struct {
		Nick Nick    `json:"nick"`             // the member
		For  Seconds `json:"seconds,omitzero"` // how long: up to MaxKick; 0: KickTime
		Text Text    `json:"text,omitzero"`    // why
	}
	// Announce tells every room.
	Announce struct {
		Text Text `json:"text"` // what is told
	}
	// Stop ends the server.
	Stop struct {
		Text Text `json:"text,omitzero"` // why, for the goodbyes
	}
	// Duty says whether the operator takes visitors.
	Duty struct {
		On bool `json:"on"` // required
	}
	// Queue asks for the visitors at the desk, the first few of them by default.
	Queue struct {
		All  bool   `json:"all,omitzero"`  // as many as one answer holds
		From Ticket `json:"from,omitzero"` // as many, from this number on and in the order of the numbers
	}
	// Next takes the visitor that has waited longest.
	Next struct{}
	// Take takes a visitor.
	Take struct {
		Ticket Ticket `json:"ticket"` // the visitor
	}
	// To sets the operator's target: a visitor or the room.
	To struct {
		Ticket Ticket `json:"ticket,omitzero"` // the visitor; zero: the room
	}
	// Reply says Text to a visitor, and takes one that waits.
	Reply struct {
		Ref    Ref    `json:"id,omitzero"` // the client's own id
		Ticket Ticket `json:"ticket"`      // the visitor
		Text   Text   `json:"text"`        // what is said
	}
	// Canned says one of the server's ready replies; without Name it asks for their names.
	Canned struct {
		Ref    Ref    `json:"id,omitzero"`     // the client's own id
		Name   Text   `json:"name,omitzero"`   // of the ready reply
		Ticket Ticket `json:"ticket,omitzero"` // the visitor; zero: the operator's target
	}
	// Hand hands a visitor over to another operator.
	Hand struct {
		Ticket Ticket `json:"ticket"` // the visitor
		To     Nick   `json:"to"`     // the other operator
	}
	// Hold asks a visitor to wait a moment.
	Hold struct {
		Ticket Ticket `json:"ticket,omitzero"` // zero: the operator's target
		Text   Text   `json:"text,omitzero"`   // what is told with it
	}
	// Close ends a conversation at the desk, or all of Tickets, or all whose visitors came
	// from Address.
	Close struct {
		Ticket  Ticket  `json:"ticket,omitzero"`  // zero: the operator's target
		Tickets Tickets `json:"tickets,omitzero"` // many numbers
		Address Origin  `json:"address,omitzero"` // an address or a prefix
		Text    Text    `json:"text,omitzero"`    // the last words; not alone
	}
	// Note says Text about a visitor to the operators only.
	Note struct {
		Ref    Ref    `json:"id,omitzero"` // the client's own id
		Ticket Ticket `json:"ticket"`      // the visitor
		Text   Text   `json:"text"`        // what is said
	}
	// Transcript asks for all that was said with a visitor.
	Transcript struct {
		Ticket Ticket `json:"ticket,omitzero"` // zero: the operator's target
	}
)

// isComplete reports whether c names its visitors in exactly one way. A text alone would go to
// the operator's target, which may have changed since it was typed.
func (c Close) isComplete() bool {
	ways := 0
	for _, said := range []bool{c.Ticket != 0, c.Tickets != Tickets{}, c.Address != Origin{}} {
		if said {
			ways++
		}
	}
	return ways == 1 || ways == 0 && c.Text == Text{}
}

// Many reports whether c is about more than one conversation.
func (c Close) Many() bool { return c.Tickets != Tickets{} || c.Address != Origin{} }

// KickTime is how long a kick keeps a member out by default, MaxKick the longest that it can.
const (
	KickTime Seconds = 60
	MaxKick  Seconds = 24 * 60 * 60
)

// Ticket is the number of a conversation at the desk. It is never used twice
// while a server runs; zero is none.
type Ticket uint64

func (t Ticket) String() string { return "@" + strconv.FormatUint(uint64(t), 10) }

// Secret is a password on its way to be checked: at most 1024 bytes, never
// shown, logged or recorded.
type Secret string

// MaxSecret is the most bytes that a Secret holds.
const MaxSecret = 1024

// String hides s from fmt.
func (s Secret) String() string { return "(secret)" }

// GoString hides s, too.
func (s Secret) GoString() string { return s.String() }

// LogValue implements slog.LogValuer.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Secret) UnmarshalText(b []byte) error {
	if len(b) > MaxSecret {
		return refuse("password-too-long", "a password has at most %d bytes", MaxSecret)
	}
	*s = Secret(b)
	return nil
}

// Ref is a client's own id for a command: at most 64 bytes. It is given back with
// the acknowledgement or the refusal, to its author only.
type Ref string

// UnmarshalText implements encoding.TextUnmarshaler.
func (r *Ref) UnmarshalText(b []byte) error {
	if len(b) > 64 {
		return badID
	}
	*r = Ref(b)
	return nil
}

var badID = refuse("bad-id", "an id is a string of at most 64 bytes")

func (Hello) command()      {}
func (Say) command()        {}
func (Me) command()         {}
func (Msg) command()        {}
func (Rename) command()     {}
func (Join) command()       {}
func (Watch) command()      {}
func (Part) command()       {}
func (Rooms) command()      {}
func (Who) command()        {}
func (Topic) command()      {}
func (History) command()    {}
func (Ignore) command()     {}
func (Away) command()       {}
func (Echo) command()       {}
func (Read) command()       {}
func (Ping) command()       {}
func (Help) command()       {}
func (Quit) command()       {}
func (Kick) command()       {}
func (Announce) command()   {}
func (Stop) command()       {}
func (Desk) command()       {}
func (LeaveDesk) command()  {}
func (Operator) command()   {}
func (Duty) command()       {}
func (Queue) command()      {}
func (Next) command()       {}
func (Take) command()       {}
func (To) command()         {}
func (Reply) command()      {}
func (Canned) command()     {}
func (Hand) command()       {}
func (Hold) command()       {}
func (Close) command()      {}
func (Note) command()       {}
func (Transcript) command() {}
func (Search) command()     {}
func (Redact) command()     {}
func (Resume) command()     {}
