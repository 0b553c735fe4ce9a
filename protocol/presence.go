package protocol

import "encoding/json"

// Away tells the session's rooms that it is away, or back.
type Away struct {
	Text Text `json:"text,omitzero"` // why; empty: back
}

func (Away) verb() *Verb { return awayVerb }

var awayVerb = newVerb(Verb{
	Name: "away", Args: "[TEXT]", Help: "tells the others that you are away; alone, back again", Example: "/away lunch", InRoom: true,
}, syntax[Away]{
	parse: func(t Text) (Away, error) { return Away{t}, nil },
	args:  func(c Away) string { return c.Text.s },
	words: func(c Away) string { return c.Text.s },
})

// AwaySet tells that a member is away, or back.
type AwaySet struct {
	Meta
	From  Nick   `json:"from"`            // the member
	Text  Text   `json:"text"`            // empty: back again
	Rooms []Room `json:"rooms,omitempty"` // see Renamed
	Ack
}

func (e AwaySet) WithMeta(m Meta) Recorded { e.Meta = m; return e }
func (e AwaySet) Public() Recorded         { e.Ack = Ack{}; return e }
func (e AwaySet) rooms() []Room            { return e.Rooms }

func (e AwaySet) appendText(dst []byte, in Room) []byte {
	is := " is "
	if e.You {
		is = " are "
	}
	dst = append(append(notice(dst, in), e.author(e.From)...), is...)
	if e.Text.s == "" {
		return line(dst, "back")
	}
	return colon(append(dst, "away"...), e.Text)
}

// Ignore stops or starts hearing a member; without Nick it asks for the ignored nicks.
type Ignore struct {
	Nick Nick `json:"nick,omitzero"` // the member
}

func (Ignore) verb() *Verb { return ignoreVerb }

var ignoreVerb = newVerb(Verb{
	Name: "ignore", Args: "[NAME]", Help: "stops or starts hearing somebody; alone it lists whom", Example: "/ignore bob", Nicks: true,
	barredIn: func(p Place) string { return where(p.OnlyDesk, "operators hear each other, and all visitors") },
}, syntax[Ignore]{
	parse: func(t Text) (Ignore, error) {
		if t.s == "" {
			return Ignore{}, nil
		}
		n, err := ParseNick(t.s)
		return Ignore{n}, err
	},
	args: func(c Ignore) string { return c.Nick.s },
	once: always[Ignore],
})

// Ignoring answers Ignore with a nick.
type Ignoring struct {
	Nick Nick `json:"nick"` // the member
	On   bool `json:"on"`   // false: heard again
}

func (e Ignoring) appendText(dst []byte, _ Room) []byte {
	if e.On {
		return sentence(dst, "you do not hear ", e.Nick.s, " any more: /ignore ", e.Nick.s, " again to change that")
	}
	return sentence(dst, "you hear ", e.Nick.s, " again")
}

// IgnoreList answers Ignore without a nick.
type IgnoreList struct {
	Names []Nick `json:"names"` // the ignored members
}

func (e IgnoreList) appendText(dst []byte, _ Room) []byte {
	return sentence(dst, "you ignore ", join(e.Names))
}

func (e IgnoreList) withLists() Event { e.Names = listed(e.Names); return e }

// Echo turns the echo of the session's own lines on or off. A line is echoed once it is committed.
type Echo struct {
	On bool `json:"on"` // required
}

func (Echo) verb() *Verb { return echoVerb }

var echoVerb = newVerb(Verb{
	Name: "echo", Args: "on|off", Help: "shows you your own lines too, once they are safe", Example: "/echo on",
}, syntax[Echo]{
	parse: func(t Text) (Echo, error) { on, err := parseSwitch("echo", t); return Echo{on}, err },
	args:  func(c Echo) string { return switchArgs(c.On) },
})

// UnmarshalJSON implements json.Unmarshaler.
func (e *Echo) UnmarshalJSON(b []byte) (err error) {
	e.On, err = decodeOn(b, "echo")
	return err
}

// Echoing answers Echo.
type Echoing struct {
	On bool `json:"on"` // as it is now
}

func (e Echoing) appendText(dst []byte, _ Room) []byte {
	if e.On {
		return sentence(dst, "echo is on: your own line comes back to you when it is safe")
	}
	return sentence(dst, "echo is off")
}

// Read says up to which position the session has read in a room. It is kept for the session, and never goes back.
type Read struct {
	Room Room   `json:"room,omitzero"` // zero: the room in front
	Seq  uint64 `json:"seq,omitzero"`  // 0: all that was told before
}

func (Read) verb() *Verb { return readVerb }

var readVerb = newVerb(Verb{
	Name: "read", Args: "[ROOM]", Help: "notes that you have read all in a room so far", Example: "/read",
	More: "it is kept for your session, and a program is told it when it comes back; nobody else is",
}, syntax[Read]{
	parse: func(t Text) (Read, error) { r, err := roomOrNone(t); return Read{Room: r}, err },
	args:  func(c Read) string { return c.Room.s },
})

// ReadUpTo answers Read.
type ReadUpTo struct {
	Room Room   `json:"room"` // the room
	Seq  uint64 `json:"seq"`  // the position up to which the session has read there
}

func (e ReadUpTo) appendText(dst []byte, _ Room) []byte {
	return sentence(dst, "you have read ", e.Room.s, " up to here")
}

// Ping asks for a Pong, which comes after the answers to all that was sent before.
type Ping struct {
	Ref Ref `json:"id,omitzero"` // the client's own id
}

func (Ping) verb() *Verb { return pingVerb }

var pingVerb = newVerb(Verb{
	Name: "ping", Help: "is answered when all that you sent before has been", Example: "/ping", Anywhere: true,
}, syntax[Ping]{
	parse:   alone[Ping],
	ref:     func(c Ping) Ref { return c.Ref },
	withRef: func(c Ping, r Ref) Ping { c.Ref = r; return c },
})

// Pong answers Ping.
type Pong struct {
	Ref Ref `json:"ref,omitzero"` // the id of the Ping
}

func (Pong) appendText(dst []byte, _ Room) []byte { return sentence(dst, "pong") }

func parseSwitch(verb string, t Text) (on bool, err error) {
	switch t.s {
	case "on", "off":
		return t.s == "on", nil
	}
	return false, badArgs(verb)
}

func switchArgs(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

// decodeOn reads the member "on", which is required: a command that leaves it out would turn the thing off.
func decodeOn(b []byte, name string) (on bool, err error) {
	var said struct{ On *bool }
	if err := json.Unmarshal(b, &said); err != nil {
		return false, err
	}
	if said.On == nil {
		return false, byName[name].lacks(`"on"`)
	}
	return *said.On, nil
}
