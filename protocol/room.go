package protocol

import (
	"strconv"
	"strings"
)

// Join goes to another room, which is in front from then on.
type Join struct {
	Room Room `json:"room"` // the room to enter
}

func (Join) verb() *Verb { return joinVerb }

var joinVerb = newVerb(Verb{
	Name: "join", Args: "ROOM", Help: "goes to another room, which is made if need be", Example: "/join #tea", Anywhere: true,
	barredIn: func(p Place) string { return where(p.OnlyDesk && !p.Nowhere, noRooms) },
}, syntax[Join]{
	parse:    func(t Text) (Join, error) { r, err := ParseRoom(t.s); return Join{r}, err },
	args:     func(c Join) string { return c.Room.s },
	complete: func(c Join) bool { return c.Room != Room{} },
	words:    func(c Join) string { return c.Room.s },
})

// Joined tells that a member has entered the room.
type Joined struct {
	Meta
	From Nick `json:"from"` // the new member
}

func (e Joined) WithMeta(m Meta) Recorded { e.Meta = m; return e }
func (e Joined) Public() Recorded         { return e }

func (e Joined) appendText(dst []byte, in Room) []byte {
	return line(notice(dst, in), e.From.s, " joined")
}

// Entered tells a session the room that it is in now.
type Entered struct {
	Room Room   `json:"room"`         // the one in front
	Here int    `json:"here"`         // connected members of Room
	Seq  uint64 `json:"seq,omitzero"` // everything up to this position is past

	Desk *QueuePosition `json:"desk,omitzero"` // at the desk only
}

func (e Entered) appendText(dst []byte, _ Room) []byte {
	if e.Desk != nil {
		return sentence(dst, "you are at the desk now: ", e.Desk.atFirst(), "; /leave leads back")
	}
	return sentence(dst, "you are in ", e.Room.s, " now (", strconv.Itoa(e.Here), " here)")
}

// Fronted answers a Join to a room that the session is in already: it is in front now.
type Fronted struct {
	Room Room `json:"room"` // the one in front
	Here int  `json:"here"` // connected members of Room
}

func (e Fronted) appendText(dst []byte, _ Room) []byte {
	return sentence(dst, "you are in ", e.Room.s, " now (", strconv.Itoa(e.Here), " here)")
}

// Watch also hears Room, and keeps hearing it when another one comes to the front. Without Room it asks for the rooms
// of the session.
type Watch struct {
	Room Room `json:"room,omitzero"` // the room to hear
}

func (Watch) verb() *Verb { return watchVerb }

var watchVerb = newVerb(Verb{
	Name: "watch", Args: "[ROOM]", Help: "hears another room, too; alone it lists yours", Example: "/watch #tea", InRoom: true,
	More:     "its lines have its name before them, and /say ROOM TEXT answers there; a room that you watch is not left by /join",
	barredIn: func(p Place) string { return where(p.OnlyDesk, noRooms) },
}, syntax[Watch]{
	parse: func(t Text) (Watch, error) { r, err := roomOrNone(t); return Watch{r}, err },
	args:  func(c Watch) string { return c.Room.s },
})

// Watched answers a Watch: the session hears Room from here on, whatever is in front.
type Watched struct {
	Room Room   `json:"room"`         // the room watched
	Here int    `json:"here"`         // connected members of Room
	Seq  uint64 `json:"seq,omitzero"` // everything up to this position is past
}

func (e Watched) appendText(dst []byte, _ Room) []byte {
	return sentence(dst, "you watch ", e.Room.s, " now (", strconv.Itoa(e.Here), " here)")
}

// Watching answers a Watch without a room.
type Watching struct {
	Rooms []Room `json:"rooms"` // all rooms of the session, the one in front first
}

func (e Watching) appendText(dst []byte, _ Room) []byte {
	switch len(e.Rooms) {
	case 0:
		return sentence(dst, "you are in no room")
	case 1:
		return sentence(dst, "you are in ", e.Rooms[0].s, ", and watch no other room: /watch ROOM hears one, too")
	}
	return sentence(dst, "you are in ", e.Rooms[0].s, ", and watch ", roomsOf(e.Rooms[1:]))
}

func (e Watching) withLists() Event { e.Rooms = listed(e.Rooms); return e }

// Part leaves Room, or the one in front.
type Part struct {
	Room Room `json:"room,omitzero"` // zero: the room in front
}

func (Part) verb() *Verb { return partVerb }

var partVerb = newVerb(Verb{
	Name: "part", Args: "[ROOM]", Help: "leaves a room, or the one in front, for those you watch", Example: "/part #tea", InRoom: true,
	barredIn: func(p Place) string {
		return where(!p.Watching, "you are in no other room: /join goes to one, /quit leaves the server")
	},
}, syntax[Part]{
	parse: func(t Text) (Part, error) { r, err := roomOrNone(t); return Part{r}, err },
	args:  func(c Part) string { return c.Room.s },
	once:  func(c Part) bool { return c.Room == Room{} }, // it leaves another one each time
})

// PartedFrom answers a Part.
type PartedFrom struct {
	Room  Room `json:"room"`  // the session is in it no longer
	Front Room `json:"front"` // the one in front now
}

func (e PartedFrom) appendText(dst []byte, _ Room) []byte {
	return sentence(dst, "you have left ", e.Room.s, ", and are in ", e.Front.s)
}

// Left tells that a member has left the room.
type Left struct {
	Meta
	From   Nick   `json:"from"`            // the member
	Reason Reason `json:"reason"`          // why
	By     Nick   `json:"by,omitzero"`     // Kicked: the operator
	To     Room   `json:"to,omitzero"`     // Moved: the room entered instead; zero: the desk, which members are not told
	Text   Text   `json:"text,omitzero"`   // the parting words
	Rooms  []Room `json:"rooms,omitempty"` // see Renamed
}

func (e Left) WithMeta(m Meta) Recorded { e.Meta = m; return e }
func (e Left) Public() Recorded         { return e }
func (e Left) rooms() []Room            { return e.Rooms }

func (e Left) appendText(dst []byte, in Room) []byte {
	dst = append(notice(dst, in), e.From.s...)
	switch e.Reason {
	case Kicked:
		dst = append(append(dst, " was kicked by "...), e.By.s...)
	case Moved:
		if e.To == (Room{}) {
			dst = append(dst, " left"...) // to the desk, which members are not told
			break
		}
		dst = append(append(dst, " went to "...), e.To.s...)
	case Lost:
		dst = append(dst, " left (the connection broke)"...)
	case Stalled:
		dst = append(dst, " left (took nothing for too long)"...)
	default:
		dst = append(dst, " left"...)
	}
	return colon(dst, e.Text)
}

const noRooms = "there are no other rooms here"

// cutRoom reads the room that t begins with, if it is written with its #. Without one the rest is all of t.
func cutRoom(t Text) (Room, Text) {
	word, rest := cutWord(t.s)
	if strings.HasPrefix(word, "#") {
		if r, err := ParseRoom(word); err == nil {
			return r, Text{rest}
		}
	}
	return Room{}, t
}

// inRoom is the inverse of cutRoom.
func inRoom(r Room, rest Text) string {
	if r == (Room{}) {
		return rest.s
	}
	return strings.TrimSpace(r.s + " " + rest.s)
}

// roomOrNone reads a room that may be left out.
func roomOrNone(t Text) (Room, error) {
	if t.s == "" {
		return Room{}, nil
	}
	return ParseRoom(t.s)
}

// roomsOf names rooms in a sentence.
func roomsOf(rooms []Room) string {
	names := make([]string, len(rooms))
	for i, r := range rooms {
		names[i] = r.s
	}
	return strings.Join(names, ", ")
}

// NotInRoom refuses what is only for the members of a room.
func NotInRoom(r Room) *Refusal {
	return Refuse("not-in-room", "you are not in %s: /watch %s hears it, too, and /join %s goes there", r, r, r)
}

// NotHeardIn refuses a line for a room of which its author is no member.
func NotHeardIn(r Room) *Refusal {
	return Refuse("not-in-room", "nobody has heard that: you are not in %s; /watch %s hears it, too, and /join %s goes there", r, r, r)
}

// OnlyRoom refuses to leave the only room of a session.
func OnlyRoom() *Refusal {
	return Refuse("only-room", "you are in no other room: /join ROOM goes to one, and /quit leaves the server")
}

// TooManyRooms refuses another room to a session that is in as many as it may be.
func TooManyRooms(most int) *Refusal {
	return Refuse("too-many-of-yours", "you are in %s, and nobody is in more: /part ROOM leaves one", plural(most, "room"))
}
