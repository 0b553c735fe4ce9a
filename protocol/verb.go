package protocol

import "strings"

// Verb is one command: its name in both encodings, and all that help, completion, parser, documents and tests need. It
// is one value for the whole program, and never changes.
type Verb struct {
	Name     string // "nick": "type":"nick" in JSON and, unless it is plain, /nick in text
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
	Tickets  bool   // its first argument is the number of a visitor
	Message  bool   // it is a line to be said: many may be handed over at once, and each is acknowledged

	plain    bool   // it is written without its name: Args are the whole line
	together string // what it needs of members that are each optional, in words

	helpIn   func(Place) string // what it does there, if not what Help says; "": as Help says. nil: so everywhere
	barredIn func(Place) string // why else it cannot be done there; "": it can. nil: it can everywhere

	zero            Command // the command without any member
	syntax[Command]         // made by newVerb of that of its type
}

// Form is a line that a verb can be written as, and what that does.
type Form struct{ Line, Help string }

// syntax is what a verb knows of its commands, which are of the type C.
type syntax[C Command] struct {
	parse   func(args Text) (C, error) // nil: not written in text
	slashed func(args Text) (C, error) // parses the arguments of the form with a /, if the verb is plain and has one
	args    func(C) string             // the inverse of parse; nil: it has none
	decode  func([]byte) (C, error)    // the inverse of its JSON; nil: json.Unmarshal

	complete func(C) bool   // it has all that it must have; nil: nothing
	ref      func(C) Ref    // the id in it; nil: it has no member for one, and needs a Call
	withRef  func(C, Ref) C // sets that
	says     func(C) bool   // see Speaks; nil: never
	words    func(C) string // see WordsOf; nil: none
	once     func(C) bool   // following it twice would do harm; nil: never
}

// newVerb is v with the syntax of its command type, so that the functions in s need no type assertions.
func newVerb[C Command](v Verb, s syntax[C]) *Verb {
	if s.decode == nil {
		s.decode = decode[C]
	}
	var zero C
	v.zero = zero
	v.syntax = syntax[Command]{
		parse: making(s.parse), slashed: making(s.slashed), args: taking(s.args), decode: making(s.decode),
		complete: taking(s.complete), ref: taking(s.ref), says: taking(s.says), words: taking(s.words), once: taking(s.once),
	}
	if s.withRef != nil {
		v.withRef = func(c Command, r Ref) Command { return s.withRef(c.(C), r) }
	}
	return &v
}

// making is f for any command.
func making[C Command, In any](f func(In) (C, error)) func(In) (Command, error) {
	if f == nil {
		return nil
	}
	return func(in In) (Command, error) {
		c, err := f(in)
		if err != nil {
			return nil, err
		}
		return c, nil
	}
}

// taking is f for any command; it is called with a C only.
func taking[C Command, Out any](f func(C) Out) func(Command) Out {
	if f == nil {
		return nil
	}
	return func(c Command) Out { return f(c.(C)) }
}

func always[C Command](C) bool { return true }

// alone parses a command without arguments. Text after it is refused and not dropped, since it was meant for something.
func alone[C Command](t Text) (c C, err error) { return only(c, t) }

// Usage is how the command is written in text.
func (v *Verb) Usage() string {
	switch {
	case v.parse == nil:
		return ""
	case v.plain:
		return v.Args
	case v.Args == "":
		return "/" + v.Name
	}
	return "/" + v.Name + " " + v.Args
}

// HasSlash reports whether v can be written with its name behind a /.
func (v *Verb) HasSlash() bool { return strings.HasPrefix(v.Usage(), "/") || v.slashed != nil }

func badArgs(verb string) *Refusal {
	v := byName[verb]
	if v.Example == v.Usage() {
		return Refuse("usage", "please write it like this: %s", v.Usage())
	}
	return Refuse("usage", "please write it like this: %s (for example: %s)", v.Usage(), v.Example)
}
