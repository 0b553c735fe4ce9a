package protocol

import (
	"encoding/json"
	"strconv"
)

// Greeting is the first event of a connection, before the client has said anything.
type Greeting struct {
	Server string `json:"server"`        // Version
	Text   Text   `json:"text,omitzero"` // why the client is rejected; empty: it is not
}

func (e Greeting) appendText(dst []byte, _ Room) []byte {
	if e.Text.s != "" {
		return sentence(dst, "This is ", e.Server, ", but ", e.Text.s, " (/resume CODE leads back to a conversation).")
	}
	return sentence(dst, "Welcome to ", e.Server, ".")
}

// Hello is the first line of a program: it asks for JSON lines both ways.
type Hello struct {
	Nick   Nick        `json:"nick,omitzero"`   // the nick that the client asks for; zero: the server gives one
	Room   Room        `json:"room,omitzero"`   // the room to enter, Lobby if zero
	Token  string      `json:"token,omitzero"`  // of the session to resume
	Resume *ResumeFrom `json:"resume,omitzero"` // the last position that the client saw of that session
	Replay *int        `json:"replay,omitzero"` // lines of history on entering; nil: the server's default

	Presence Presence `json:"presence,omitzero"` // how it is told of those that come and go; empty: EachPresence
}

func (Hello) verb() *Verb { return helloVerb }

var helloVerb = newVerb(Verb{
	Name: "hello", Help: "asks for JSON lines; the first line of a program", Anywhere: true,
	barredIn: func(Place) string { return "hello is said once, in the first line" },
}, syntax[Hello]{})

// ResumeFrom is the last position that a program saw.
type ResumeFrom struct {
	Epoch string `json:"epoch"` // of the journal
	Seq   uint64 `json:"seq"`   // the position
}

// UnmarshalJSON implements json.Unmarshaler. A program that names no position is refused: it may be newer than the
// server, with positions under another name, and would receive the journal from the beginning.
func (r *ResumeFrom) UnmarshalJSON(b []byte) error {
	var in struct {
		Epoch *string
		Seq   *uint64
	}
	if err := json.Unmarshal(b, &in); err != nil {
		return err
	}
	if in.Epoch == nil || in.Seq == nil {
		return byName["hello"].lacks(`"epoch" and "seq" in its "resume"`)
	}
	*r = ResumeFrom{*in.Epoch, *in.Seq}
	return nil
}

// Resume resumes the session of that code.
type Resume struct {
	Code Text `json:"code"` // Welcome.Code or Goodbye.Code
}

func (Resume) verb() *Verb { return resumeVerb }

var resumeVerb = newVerb(Verb{
	Name: "resume", Args: "CODE", Help: "makes you again who you were before a break", Example: "/resume k7qm2-xwdab", Anywhere: true,
	barredIn: func(p Place) string {
		switch {
		case p.Operator:
			return "you are an operator, and stay one"
		case p.Program:
			return "a program comes back with its hello"
		}
		return ""
	},
}, syntax[Resume]{
	parse:    func(t Text) (Resume, error) { return Resume{t}, nil },
	args:     func(c Resume) string { return c.Code.s },
	complete: func(c Resume) bool { return !c.Code.IsBlank() },
})

// Welcome tells a session its nick and its rooms. For a person it is the last event of the arrival, for a program the
// answer to its Hello.
type Welcome struct {
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

// appendText tells what a new client needs, in one line: it comes after all that scrolls.
func (e Welcome) appendText(dst []byte, _ Room) []byte {
	dst = append(append(append(notice(dst, Room{}), "You are "...), e.Nick.s...), e.where()...)
	dst = append(dst, ". Type to talk, /help for more"...)
	if e.Code != "" {
		return line(dst, "; /resume ", e.Code, " after a break.")
	}
	return line(dst, ".")
}

func (e Welcome) where() string {
	if e.Desk != nil {
		return " at the desk: " + e.Desk.atFirst()
	}
	in := " in " + e.Room.s + " (" + strconv.Itoa(e.Here) + " here)"
	if len(e.Rooms) > 1 {
		others := e.Rooms[1:]
		in += ", and watch " + roomsOf(others[:min(len(others), roomsShown)])
		if more := len(others) - roomsShown; more > 0 {
			in += " and " + strconv.Itoa(more) + " more"
		}
	}
	return in
}

const roomsShown = 10 // of the rooms watched, in a welcome: /watch lists all

// Rename takes another nick.
type Rename struct {
	Nick Nick `json:"nick"` // the new nick
}

func (Rename) verb() *Verb { return nickVerb }

var nickVerb = newVerb(Verb{
	Name: "nick", Args: "NAME", Help: "takes another name", Example: "/nick bob", Anywhere: true,
}, syntax[Rename]{
	parse:    func(t Text) (Rename, error) { n, err := ParseNick(t.s); return Rename{n}, err },
	args:     func(c Rename) string { return c.Nick.s },
	complete: func(c Rename) bool { return c.Nick != Nick{} },
	words:    func(c Rename) string { return c.Nick.s },
})

// Renamed tells the new nick of a member. A session in several rooms has one Renamed in each, all with one ID and with
// all of Rooms, sorted by name. So have its AwaySet, and its Left when it leaves the server. The desk and the
// operators' room are never among Rooms.
type Renamed struct {
	Meta
	From  Nick   `json:"from"`            // the old nick
	To    Nick   `json:"to"`              // the new nick
	Rooms []Room `json:"rooms,omitempty"` // empty: Meta.Room is the only one
	Ack
}

func (e Renamed) WithMeta(m Meta) Recorded { e.Meta = m; return e }
func (e Renamed) Public() Recorded         { e.Ack = Ack{}; return e }
func (e Renamed) rooms() []Room            { return e.Rooms }

func (e Renamed) appendText(dst []byte, in Room) []byte {
	if e.You {
		return line(notice(dst, in), "you are now ", e.To.s)
	}
	return line(notice(dst, in), e.From.s, " is now ", e.To.s)
}
