package protocol

import "strings"

// Operator makes the session an operator.
type Operator struct {
	Password Secret `json:"password,omitzero"` // empty: the server asks for it
}

func (Operator) verb() *Verb { return operatorVerb }

var operatorVerb = newVerb(Verb{
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
}, syntax[Operator]{parse: alone[Operator]})

// PasswordWanted asks for the operators' password: the next line is taken for it, whatever it is.
type PasswordWanted struct{}

func (PasswordWanted) appendText(dst []byte, _ Room) []byte {
	return sentence(dst, "the operators' password, please (what you type next is taken for it, and shown to nobody):")
}

// Promoted tells a session that it is an operator now.
type Promoted struct{}

func (Promoted) appendText(dst []byte, _ Room) []byte {
	return sentence(dst, "you are an operator now, and on duty: /queue shows who waits, /help what you can do")
}

// Kick removes a member, and keeps its nick and its address out.
type Kick struct {
	Nick Nick    `json:"nick"`             // the member
	For  Seconds `json:"seconds,omitzero"` // how long: up to MaxKick; 0: KickTime
	Text Text    `json:"text,omitzero"`    // why
}

func (Kick) verb() *Verb { return kickVerb }

// KickTime is how long a kick keeps a member out by default, MaxKick the longest that it can.
const (
	KickTime Seconds = 60
	MaxKick  Seconds = 24 * 60 * 60
)

var kickVerb = newVerb(Verb{
	Name: "kick", Args: "NAME [TIME] [TEXT]", Help: "throws somebody out for a minute, or a TIME: 10m", Example: "/kick bob 10m that is enough", Operator: true, Nicks: true,
	Forms: []Form{
		{"/kick bob", "throws bob out, and keeps him out for a minute"},
		{"/kick bob 2h", "for two hours; 30s, 10m, and a day (24h) at the most"},
	},
}, syntax[Kick]{
	decode: decodeKick, parse: parseKick, args: kickArgs,
	complete: func(c Kick) bool { return c.Nick != Nick{} },
	words:    func(c Kick) string { return c.Text.s },
	once:     always[Kick],
})

func parseKick(t Text) (Kick, error) {
	n, rest, err := nickAnd(t)
	if err != nil {
		return Kick{}, err
	}
	word, text := cutWord(rest.s)
	long, ok := parseSeconds(word)
	switch {
	case !ok:
		return Kick{Nick: n, Text: rest}, nil
	case long == 0:
		return Kick{}, badKick
	}
	return kick(Kick{n, long, Text{text}})
}

func decodeKick(b []byte) (Kick, error) {
	c, err := decode[Kick](b)
	if err != nil {
		return Kick{}, err
	}
	return kick(c)
}

// kick is k with the zero for KickTime, or a refusal if its time is out of bounds.
func kick(k Kick) (Kick, error) {
	switch {
	case k.For < 0, k.For > MaxKick:
		return Kick{}, badKick
	case k.For == KickTime:
		k.For = 0
	}
	return k, nil
}

var badKick = Refuse("bad-duration", "nobody is kept out for less than 1 second or more than 1 day: please write it like this: /kick bob 10m")

// kickArgs writes the time if k has one, or if the words would be parsed as a time.
func kickArgs(k Kick) string {
	args := []string{k.Nick.s}
	word, _ := cutWord(k.Text.s)
	if _, long := parseSeconds(word); k.For != 0 || long {
		if k.For == 0 {
			k.For = KickTime
		}
		args = append(args, k.For.Short())
	}
	if k.Text.s != "" {
		args = append(args, k.Text.s)
	}
	return strings.Join(args, " ")
}

// Announce tells every room.
type Announce struct {
	Text Text `json:"text"` // what is told
}

func (Announce) verb() *Verb { return announceVerb }

var announceVerb = newVerb(Verb{
	Name: "announce", Args: "TEXT", Help: "tells everybody in every room", Example: "/announce tea is ready", Operator: true,
}, syntax[Announce]{
	parse:    func(t Text) (Announce, error) { return Announce{t}, nil },
	args:     func(c Announce) string { return c.Text.s },
	complete: func(c Announce) bool { return !c.Text.IsBlank() },
	words:    func(c Announce) string { return c.Text.s },
	once:     always[Announce],
})

// Announced is what an operator tells every room.
type Announced struct {
	Meta
	From Nick `json:"from"` // the operator
	Text Text `json:"text"` // what is told
}

func (e Announced) WithMeta(m Meta) Recorded { e.Meta = m; return e }
func (e Announced) Public() Recorded         { return e }
func (Announced) IsMessage() bool            { return true }
func (e Announced) words() (Nick, Text)      { return e.From, e.Text }

func (e Announced) appendText(dst []byte, _ Room) []byte {
	return sentence(dst, e.From.s, " to everybody: ", e.Text.s)
}

// Stop ends the server.
type Stop struct {
	Text Text `json:"text,omitzero"` // why, for the goodbyes
}

func (Stop) verb() *Verb { return stopVerb }

var stopVerb = newVerb(Verb{
	Name: "shutdown", Args: "[TEXT]", Help: "says goodbye to everybody and ends the server", Example: "/shutdown", Operator: true, Anywhere: true,
}, syntax[Stop]{
	parse: func(t Text) (Stop, error) { return Stop{t}, nil },
	args:  func(c Stop) string { return c.Text.s },
	words: func(c Stop) string { return c.Text.s },
	once:  always[Stop],
})
