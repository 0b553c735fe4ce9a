package protocol

import "strings"

// ParseCommand reads one line as a person types it, without its end. A blank
// line is no command: nil. What cannot be understood is a *Refusal; a line that
// begins with / is never taken for something to say.
func ParseCommand(line string) (Command, error) {
	t, err := ParseText(line)
	if err != nil {
		return nil, err
	}
	if t.IsBlank() {
		return nil, nil
	}
	if t.s[0] == '@' {
		if n, rest := ticketAnd(t); n != 0 && rest.s != "" {
			return complete(Reply{Ticket: n, Text: rest})
		}
	}
	if t.s[0] != '/' {
		return Say{Text: t}, nil
	}
	if strings.HasPrefix(t.s, "//") {
		return complete(Say{Text: Text{t.s[1:]}})
	}
	name, args := cutWord(t.s[1:])
	v := byWord[strings.ToLower(name)]
	if v == nil {
		return nil, refuse("unknown", "there is no such command: /help lists them, and // in front says a line that begins with /")
	}
	if args == "" && v.Args != "" && v.Args[0] != '[' {
		return nil, badArgs(v.Name)
	}
	c, err := v.parse(Text{args})
	if err != nil {
		return nil, err
	}
	return complete(c)
}

func complete(c Command) (Command, error) {
	if !isComplete(c) {
		return nil, badArgs(verbOf(c).Name)
	}
	return c, nil
}

// AppendCommand appends c as a person would type it, with its end. A Hello has
// no such spelling and is left out.
func AppendCommand(dst []byte, c Command) []byte {
	v := verbOf(c)
	if v.parse == nil {
		return dst
	}
	args := v.args(c)
	switch {
	case v.Name == "say" && strings.HasPrefix(args, "/"):
		dst = append(dst, '/')
	case v.Name == "say", v.Name == "reply":
	default:
		dst = append(append(dst, '/'), v.Word()...)
		if args != "" {
			dst = append(dst, ' ')
		}
	}
	return append(append(dst, args...), '\n')
}

// cutWord splits s after its first word.
func cutWord(s string) (word, rest string) {
	s = strings.TrimSpace(s)
	i := strings.IndexFunc(s, isSpace)
	if i < 0 {
		return s, ""
	}
	return s[:i], strings.TrimSpace(s[i:])
}
