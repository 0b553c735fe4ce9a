package protocol

// Command is a request of a client. The interface is sealed: each command type has its row in the verbs, which verb
// returns, and Call wraps one of them. The zero value of a field means that it was not given.
type Command interface{ verb() *Verb }

// VerbOf is the row of c.
func VerbOf(c Command) *Verb { return c.verb() }

// Call is a command and the id that its client gave it, for a command without a member for one. Its refusal gives the
// id back. It is never in another Call.
type Call struct {
	Command
	Ref Ref
}

// Split is the command in c, and the id that c has. c may be nil.
func Split(c Command) (Command, Ref) {
	if call, ok := c.(Call); ok {
		return call.Command, call.Ref
	}
	if c == nil || c.verb().ref == nil {
		return c, ""
	}
	return c, c.verb().ref(c)
}

// WithRef is c with an id.
func WithRef(c Command, r Ref) Command {
	c, _ = Split(c)
	if with := c.verb().withRef; with != nil {
		return with(c, r)
	}
	return Call{c, r}
}

// Speaks reports whether c brings words to others. Such a command is sent under an id, so that it is followed once even
// if it comes twice.
func Speaks(c Command) bool {
	c, _ = Split(c)
	says := c.verb().says
	return says != nil && says(c)
}

// WordsOf is what other clients would hear or see of c.
func WordsOf(c Command) string {
	c, _ = Split(c)
	if words := c.verb().words; words != nil {
		return words(c)
	}
	return ""
}

// MayRepeat reports whether c may be followed twice without harm, or has an id that prevents it.
func MayRepeat(c Command) bool {
	c, _ = Split(c)
	once := c.verb().once
	return once == nil || !once(c)
}

// isComplete reports whether c has all that it must have.
func isComplete(c Command) bool {
	complete := c.verb().complete
	return complete == nil || complete(c)
}
