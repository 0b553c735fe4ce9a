package protocol

import (
	"strconv"
	"strings"
)

// deskVerbs are the rows of the operators' commands at the desk.
func deskVerbs() []Verb {
	return []Verb{
		{
			Name: "queue", Args: "[all|N]", Help: "shows who is at the desk, and which operators are", Example: "/queue", Operator: true,
			Forms: []Form{{"/queue all", "shows up to 200 of them"}, {"/queue 57", "shows those from number 57 on"}},
			json:  decode[Queue],
			parse: func(t Text) (Command, error) {
				switch n, rest := ticketAnd(t); {
				case n != 0:
					return only(Queue{From: n}, rest)
				case t.s == "all":
					return Queue{All: true}, nil
				}
				return only(Queue{}, t)
			},
			args: func(c Command) string {
				if c.(Queue).All {
					return "all"
				}
				return ticketArgs(c.(Queue).From, Text{})
			},
		},
		{
			Name: "next", Help: "takes the visitor who waits longest", Example: "/next", Operator: true,
			json: decode[Next], parse: bare(Next{}), args: none,
		},
		{
			Name: "take", Args: "N", Help: "takes visitor number N", Example: "/take 7", Operator: true,
			json:  decode[Take],
			parse: func(t Text) (Command, error) { n, rest := ticketAnd(t); return only(Take{n}, rest) },
			args:  func(c Command) string { return ticketArgs(c.(Take).Ticket, Text{}) },
		},
		{
			Name: "reply", Args: "@N TEXT", Help: "answers visitor N, and takes one who waits", Example: "@7 have you tried again?", Operator: true,
			json:  decode[Reply],
			parse: func(t Text) (Command, error) { n, rest := ticketAnd(t); return Reply{Ticket: n, Text: rest}, nil },
			args:  func(c Command) string { return c.(Reply).Line().s },
		},
		{
			Name: "to", Args: "[N]", Help: "sends what you type to visitor N; alone, to the room", Example: "/to 7", Operator: true,
			json:  decode[To],
			parse: func(t Text) (Command, error) { n, rest := ticketAnd(t); return only(To{n}, rest) },
			args:  func(c Command) string { return ticketArgs(c.(To).Ticket, Text{}) },
		},
		{
			Name: "canned", Args: "[NAME [N]]", Help: "says one of the ready replies; alone it lists them", Example: "/canned hours", Operator: true,
			json: decode[Canned],
			parse: func(t Text) (Command, error) {
				name, rest := cutWord(t.s)
				n, rest2 := ticketAnd(Text{rest})
				return only(Canned{Name: Text{name}, Ticket: n}, rest2)
			},
			args: func(c Command) string {
				return strings.TrimSpace(c.(Canned).Name.s + " " + ticketArgs(c.(Canned).Ticket, Text{}))
			},
		},
		{
			Name: "hand", Args: "N NAME", Help: "hands visitor N over to another operator", Example: "/hand 7 carol", Operator: true,
			json: decode[Hand],
			parse: func(t Text) (Command, error) {
				n, rest := ticketAnd(t)
				to, err := ParseNick(rest.s)
				return Hand{n, to}, err
			},
			args: func(c Command) string { return ticketArgs(c.(Hand).Ticket, Text{c.(Hand).To.s}) },
		},
		{
			Name: "hold", Args: "[N [TEXT]]", Help: "asks a visitor to wait a moment", Example: "/hold 7", Operator: true,
			json:  decode[Hold],
			parse: func(t Text) (Command, error) { n, rest := ticketAnd(t); return numbered(Hold{n, rest}, n, rest) },
			args:  func(c Command) string { return ticketArgs(c.(Hold).Ticket, c.(Hold).Text) },
		},
		{
			Name: "close", Args: "[N|N-M|from ADDRESS [TEXT]]", Brief: "[N [TEXT]]", Help: "ends the conversation with a visitor, or with many", Example: "/close 7 all is well then", Operator: true,
			Forms: []Form{
				{"/close", "ends that with the visitor to whom your lines go"},
				{"/close 3,10-900 bye", "ends many, by their numbers"},
				{"/close from 192.0.2.7", "ends all with visitors from that address"},
			},
			json: decode[Close], parse: parseClose, args: closeArgs,
		},
		{
			Name: "note", Args: "N TEXT", Help: "tells the operators something about a visitor", Example: "/note 7 called yesterday, too", Operator: true,
			json:  decode[Note],
			parse: func(t Text) (Command, error) { n, rest := ticketAnd(t); return Note{Ticket: n, Text: rest}, nil },
			args:  func(c Command) string { return ticketArgs(c.(Note).Ticket, c.(Note).Text) },
		},
		{
			Name: "transcript", Args: "[N]", Help: "shows all that was said with a visitor", Example: "/transcript 7", Operator: true,
			json:  decode[Transcript],
			parse: func(t Text) (Command, error) { n, rest := ticketAnd(t); return only(Transcript{n}, rest) },
			args:  func(c Command) string { return ticketArgs(c.(Transcript).Ticket, Text{}) },
		},
		{
			Name: "duty", Args: "on|off", Help: "tells whether you take visitors", Example: "/duty off", Operator: true,
			json:  decode[Duty],
			parse: func(t Text) (Command, error) { on, err := parseSwitch("duty", t); return Duty{on}, err },
			args:  func(c Command) string { return switchArgs(c.(Duty).On) },
		},
	}
}

func parseClose(t Text) (Command, error) {
	n, rest := ticketAnd(t)
	word, after := cutWord(t.s)
	switch {
	case strings.HasPrefix(rest.s, "-"): // 10 - 900
		return nil, badTickets
	case n != 0 || word == "":
		return Close{Ticket: n, Text: rest}, nil
	case word == "from":
		address, after := cutWord(after)
		from, err := ParseOrigin(address)
		return Close{Address: from, Text: Text{after}}, err
	}
	many, err := ParseTickets(word)
	switch {
	case err == nil:
		return Close{Tickets: many, Text: Text{after}}, nil
	case strings.ContainsAny(word[:1], "@0123456789"):
		return nil, err
	}
	return nil, badArgs("close") // a text alone would go to the target, which may have changed since it was typed
}

func closeArgs(c Command) string {
	whom := c.(Close).Tickets.s
	if from := c.(Close).Address; from != (Origin{}) {
		whom = "from " + from.String()
	}
	if whom == "" {
		return ticketArgs(c.(Close).Ticket, c.(Close).Text)
	}
	return strings.TrimSpace(whom + " " + c.(Close).Text.s)
}

// only is c if nothing follows its arguments.
func only(c Command, rest Text) (Command, error) {
	if rest.s != "" {
		return nil, badArgs(verbOf(c).Name)
	}
	return c, nil
}

// numbered is c if its arguments begin with a number: a text alone
// would go to the target, which may have changed since it was typed.
func numbered(c Command, n Ticket, rest Text) (Command, error) {
	if n == 0 {
		return only(c, rest)
	}
	return c, nil
}

// ticketAnd reads the number of a visitor, with or without its @; 0 if there is none.
func ticketAnd(t Text) (Ticket, Text) {
	word, rest := cutWord(t.s)
	n, ok := ticketOf(word)
	if !ok {
		return 0, t
	}
	return n, Text{rest}
}

func ticketArgs(n Ticket, rest Text) string {
	if n == 0 {
		return rest.s
	}
	return strings.TrimSpace(strconv.FormatUint(uint64(n), 10) + " " + rest.s)
}
