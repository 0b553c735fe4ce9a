package protocol

import "strings"

// Close ends a conversation at the desk, or all of Tickets, or all whose visitors came from Address.
type Close struct {
	Ticket  Ticket  `json:"ticket,omitzero"`  // zero: the operator's target
	Tickets Tickets `json:"tickets,omitzero"` // many numbers
	Address Origin  `json:"address,omitzero"` // an address or a prefix
	Text    Text    `json:"text,omitzero"`    // the last words; not alone
}

func (Close) verb() *Verb { return closeVerb }

var closeVerb = newVerb(Verb{
	Name: "close", Args: "[N|N-M|from ADDRESS [TEXT]]", Brief: "[N [TEXT]]", Help: "ends the conversation with a visitor, or with many", Example: "/close 7 all is well then", Operator: true, Tickets: true,
	Forms: []Form{
		{"/close", "ends that with the visitor to whom your lines go"},
		{"/close 3,10-900 bye", "ends many, by their numbers"},
		{"/close from 192.0.2.7", "ends all with visitors from that address"},
	},
	together: `has at most one of "ticket", "tickets" and "address", and with a "text" it has one`,
}, syntax[Close]{
	parse: parseClose, args: closeArgs, complete: Close.isComplete,
	words: func(c Close) string { return c.Text.s },
	once:  always[Close],
})

// isComplete reports whether c names its visitors in exactly one way. A text alone would go to the operator's target,
// which may have changed since it was typed.
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

func parseClose(t Text) (Close, error) {
	n, rest := ticketAnd(t)
	word, after := cutWord(t.s)
	switch {
	case strings.HasPrefix(rest.s, "-"): // 10 - 900
		return Close{}, badTickets
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
		return Close{}, err
	}
	return Close{}, badArgs("close") // a text alone would go to the target, which may have changed since it was typed
}

func closeArgs(c Close) string {
	whom := c.Tickets.s
	if from := c.Address; from != (Origin{}) {
		whom = "from " + from.String()
	}
	if whom == "" {
		return ticketArgs(c.Ticket, c.Text)
	}
	return strings.TrimSpace(whom + " " + c.Text.s)
}

// Transcript asks for all that was said with a visitor.
type Transcript struct {
	Ticket Ticket `json:"ticket,omitzero"` // zero: the operator's target
}

func (Transcript) verb() *Verb { return transcriptVerb }

var transcriptVerb = newVerb(Verb{
	Name: "transcript", Args: "[N]", Help: "shows all that was said with a visitor", Example: "/transcript 7", Operator: true, Tickets: true,
}, syntax[Transcript]{
	parse: func(t Text) (Transcript, error) { n, rest := ticketAnd(t); return only(Transcript{n}, rest) },
	args:  func(c Transcript) string { return ticketArgs(c.Ticket, Text{}) },
})
