package protocol

// Redact takes the author's own words out of the journal, for ever.
type Redact struct {
	Sure bool `json:"sure"` // must be set
}

func (Redact) verb() *Verb { return redactVerb }

var redactVerb = newVerb(Verb{
	Name: "forget", Args: "yes", Help: "erases for ever what you have said since you came", Example: "/forget yes",
}, syntax[Redact]{
	parse: func(t Text) (Redact, error) {
		if t.s != "yes" {
			return Redact{}, badArgs("forget")
		}
		return Redact{Sure: true}, nil
	},
	args:     func(Redact) string { return "yes" },
	complete: func(c Redact) bool { return c.Sure },
})

// Redacted stands in the place of a message whose author had the words taken out of the journal.
type Redacted struct {
	Meta
	From Nick `json:"from"` // the author
}

func (e Redacted) WithMeta(m Meta) Recorded { e.Meta = m; return e }
func (e Redacted) Public() Recorded         { return e }
func (Redacted) IsMessage() bool            { return true }
func (e Redacted) words() (Nick, Text)      { return e.From, Text{} }

func (e Redacted) appendText(dst []byte, in Room) []byte {
	return line(notice(dst, in), "a line of ", e.From.s, "'s was taken out here")
}

// Redaction answers Redact.
type Redaction struct {
	Count int  `json:"count"`         // the lines taken out
	Rest  bool `json:"rest,omitzero"` // the session spoke in more streams than it remembers: some lines may remain
}

func (e Redaction) appendText(dst []byte, _ Room) []byte {
	remain := ""
	if e.Rest {
		remain = ", but not those of long ago: you were in more places than are remembered"
	}
	return sentence(dst, "taken out of the history: ", plural(e.Count, "line"), " of yours", remain)
}
