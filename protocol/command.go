package protocol

import (
	"log/slog"
	"strconv"
	"time"
)

// Command is what a client asks for. The interface is sealed: the types in this
// file are all there are, and each has its row in Verbs.
type Command interface{ command() }

// The commands. A field that is zero was not given.
type (
	// Hello is the first line of a program: it asks for JSON lines both ways.
	Hello struct {
		Nick   Nick    `json:"nick,omitzero"`
		Room   Room    `json:"room,omitzero"`   // where to go, Lobby if zero
		Token  string  `json:"token,omitzero"`  // of the session to go on with
		Resume *Resume `json:"resume,omitzero"` // what was seen of it last
		Replay *int    `json:"replay,omitzero"` // lines of history on entering; nil: the server's default
	}
	// Say says Text in the room in front; an operator's goes where their lines go. With Ticket it goes to
	// that visitor or to nobody, and is refused where the author's lines go elsewhere by now; with
	// Room it is said in that room, wherever the author's lines go, and is refused where the author is
	// not in it. Ticket is not written in text.
	Say struct {
		Ref    Ref    `json:"id,omitzero"`
		Text   Text   `json:"text"`
		Ticket Ticket `json:"ticket,omitzero"`
		Room   Room   `json:"room,omitzero"`
	}
	// Me tells of oneself: * bob waves. Here and below, Room is one of the author's rooms, and zero
	// stands for the one in front. Only Who and Topic have it in text.
	Me struct {
		Ref  Ref  `json:"id,omitzero"`
		Text Text `json:"text"`
		Room Room `json:"room,omitzero"`
	}
	// Msg says Text to one person.
	Msg struct {
		Ref  Ref  `json:"id,omitzero"`
		To   Nick `json:"to"`
		Text Text `json:"text"`
	}
	// Rename takes another nick.
	Rename struct {
		Nick Nick `json:"nick"`
	}
	// Join goes to another room: that is the one in front from there on.
	Join struct {
		Room Room `json:"room"`
	}
	// Watch also hears Room, and keeps hearing it when another one comes to the front. Without Room it
	// asks for the rooms of the session.
	Watch struct {
		Room Room `json:"room,omitzero"`
	}
	// Part leaves Room, or the one in front.
	Part struct {
		Room Room `json:"room,omitzero"`
	}
	// Rooms asks which rooms there are: those that have all of Words in the name or the topic, if there are
	// any; with After, those that come after that room in the list.
	Rooms struct {
		Words Text `json:"text,omitzero"`
		After Room `json:"after,omitzero"`
	}
	// Who asks for the members of a room, which may be any that the session may enter.
	Who struct {
		Room Room `json:"room,omitzero"`
	}
	// Topic sets a room's topic, clears it with the text "-", or asks for it.
	Topic struct {
		Text Text `json:"text,omitzero"`
		Room Room `json:"room,omitzero"`
	}
	// History asks for what was said in the room: the last Lines, up to the
	// position Before or around the position Around, or all that is kept, from Since on.
	History struct {
		Lines  int       `json:"lines,omitzero"` // 0: the server's default
		All    bool      `json:"all,omitzero"`
		Since  time.Time `json:"since,omitzero"`
		Before uint64    `json:"before,omitzero"`
		Around uint64    `json:"around,omitzero"`
		Room   Room      `json:"room,omitzero"`
	}
	// Search asks for the last lines that hold all of the words.
	Search struct {
		Text Text `json:"text"`
		Room Room `json:"room,omitzero"`
	}
	// Forget takes one's own words out of the record, for ever. Sure must be set.
	Forget struct {
		Sure bool `json:"sure"`
	}
	// ComeBack goes on with the session of that code.
	ComeBack struct {
		Code Text `json:"code"`
	}
	// Ignore stops or starts hearing somebody; without Nick it asks who is ignored.
	Ignore struct {
		Nick Nick `json:"nick,omitzero"`
	}
	// Away tells the room that one is away, or with no Text that one is back.
	Away struct {
		Text Text `json:"text,omitzero"`
	}
	// Echo turns the echo of one's own lines on or off. It comes when a line is safe.
	Echo struct {
		On bool `json:"on"`
	}
	// Read says how far one has read in a room: zero stands for the room that one is in, and for all that was told
	// before. It is kept for the session, and never goes back.
	Read struct {
		Room Room   `json:"room,omitzero"`
		Seq  uint64 `json:"seq,omitzero"`
	}
	// Ping asks for a Pong, which comes after the answers to all that was sent before.
	Ping struct {
		Ref Ref `json:"id,omitzero"`
	}
	// Help asks what can be done; Verb asks for one command only. Typed asks how people
	// type it, else it is told how programs write it.
	Help struct {
		Verb  Text `json:"verb,omitzero"`
		Typed bool `json:"typed,omitzero"`
	}
	// Leave says goodbye.
	Leave struct {
		Text Text `json:"text,omitzero"`
	}
	// Desk goes to the desk, and says Text there; for an operator it is Queue.
	Desk struct {
		Ref  Ref  `json:"id,omitzero"`
		Text Text `json:"text,omitzero"`
	}
	// Undesk leaves the desk for the room that one came from.
	Undesk struct{}
	// Operator makes an operator of whoever knows the password; without one
	// it asks to be asked for it.
	Operator struct {
		Password Secret `json:"password,omitzero"`
	}
	// Kick throws somebody out, and keeps them out For so long: up to MaxKick; 0:
	// KickTime. Operators only, as all that follow.
	Kick struct {
		Nick Nick    `json:"nick"`
		For  Seconds `json:"seconds,omitzero"`
		Text Text    `json:"text,omitzero"`
	}
	// Announce tells everybody in every room.
	Announce struct {
		Text Text `json:"text"`
	}
	// Stop ends the server.
	Stop struct {
		Text Text `json:"text,omitzero"`
	}
	// Duty tells whether the operator takes visitors.
	Duty struct {
		On bool `json:"on"`
	}
	// Queue asks who is at the desk: the first few, or as many as one answer holds; with
	// From, as many as that from this number on, in the order of the numbers.
	Queue struct {
		All  bool   `json:"all,omitzero"`
		From Ticket `json:"from,omitzero"`
	}
	// Next takes the visitor who waits longest.
	Next struct{}
	// Take takes a visitor.
	Take struct {
		Ticket Ticket `json:"ticket"`
	}
	// To changes where the operator's lines go: to a visitor, or with no
	// Ticket to the room.
	To struct {
		Ticket Ticket `json:"ticket,omitzero"`
	}
	// Reply says Text to a visitor. One who waits is taken by it.
	Reply struct {
		Ref    Ref    `json:"id,omitzero"`
		Ticket Ticket `json:"ticket"`
		Text   Text   `json:"text"`
	}
	// Canned says one of the server's ready replies; with no Name it asks which
	// there are, with no Ticket it goes where the operator's lines go.
	Canned struct {
		Ref    Ref    `json:"id,omitzero"`
		Name   Text   `json:"name,omitzero"`
		Ticket Ticket `json:"ticket,omitzero"`
	}
	// Hand hands a visitor over to another operator.
	Hand struct {
		Ticket Ticket `json:"ticket"`
		To     Nick   `json:"to"`
	}
	// Hold asks a visitor to wait a moment; here and below, no Ticket means the
	// one to whom the operator's lines go.
	Hold struct {
		Ticket Ticket `json:"ticket,omitzero"`
		Text   Text   `json:"text,omitzero"`
	}
	// Close ends a conversation at the desk, or all of Tickets, or all whose visitors came
	// from Address.
	Close struct {
		Ticket  Ticket  `json:"ticket,omitzero"`
		Tickets Tickets `json:"tickets,omitzero"`
		Address Origin  `json:"address,omitzero"`
		Text    Text    `json:"text,omitzero"`
	}
	// Note says Text about a visitor to the operators only.
	Note struct {
		Ref    Ref    `json:"id,omitzero"`
		Ticket Ticket `json:"ticket"`
		Text   Text   `json:"text"`
	}
	// Transcript asks for all that was said with a visitor.
	Transcript struct {
		Ticket Ticket `json:"ticket,omitzero"`
	}
)

// isComplete reports whether c says whom it means, in one way; a text alone would go to
// whoever is spoken to by then.
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

// KickTime is how long somebody is kept out who is kicked without a word of it,
// MaxKick how long they can be.
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

// String hides s from whoever prints it.
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

// Ref is a client's own id for what it says or asks: at most 64 bytes, given back with
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
func (Leave) command()      {}
func (Kick) command()       {}
func (Announce) command()   {}
func (Stop) command()       {}
func (Desk) command()       {}
func (Undesk) command()     {}
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
func (Forget) command()     {}
func (ComeBack) command()   {}
