package protocol

import "strings"

// Say says Text in the room in front; an operator's goes to the operator's target. With Ticket it goes to that visitor
// only, and is refused if the author's lines go elsewhere by now. With Room it is said in that room, whatever the
// target, and is refused if the author is not in it.
type Say struct {
	Ref    Ref    `json:"id,omitzero"`     // the client's own id
	Text   Text   `json:"text"`            // what is said
	Ticket Ticket `json:"ticket,omitzero"` // the visitor meant; not written in text
	Room   Room   `json:"room,omitzero"`   // one of the author's rooms
}

func (Say) verb() *Verb { return sayVerb }

var sayVerb = newVerb(Verb{
	Name: "say", Args: "TEXT", Help: "says it to everybody in the room", Example: "hello, 你好", Message: true,
	Forms: []Form{
		{"//usr/bin is a folder", "says /usr/bin is a folder"},
		{"/say #tea hello", "says hello in #tea, if you are in it, too"},
	},
	plain: true,
	helpIn: func(p Place) string {
		switch {
		case p.Visitor:
			return "says it to the operators, and to nobody else"
		case p.Aimed:
			return "says it to the visitor to whom your lines go"
		}
		return ""
	},
}, syntax[Say]{
	parse:    func(t Text) (Say, error) { return Say{Text: t}, nil },
	slashed:  parseSay,
	args:     func(c Say) string { return inRoom(c.Room, c.Text) },
	complete: func(c Say) bool { return !c.Text.IsBlank() },
	ref:      func(c Say) Ref { return c.Ref },
	withRef:  func(c Say, r Ref) Say { c.Ref = r; return c },
	says:     always[Say],
	words:    func(c Say) string { return c.Text.s },
})

// parseSay reads the arguments of /say: the room and what is said there. The refusal names /canned, since ready replies
// were once written as /say NAME.
func parseSay(t Text) (Say, error) {
	room, rest := cutRoom(t)
	if (room == Room{}) || rest.IsBlank() {
		return Say{}, Refuse("usage", "to say something here, just type it: /say #ROOM TEXT says it in another of your rooms, and a ready reply is /canned NAME")
	}
	return Say{Text: rest, Room: room}, nil
}

// Said is a line said in a room.
type Said struct {
	Meta
	From Nick `json:"from"` // the author
	Text Text `json:"text"` // what is said
	Ack
}

func (e Said) WithMeta(m Meta) Recorded { e.Meta = m; return e }
func (e Said) Public() Recorded         { e.Ack = Ack{}; return e }
func (Said) IsMessage() bool            { return true }
func (e Said) words() (Nick, Text)      { return e.From, e.Text }

func (e Said) appendText(dst []byte, in Room) []byte {
	dst = append(append(append(elsewhere(dst, in), '<'), e.From.s...), "> "...)
	return append(append(dst, e.Text.s...), '\n')
}

func parseSaid(rest string) (Event, error) {
	from, text, err := nickThen(rest, "> ")
	return Said{From: from, Text: text}, err
}

// Me says what the author does: * bob waves.
type Me struct {
	Ref  Ref  `json:"id,omitzero"`   // the client's own id
	Text Text `json:"text"`          // what follows the nick
	Room Room `json:"room,omitzero"` // one of the author's rooms, not written in text; zero: the room in front
}

func (Me) verb() *Verb { return meVerb }

var meVerb = newVerb(Verb{
	Name: "me", Args: "TEXT", Help: "tells what you do: * bob waves", Example: "/me waves", InRoom: true, Message: true,
	barredIn: func(p Place) string {
		return where(p.Aimed, "your lines go to a visitor just now: /to leads back to the room")
	},
}, syntax[Me]{
	parse:    func(t Text) (Me, error) { return Me{Text: t}, nil },
	args:     func(c Me) string { return c.Text.s },
	complete: func(c Me) bool { return !c.Text.IsBlank() },
	ref:      func(c Me) Ref { return c.Ref },
	withRef:  func(c Me, r Ref) Me { c.Ref = r; return c },
	says:     always[Me],
	words:    func(c Me) string { return c.Text.s },
})

// Acted is what a member does: * bob waves.
type Acted struct {
	Meta
	From Nick `json:"from"` // the author
	Text Text `json:"text"` // what follows the nick
	Ack
}

func (e Acted) WithMeta(m Meta) Recorded { e.Meta = m; return e }
func (e Acted) Public() Recorded         { e.Ack = Ack{}; return e }
func (Acted) IsMessage() bool            { return true }
func (e Acted) words() (Nick, Text)      { return e.From, e.Text }

func (e Acted) appendText(dst []byte, in Room) []byte {
	return line(elsewhere(dst, in), "* ", e.From.s, " ", e.Text.s)
}

func parseActed(rest string) (Event, error) {
	from, text, err := nickThen(rest, " ")
	return Acted{From: from, Text: text}, err
}

// Msg says Text to one member.
type Msg struct {
	Ref  Ref  `json:"id,omitzero"` // the client's own id
	To   Nick `json:"to"`          // the recipient
	Text Text `json:"text"`        // what is said
}

func (Msg) verb() *Verb { return msgVerb }

var msgVerb = newVerb(Verb{
	Name: "msg", Args: "NAME TEXT", Help: "says it to one person only", Example: "/msg bob psst", Nicks: true, InRoom: true,
}, syntax[Msg]{
	parse:    func(t Text) (Msg, error) { n, rest, err := nickAnd(t); return Msg{To: n, Text: rest}, err },
	args:     func(c Msg) string { return c.To.s + " " + c.Text.s },
	complete: func(c Msg) bool { return c.To != Nick{} && !c.Text.IsBlank() },
	ref:      func(c Msg) Ref { return c.Ref },
	withRef:  func(c Msg, r Ref) Msg { c.Ref = r; return c },
	says:     always[Msg],
	words:    func(c Msg) string { return c.Text.s },
})

// Whispered is a private line, told to its author and its recipient only.
type Whispered struct {
	Meta
	From Nick `json:"from"` // the author
	To   Nick `json:"to"`   // the recipient
	Text Text `json:"text"` // what is said
	Ack
}

func (e Whispered) WithMeta(m Meta) Recorded { e.Meta = m; return e }
func (e Whispered) Public() Recorded         { e.Ack = Ack{}; return e }
func (Whispered) IsMessage() bool            { return true }
func (e Whispered) words() (Nick, Text)      { return e.From, e.Text }

func (e Whispered) appendText(dst []byte, _ Room) []byte {
	if e.You {
		return line(dst, "[you -> ", e.To.s, "] ", e.Text.s)
	}
	return line(dst, "[", e.From.s, " -> you] ", e.Text.s)
}

// parseWhispered reads a private line behind its bracket.
func parseWhispered(rest string) (Event, error) {
	if to, ok := strings.CutPrefix(rest, "you -> "); ok {
		n, text, err := nickThen(to, "] ")
		return Whispered{To: n, Text: text, Ack: Ack{You: true}}, err
	}
	from, text, err := nickThen(rest, " -> you] ")
	return Whispered{From: from, Text: text}, err
}
