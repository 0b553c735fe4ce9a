package protocol

import (
	"regexp"
	"strconv"
	"strings"
)

// What is said at the desk is recorded twice with one id: as Said in the visitor's own stream, and as VisitorSaid or
// Replied for the operators.

// VisitorSaid is what a visitor said.
type VisitorSaid struct {
	Meta
	Ticket Ticket `json:"ticket"` // the conversation
	From   Nick   `json:"from"`   // the visitor
	Text   Text   `json:"text"`   // what is said
}

func (e VisitorSaid) WithMeta(m Meta) Recorded { e.Meta = m; return e }
func (e VisitorSaid) Public() Recorded         { return e }
func (VisitorSaid) IsMessage() bool            { return true }
func (e VisitorSaid) words() (Nick, Text)      { return e.From, e.Text }
func (e VisitorSaid) ticket() Ticket           { return e.Ticket }

func (e VisitorSaid) appendText(dst []byte, in Room) []byte {
	return line(elsewhere(dst, in), "[", e.Ticket.String(), " ", e.From.s, "] ", e.Text.s)
}

// Reply says Text to a visitor, and takes one that waits.
type Reply struct {
	Ref    Ref    `json:"id,omitzero"` // the client's own id
	Ticket Ticket `json:"ticket"`      // the visitor
	Text   Text   `json:"text"`        // what is said
}

func (Reply) verb() *Verb { return replyVerb }

var replyVerb = newVerb(Verb{
	Name: "reply", Args: "@N TEXT", Help: "answers visitor N, and takes one who waits", Example: "@7 have you tried again?", Operator: true,
	plain: true,
}, syntax[Reply]{
	parse:    func(t Text) (Reply, error) { n, rest := ticketAnd(t); return Reply{Ticket: n, Text: rest}, nil },
	args:     func(c Reply) string { return c.Line().s },
	complete: func(c Reply) bool { return c.Ticket != 0 && !c.Text.IsBlank() },
	ref:      func(c Reply) Ref { return c.Ref },
	withRef:  func(c Reply, r Ref) Reply { c.Ref = r; return c },
	says:     always[Reply],
	words:    func(c Reply) string { return c.Text.s },
})

// Line is the line that r is typed as.
func (r Reply) Line() Text { return Text{r.Ticket.String() + " " + r.Text.s} }

// Replied is what an operator said to a visitor.
type Replied struct {
	Meta
	Ticket Ticket `json:"ticket"` // the conversation
	To     Nick   `json:"to"`     // the visitor
	From   Nick   `json:"from"`   // the operator
	Text   Text   `json:"text"`   // what is said
	Ack
}

func (e Replied) WithMeta(m Meta) Recorded { e.Meta = m; return e }
func (e Replied) Public() Recorded         { e.Ack = Ack{}; return e }
func (Replied) IsMessage() bool            { return true }
func (e Replied) words() (Nick, Text)      { return e.From, e.Text }
func (e Replied) ticket() Ticket           { return e.Ticket }

func (e Replied) appendText(dst []byte, in Room) []byte {
	return line(elsewhere(dst, in), "[", e.author(e.From), " -> ", e.Ticket.String(), " ", e.To.s, "] ", e.Text.s)
}

// Note says Text about a visitor to the operators only.
type Note struct {
	Ref    Ref    `json:"id,omitzero"` // the client's own id
	Ticket Ticket `json:"ticket"`      // the visitor
	Text   Text   `json:"text"`        // what is said
}

func (Note) verb() *Verb { return noteVerb }

var noteVerb = newVerb(Verb{
	Name: "note", Args: "N TEXT", Help: "tells the operators something about a visitor", Example: "/note 7 called yesterday, too", Operator: true, Tickets: true,
}, syntax[Note]{
	parse:    func(t Text) (Note, error) { n, rest := ticketAnd(t); return Note{Ticket: n, Text: rest}, nil },
	args:     func(c Note) string { return ticketArgs(c.Ticket, c.Text) },
	complete: func(c Note) bool { return c.Ticket != 0 && !c.Text.IsBlank() },
	ref:      func(c Note) Ref { return c.Ref },
	withRef:  func(c Note, r Ref) Note { c.Ref = r; return c },
	says:     always[Note],
	words:    func(c Note) string { return c.Text.s },
})

// Noted is what an operator said about a visitor. No visitor is told.
type Noted struct {
	Meta
	Ticket Ticket `json:"ticket"` // the conversation
	To     Nick   `json:"to"`     // the visitor
	From   Nick   `json:"from"`   // the operator
	Text   Text   `json:"text"`   // what is said
	Ack
}

func (e Noted) WithMeta(m Meta) Recorded { e.Meta = m; return e }
func (e Noted) Public() Recorded         { e.Ack = Ack{}; return e }
func (Noted) IsMessage() bool            { return true }
func (e Noted) words() (Nick, Text)      { return e.From, e.Text }
func (e Noted) ticket() Ticket           { return e.Ticket }

func (e Noted) appendText(dst []byte, in Room) []byte {
	return line(elsewhere(dst, in), "[", e.Ticket.String(), " ", e.To.s, ", note by ", e.author(e.From), "] ", e.Text.s)
}

// Canned says one of the server's ready replies; without Name it asks for their names.
type Canned struct {
	Ref    Ref    `json:"id,omitzero"`     // the client's own id
	Name   Text   `json:"name,omitzero"`   // of the ready reply
	Ticket Ticket `json:"ticket,omitzero"` // the visitor; zero: the operator's target
}

func (Canned) verb() *Verb { return cannedVerb }

var cannedVerb = newVerb(Verb{
	Name: "canned", Args: "[NAME [N]]", Help: "says one of the ready replies; alone it lists them", Example: "/canned hours", Operator: true,
	together: `with a "ticket" needs "name"`,
}, syntax[Canned]{
	parse: func(t Text) (Canned, error) {
		name, rest := cutWord(t.s)
		n, rest2 := ticketAnd(Text{rest})
		return only(Canned{Name: Text{name}, Ticket: n}, rest2)
	},
	args:     func(c Canned) string { return strings.TrimSpace(c.Name.s + " " + ticketArgs(c.Ticket, Text{})) },
	complete: func(c Canned) bool { return c.Ticket == 0 || !c.Name.IsBlank() },
	ref:      func(c Canned) Ref { return c.Ref },
	withRef:  func(c Canned, r Ref) Canned { c.Ref = r; return c },
	says:     func(c Canned) bool { return !c.Name.IsBlank() },
})

// CannedList answers Canned without a name.
type CannedList struct {
	Names []string `json:"names"` // of the ready replies
}

func (e CannedList) appendText(dst []byte, _ Room) []byte {
	if len(e.Names) == 0 {
		return sentence(dst, "there are no ready replies here: chinwag serve --replies FILE brings some")
	}
	return sentence(dst, "ready replies: ", strings.Join(e.Names, ", "))
}

func (e CannedList) withLists() Event { e.Names = listed(e.Names); return e }

// deskLine is a line said at the desk, as operators are told it. No nick holds any of its signs.
var deskLine = regexp.MustCompile(`^\[(?:([^ \]]+) -> )?(@[1-9][0-9]{0,18}) ([^ ,\]]+)(?:, note by ([^ \]]+))?\] (.*)$`)

func parseDesk(s string) (Event, bool) {
	m := deskLine.FindStringSubmatch(s)
	if m == nil || m[1] != "" && m[4] != "" {
		return nil, false
	}
	n, err := strconv.ParseUint(m[2][1:], 10, 64)
	visitor, err2 := ParseNick(m[3])
	by, mine := m[1]+m[4], Ack{}
	var operator Nick
	var err3 error
	if by == "you" {
		mine.You = true
	} else if by != "" {
		operator, err3 = ParseNick(by)
	}
	if err != nil || err2 != nil || err3 != nil {
		return nil, false
	}
	switch text := (Text{m[5]}); {
	case m[1] != "":
		return Replied{Ticket: Ticket(n), To: visitor, From: operator, Text: text, Ack: mine}, true
	case m[4] != "":
		return Noted{Ticket: Ticket(n), To: visitor, From: operator, Text: text, Ack: mine}, true
	default:
		return VisitorSaid{Ticket: Ticket(n), From: visitor, Text: text}, true
	}
}
