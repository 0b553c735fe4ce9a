package protocol

import (
	"fmt"
	"reflect"
	"strings"
)

// Verb is one command: its name in both spellings, and all that help,
// completion, parser, documents and tests need.
type Verb struct {
	Name     string // "nick": "type":"nick" in JSON and, unless Typed says otherwise, /nick in text
	Args     string // all that it can have
	Brief    string // the Args that help shows, if all are too many for a line: Forms have the others. "": all
	Help     string // what it does, to be read after the usage
	Example  string // a whole line; parses to a Command of this verb
	More     string // shown by help on this verb alone
	Forms    []Form // other ways to write it
	Operator bool   // only operators may
	InRoom   bool   // it means nothing at the desk
	Anywhere bool   // also for a session that is in no room yet
	Nicks    bool   // its first argument is the nick of a member

	helpIn   func(Place) string // what it does there, if not what Help says; "": as Help says. nil: so everywhere
	barredIn func(Place) string // why else it cannot be done there; "": it can. nil: it can everywhere

	slashed func(args Text) (Command, error) // parses the arguments of the form with a /, if the verb is also written without

	json  func([]byte) (Command, error)    // parses the JSON spelling
	parse func(args Text) (Command, error) // nil: not written in text
	args  func(c Command) string           // the inverse of parse

	keepsID bool // its Command has a member for the id, and needs no Call; set by init
}

// Form is a line that a verb can be written as, and what that does.
type Form struct{ Line, Help string }

// Usage is how the command is written in text.
func (v Verb) Usage() string {
	switch {
	case v.parse == nil:
		return ""
	case v.Name == "say", v.Name == "reply":
		return v.Args
	case v.Args == "":
		return "/" + v.Name
	}
	return "/" + v.Name + " " + v.Args
}

// Verbs lists every command, in the order of help.
func Verbs() []Verb { return verbs }

var (
	verbs  []Verb
	byName = map[string]*Verb{}
	byWord = map[string]*Verb{} // those that begin with a / in text
	byType = map[reflect.Type]*Verb{}
)

func init() {
	verbs = []Verb{
		{
			Name: "say", Args: "TEXT", Help: "says it to everybody in the room", Example: "hello, 你好",
			Forms: []Form{
				{"//usr/bin is a folder", "says /usr/bin is a folder"},
				{"/say #tea hello", "says hello in #tea, if you are in it, too"},
			},
			helpIn: func(p Place) string {
				switch {
				case p.Visitor:
					return "says it to the operators, and to nobody else"
				case p.Aimed:
					return "says it to the visitor to whom your lines go"
				}
				return ""
			},
			json:    decode[Say],
			parse:   func(t Text) (Command, error) { return Say{Text: t}, nil },
			slashed: parseSay,
			args:    func(c Command) string { return inRoom(c.(Say).Room, c.(Say).Text) },
		},
		{
			Name: "who", Args: "[ROOM]", Help: "lists who is here, or in a room", Example: "/who",
			helpIn: func(p Place) string { return where(p.Visitor, "tells whether somebody is on duty, and your place") },
			json:   decode[Who],
			parse:  func(t Text) (Command, error) { r, err := roomOrNone(t); return Who{r}, err },
			args:   func(c Command) string { return c.(Who).Room.s },
		},
		{
			Name: "nick", Args: "NAME", Help: "takes another name", Example: "/nick bob", Anywhere: true,
			json:  decode[Rename],
			parse: func(t Text) (Command, error) { n, err := ParseNick(t.s); return Rename{n}, err },
			args:  func(c Command) string { return c.(Rename).Nick.s },
		},
		{
			Name: "msg", Args: "NAME TEXT", Help: "says it to one person only", Example: "/msg bob psst", Nicks: true, InRoom: true,
			json:  decode[Msg],
			parse: func(t Text) (Command, error) { n, rest, err := nickAnd(t); return Msg{To: n, Text: rest}, err },
			args:  func(c Command) string { return c.(Msg).To.s + " " + c.(Msg).Text.s },
		},
		{
			Name: "me", Args: "TEXT", Help: "tells what you do: * bob waves", Example: "/me waves", InRoom: true,
			barredIn: func(p Place) string {
				return where(p.Aimed, "your lines go to a visitor just now: /to leads back to the room")
			},
			json:  decode[Me],
			parse: func(t Text) (Command, error) { return Me{Text: t}, nil },
			args:  func(c Command) string { return c.(Me).Text.s },
		},
		{
			Name: "rooms", Args: "[WORDS]", Help: "lists the rooms, or those that are about something", Example: "/rooms tea", Anywhere: true,
			barredIn: func(p Place) string { return where(p.OnlyDesk, noRooms) },
			json:     decode[Rooms],
			parse:    func(t Text) (Command, error) { return Rooms{Words: t}, nil },
			args:     func(c Command) string { return c.(Rooms).Words.s },
		},
		{
			Name: "join", Args: "ROOM", Help: "goes to another room, which is made if need be", Example: "/join #tea", Anywhere: true,
			barredIn: func(p Place) string { return where(p.OnlyDesk && !p.Nowhere, noRooms) },
			json:     decode[Join],
			parse:    func(t Text) (Command, error) { r, err := ParseRoom(t.s); return Join{r}, err },
			args:     func(c Command) string { return c.(Join).Room.s },
		},
		{
			Name: "watch", Args: "[ROOM]", Help: "hears another room, too; alone it lists yours", Example: "/watch #tea", InRoom: true,
			More:     "its lines have its name before them, and /say ROOM TEXT answers there; a room that you watch is not left by /join",
			barredIn: func(p Place) string { return where(p.OnlyDesk, noRooms) },
			json:     decode[Watch],
			parse:    func(t Text) (Command, error) { r, err := roomOrNone(t); return Watch{r}, err },
			args:     func(c Command) string { return c.(Watch).Room.s },
		},
		{
			Name: "part", Args: "[ROOM]", Help: "leaves a room, or the one in front, for those you watch", Example: "/part #tea", InRoom: true,
			barredIn: func(p Place) string {
				return where(!p.Watching, "you are in no other room: /join goes to one, /quit leaves the server")
			},
			json:  decode[Part],
			parse: func(t Text) (Command, error) { r, err := roomOrNone(t); return Part{r}, err },
			args:  func(c Command) string { return c.(Part).Room.s },
		},
		{
			Name: "history", Args: "[N|all|since TIME|before N|around N]", Brief: "[N|all|since TIME]", Help: "shows what was said here, with the times", Example: "/history since 12:30",
			Forms: []Form{
				{"/history", "shows the last few lines"},
				{"/history 50", "shows the last 50 lines"},
				{"/history all", "shows all that is kept"},
				{"/history since 3h", "shows the last three hours"},
				{"/history since yesterday", "shows what was said since that day began"},
				{"/history before 1234", "goes further back: the end of a history says from where"},
				{"/history around 1234", "what was said around a line: /search tells its number"},
			},
			More: "a TIME is " + sinceForms + "; a day without a year is the last such day, in the zone in which you are shown times",
			json: decodeHistory, parse: parseHistory, args: historyArgs,
		},
		{
			Name: "search", Args: "WORDS", Help: "looks for what was said here", Example: "/search 天气 tea",
			json:  decode[Search],
			parse: func(t Text) (Command, error) { return Search{Text: t}, nil },
			args:  func(c Command) string { return c.(Search).Text.s },
		},
		{
			Name: "away", Args: "[TEXT]", Help: "tells the others that you are away; alone, back again", Example: "/away lunch", InRoom: true,
			json:  decode[Away],
			parse: func(t Text) (Command, error) { return Away{t}, nil },
			args:  func(c Command) string { return c.(Away).Text.s },
		},
		{
			Name: "topic", Args: "[ROOM] [TEXT|-]", Brief: "[TEXT|-]", Help: "tells or sets what the room is about; - clears it", Example: "/topic tea", InRoom: true,
			Forms: []Form{{"/topic #tea all about tea", "sets that of #tea, if you are in it"}},
			json:  decode[Topic], parse: parseTopic,
			args: func(c Command) string { return inRoom(c.(Topic).Room, c.(Topic).Text) },
		},
		{
			Name: "read", Args: "[ROOM]", Help: "notes that you have read all in a room so far", Example: "/read",
			More:  "it is kept for your session, and a program is told it when it comes back; nobody else is",
			json:  decode[Read],
			parse: func(t Text) (Command, error) { r, err := roomOrNone(t); return Read{Room: r}, err },
			args:  func(c Command) string { return c.(Read).Room.s },
		},
		{
			Name: "ignore", Args: "[NAME]", Help: "stops or starts hearing somebody; alone it lists whom", Example: "/ignore bob", Nicks: true,
			barredIn: func(p Place) string { return where(p.OnlyDesk, "operators hear each other, and all visitors") },
			json:     decode[Ignore],
			parse: func(t Text) (Command, error) {
				if t.s == "" {
					return Ignore{}, nil
				}
				n, err := ParseNick(t.s)
				return Ignore{n}, err
			},
			args: func(c Command) string { return c.(Ignore).Nick.s },
		},
		{
			Name: "desk", Args: "[TEXT]", Help: "goes to the desk, where only the operators hear you", Example: "/desk my screen is black",
			barredIn: func(p Place) string {
				switch {
				case p.Operator:
					return "you are an operator: /queue shows who is there"
				case p.Visitor:
					return "you are there: just type what you need"
				}
				return ""
			},
			json:  decode[Desk],
			parse: func(t Text) (Command, error) { return Desk{Text: t}, nil },
			args:  func(c Command) string { return c.(Desk).Text.s },
		},
		{
			Name: "leave", Help: "leaves the desk for the room", Example: "/leave",
			barredIn: func(p Place) string {
				switch {
				case !p.Visitor:
					return "you are not at the desk: /part leaves a room, /quit the server"
				case p.OnlyDesk:
					return "there is only the desk here, so it is the same as /quit"
				}
				return ""
			},
			json: decode[LeaveDesk], parse: bare(LeaveDesk{}), args: none,
		},
		{
			Name: "echo", Args: "on|off", Help: "shows you your own lines too, once they are safe", Example: "/echo on",
			json:  decode[Echo],
			parse: func(t Text) (Command, error) { on, err := parseSwitch("echo", t); return Echo{on}, err },
			args:  func(c Command) string { return switchArgs(c.(Echo).On) },
		},
		{
			Name: "ping", Help: "is answered when all that you sent before has been", Example: "/ping", Anywhere: true,
			json: decode[Ping], parse: bare(Ping{}), args: none,
		},
		{
			Name: "forget", Args: "yes", Help: "erases for ever what you have said since you came", Example: "/forget yes",
			json: decode[Redact],
			parse: func(t Text) (Command, error) {
				if t.s != "yes" {
					return nil, badArgs("forget")
				}
				return Redact{Sure: true}, nil
			},
			args: func(Command) string { return "yes" },
		},
		{
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
			json:  decode[Resume],
			parse: func(t Text) (Command, error) { return Resume{t}, nil },
			args:  func(c Command) string { return c.(Resume).Code.s },
		},
		{
			Name: "operator", Help: "makes you an operator; the password is asked for", Example: "/operator", Anywhere: true,
			barredIn: func(p Place) string {
				switch {
				case p.Operator:
					return "you are an operator already"
				case p.NoPassword:
					return "nobody becomes one here: the server has no password for it"
				}
				return ""
			},
			json: decode[Operator], parse: bare(Operator{}), args: none,
		},
		{
			Name: "help", Args: "[COMMAND]", Help: "tells what you can type; of one command, more", Example: "/help history", Anywhere: true,
			json:  decode[Help],
			parse: func(t Text) (Command, error) { return Help{Verb: t, Typed: true}, nil },
			args:  func(c Command) string { return c.(Help).Verb.s },
		},
		{
			Name: "quit", Args: "[TEXT]", Help: "says goodbye", Example: "/quit see you", Anywhere: true,
			barredIn: func(p Place) string {
				return where(p.Console, "this is the server's own console: /shutdown ends the server")
			},
			json:  decode[Quit],
			parse: func(t Text) (Command, error) { return Quit{t}, nil },
			args:  func(c Command) string { return c.(Quit).Text.s },
		},
		{
			Name: "kick", Args: "NAME [TIME] [TEXT]", Help: "throws somebody out for a minute, or a TIME: 10m", Example: "/kick bob 10m that is enough", Operator: true, Nicks: true,
			Forms: []Form{
				{"/kick bob", "throws bob out, and keeps him out for a minute"},
				{"/kick bob 2h", "for two hours; 30s, 10m, and a day (24h) at the most"},
			},
			json: decodeKick, parse: parseKick, args: kickArgs,
		},
		{
			Name: "announce", Args: "TEXT", Help: "tells everybody in every room", Example: "/announce tea is ready", Operator: true,
			json:  decode[Announce],
			parse: func(t Text) (Command, error) { return Announce{t}, nil },
			args:  func(c Command) string { return c.(Announce).Text.s },
		},
		{
			Name: "shutdown", Args: "[TEXT]", Help: "says goodbye to everybody and ends the server", Example: "/shutdown", Operator: true, Anywhere: true,
			json:  decode[Stop],
			parse: func(t Text) (Command, error) { return Stop{t}, nil },
			args:  func(c Command) string { return c.(Stop).Text.s },
		},
	}
	verbs = append(append(verbs, deskVerbs()...), Verb{
		Name: "hello", Help: "asks for JSON lines; the first line of a program", Anywhere: true,
		barredIn: func(Place) string { return "hello is said once, in the first line" },
		json:     decode[Hello],
	})
	for i := range verbs {
		byName[verbs[i].Name] = &verbs[i]
		if verbs[i].HasSlash() {
			byWord[verbs[i].Name] = &verbs[i]
		}
		c, _ := verbs[i].json([]byte("{}")) // of its type, even if the error says that it lacks something
		byType[reflect.TypeOf(c)] = &verbs[i]
		_, verbs[i].keepsID = reflect.TypeOf(c).FieldByName("Ref")
	}
}

// HasSlash reports whether v can be written with its name behind a /.
func (v Verb) HasSlash() bool { return strings.HasPrefix(v.Usage(), "/") || v.slashed != nil }

func none(Command) string { return "" }

// bare parses a command without arguments. Text after it is refused and not
// dropped, since it was meant for something.
func bare(c Command) func(Text) (Command, error) {
	return func(t Text) (Command, error) {
		if t.s != "" {
			return nil, badArgs(verbOf(c).Name)
		}
		return c, nil
	}
}

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

func nickAnd(t Text) (Nick, Text, error) {
	name, rest := cutWord(t.s)
	n, err := ParseNick(name)
	return n, Text{rest}, err
}

func badArgs(verb string) *Refusal {
	v := byName[verb]
	if v.Example == v.Usage() {
		return refuse("usage", "please write it like this: %s", v.Usage())
	}
	return refuse("usage", "please write it like this: %s (for example: %s)", v.Usage(), v.Example)
}

// isComplete reports whether c has all that it must have.
func isComplete(c Command) bool {
	switch c := c.(type) {
	case Say:
		return !c.Text.IsBlank()
	case Me:
		return !c.Text.IsBlank()
	case Msg:
		return c.To != Nick{} && !c.Text.IsBlank()
	case Rename:
		return c.Nick != Nick{}
	case Join:
		return c.Room != Room{}
	case History:
		return c.Lines >= 0
	case Search:
		return !c.Text.IsBlank()
	case Redact:
		return c.Sure
	case Resume:
		return !c.Code.IsBlank()
	case Kick:
		return c.Nick != Nick{}
	case Announce:
		return !c.Text.IsBlank()
	case Take:
		return c.Ticket != 0
	case Reply:
		return c.Ticket != 0 && !c.Text.IsBlank()
	case Canned:
		return c.Ticket == 0 || !c.Name.IsBlank()
	case Hold:
		return c.Ticket != 0 || c.Text == Text{} // a text alone would go to the target, which may have changed
	case Close:
		return c.isComplete()
	case Hand:
		return c.Ticket != 0 && c.To != Nick{}
	case Note:
		return c.Ticket != 0 && !c.Text.IsBlank()
	}
	return true
}

// verbOf is the row of c.
func verbOf(c Command) *Verb {
	v, ok := byType[reflect.TypeOf(c)]
	if !ok {
		panic(fmt.Sprintf("protocol: a command without a verb: %T", c))
	}
	return v
}
