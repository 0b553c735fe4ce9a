package protocol

import "strconv"

// Next takes the visitor that has waited longest.
type Next struct{}

func (Next) verb() *Verb { return nextVerb }

var nextVerb = newVerb(Verb{
	Name: "next", Help: "takes the visitor who waits longest", Example: "/next", Operator: true,
}, syntax[Next]{parse: alone[Next], once: always[Next]})

// Take takes a visitor.
type Take struct {
	Ticket Ticket `json:"ticket"` // the visitor
}

func (Take) verb() *Verb { return takeVerb }

var takeVerb = newVerb(Verb{
	Name: "take", Args: "N", Help: "takes visitor number N", Example: "/take 7", Operator: true, Tickets: true,
}, syntax[Take]{
	parse:    func(t Text) (Take, error) { n, rest := ticketAnd(t); return only(Take{n}, rest) },
	args:     func(c Take) string { return ticketArgs(c.Ticket, Text{}) },
	complete: func(c Take) bool { return c.Ticket != 0 },
})

// To sets the operator's target: a visitor or the room.
type To struct {
	Ticket Ticket `json:"ticket,omitzero"` // the visitor; zero: the room
}

func (To) verb() *Verb { return toVerb }

var toVerb = newVerb(Verb{
	Name: "to", Args: "[N]", Help: "sends what you type to visitor N; alone, to the room", Example: "/to 7", Operator: true, Tickets: true,
}, syntax[To]{
	parse: func(t Text) (To, error) { n, rest := ticketAnd(t); return only(To{n}, rest) },
	args:  func(c To) string { return ticketArgs(c.Ticket, Text{}) },
})

// Hand hands a visitor over to another operator.
type Hand struct {
	Ticket Ticket `json:"ticket"` // the visitor
	To     Nick   `json:"to"`     // the other operator
}

func (Hand) verb() *Verb { return handVerb }

var handVerb = newVerb(Verb{
	Name: "hand", Args: "N NAME", Help: "hands visitor N over to another operator", Example: "/hand 7 carol", Operator: true, Tickets: true,
}, syntax[Hand]{
	parse: func(t Text) (Hand, error) {
		n, rest := ticketAnd(t)
		to, err := ParseNick(rest.s)
		return Hand{n, to}, err
	},
	args:     func(c Hand) string { return ticketArgs(c.Ticket, Text{c.To.s}) },
	complete: func(c Hand) bool { return c.Ticket != 0 && c.To != Nick{} },
	once:     always[Hand],
})

// Hold asks a visitor to wait a moment.
type Hold struct {
	Ticket Ticket `json:"ticket,omitzero"` // zero: the operator's target
	Text   Text   `json:"text,omitzero"`   // what is told with it; not alone
}

func (Hold) verb() *Verb { return holdVerb }

var holdVerb = newVerb(Verb{
	Name: "hold", Args: "[N [TEXT]]", Help: "asks a visitor to wait a moment", Example: "/hold 7", Operator: true, Tickets: true,
	together: `with a "text" needs "ticket"`,
}, syntax[Hold]{
	parse: func(t Text) (Hold, error) { n, rest := ticketAnd(t); return numbered(Hold{n, rest}, n, rest) },
	args:  func(c Hold) string { return ticketArgs(c.Ticket, c.Text) },
	// A text alone would go to the target, which may have changed since it was typed.
	complete: func(c Hold) bool { return c.Ticket != 0 || c.Text == Text{} },
	words:    func(c Hold) string { return c.Text.s },
	once:     always[Hold],
})

// Target tells an operator what came of a command of the desk's, and where the next typed line goes: to Target, or if
// that is zero to Room. With Nobody it is refused until another Target tells where lines go.
type Target struct {
	Event      TicketEvent `json:"state,omitzero"`       // what the command did to Ticket
	Ticket     Ticket      `json:"ticket,omitzero"`      // the conversation that the command was about
	Nick       Nick        `json:"nick,omitzero"`        // the visitor of Ticket
	By         Nick        `json:"by,omitzero"`          // VisitorHanded: the operator that has it now
	Room       Room        `json:"room"`                 // where lines go if Target is zero
	Target     Ticket      `json:"target,omitzero"`      // the visitor that lines go to
	TargetNick Nick        `json:"target_nick,omitzero"` // its nick
	Nobody     bool        `json:"nobody,omitzero"`      // lines are refused
	Count      int         `json:"count,omitzero"`       // TicketClosed without a Ticket: how many were
	Left       int         `json:"left,omitzero"`        // and how many were not: other operators have them
}

// appendText always names the target of the next line.
func (e Target) appendText(dst []byte, _ Room) []byte {
	dst = notice(dst, Room{})
	visitor := e.Ticket.String() + " " + e.Nick.s
	switch e.Event {
	case VisitorTaken:
		if e.Nobody {
			return line(dst, visitor, " comes to you: what you type goes to nobody for a moment")
		}
		dst = append(append(append(dst, "you have "...), visitor...), ": "...)
	case VisitorHanded:
		dst = append(append(append(append(dst, e.By.s...), " has "...), visitor...), " now: "...)
	case VisitorHeld:
		dst = append(append(dst, visitor...), " is asked to wait: "...)
	case TicketClosed:
		if e.Ticket == 0 {
			dst = append(closedMany(dst, e), ": "...)
			break
		}
		dst = append(append(dst, visitor...), " is closed: "...)
	case VisitorReturned:
		dst = append(append(dst, visitor...), " waits again: "...)
	case VisitorLeft:
		dst = append(append(dst, visitor...), " has gone: "...)
	}
	switch {
	case e.Nobody:
		return line(dst, "what you type goes to nobody for a moment")
	case e.Target == 0:
		return line(dst, "what you type goes to ", e.Room.s)
	case e.Target == e.Ticket:
		return line(dst, "what you type goes there")
	}
	return line(dst, "what you type goes to ", e.Target.String(), " ", e.TargetNick.s)
}

// closedMany tells how many conversations were closed.
func closedMany(dst []byte, e Target) []byte {
	is := " are closed"
	if e.Count == 1 {
		is = " is closed"
	}
	dst = append(dst, plural(e.Count, "conversation")+is...)
	switch e.Left {
	case 0:
		return dst
	case 1:
		return append(dst, ", and 1 is left to the operator who has it"...)
	}
	return append(dst, ", and "+strconv.Itoa(e.Left)+" are left to the operators who have them"...)
}
