package protocol

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// ParseCommand reads one line as a person types it, without its line end. A blank line is no command: nil. The error is
// a *Refusal. A line that begins with / is never said, nor is one with a full-width ／ before a command or nearly one.
// Whether a line that begins with @ and digits may be said depends on its author: see AddressOf.
func ParseCommand(line string) (Command, error) {
	t, err := ParseText(line)
	if err != nil {
		return nil, err
	}
	if t.IsBlank() {
		return nil, nil
	}
	if r, ok := replyIn(t); ok {
		return r, nil
	}
	if strings.HasPrefix(t.s, "//") {
		return complete(Say{Text: Text{t.s[1:]}})
	}
	after, slash := afterSlash(t.s)
	if !slash {
		return Say{Text: t}, nil
	}
	name, args := cutWord(after)
	v := byWord[narrowed(name)]
	if v == nil {
		return nil, unknownCommand(name)
	}
	if args == "" && v.Args != "" && v.Args[0] != '[' && v.slashed == nil {
		return nil, badArgs(v.Name)
	}
	parse := v.parse
	if v.slashed != nil {
		parse = v.slashed
	}
	c, err := parse(Text{args})
	if err != nil {
		return nil, err
	}
	return complete(c)
}

// afterSlash is the rest of a line behind the / of a command. Chinese and Japanese keyboards also write ／: it begins a
// command only before its name or nearly that, and not before the commands that come with a secret, which Guard refuses
// unless they are written exactly.
func afterSlash(s string) (after string, slash bool) {
	if after, slash = strings.CutPrefix(s, "/"); slash {
		return after, true
	}
	if after, slash = strings.CutPrefix(s, "／"); !slash || strings.HasPrefix(narrowed(after), "/") {
		return "", false
	}
	word, _ := cutWord(after)
	word = narrowed(word)
	switch v := byWord[word]; {
	case v != nil:
		return after, v.Name != "operator" && v.Name != "resume"
	case isAlmostOperator(word):
		return "", false
	}
	_, near := guess(word, false, Place{Operator: true})
	return after, near
}

// replyIn reads @7 TEXT as AppendCommand writes it. A line that is only similar is a Say, which keeps it as it was
// typed: it may be meant for the room.
func replyIn(t Text) (Reply, bool) {
	n, rest, _ := AddressOf(t)
	r := Reply{Ticket: n, Text: rest}
	return r, !rest.IsBlank() && r.Line() == t
}

// AddressOf reads a line that begins, after any blanks, with @ and digits, as operators begin an answer. Both may be
// full-width, as Chinese and Japanese keyboards write them. n is the visitor meant, or zero if no visitor can have such
// a number; rest is the answer, and blank if the line is not "@N TEXT".
func AddressOf(t Text) (n Ticket, rest Text, found bool) {
	s := strings.TrimLeftFunc(t.s, func(r rune) bool { return !isVisible(r) })
	after, ascii := strings.CutPrefix(s, "@")
	after, wide := strings.CutPrefix(after, "＠")
	digits, end := digitsOf(after)
	if ascii == wide || len(digits) == 0 {
		return 0, Text{}, false
	}
	if v, err := strconv.ParseUint(string(digits), 10, 64); err == nil {
		n = Ticket(v)
	}
	blank, size := utf8.DecodeRuneInString(after[end:])
	if n != 0 && digits[0] != '0' && isSpace(blank) {
		rest = Text{after[end+size:]}
	}
	return n, rest, true
}

// digitsOf are the digits that s begins with, as ASCII, and where they end.
func digitsOf(s string) (digits []byte, end int) {
	for i, r := range s {
		switch {
		case '0' <= r && r <= '9':
			digits = append(digits, byte(r))
		case '０' <= r && r <= '９':
			digits = append(digits, byte('0'+r-'０'))
		default:
			return digits, i
		}
	}
	return digits, len(s)
}

// BadReply refuses an operator's line that begins with @ and digits and is no answer to a visitor. n is as AddressOf
// has read it.
func BadReply(n Ticket) *Refusal {
	if n == 0 {
		return Refuse("bad-reply", "nobody has heard that: a line that begins with @ and digits is an answer, and no visitor has that number; /queue shows them")
	}
	return Refuse("bad-reply", "nobody has heard that: did you mean %s TEXT? A line that begins with @ and digits is never said in a room", n)
}

func complete(c Command) (Command, error) {
	if !isComplete(c) {
		return nil, badArgs(c.verb().Name)
	}
	return c, nil
}

// AppendCommand appends c as a person would type it, with its line end. A Hello has no text and is left out.
func AppendCommand(dst []byte, c Command) []byte {
	c, _ = Split(c) // an id is not written in text, too
	v := c.verb()
	if v.parse == nil {
		return dst
	}
	args := ""
	if v.args != nil {
		args = v.args(c)
	}
	say, isSay := c.(Say)
	switch {
	case v.plain && say.Room == Room{}:
		if isSay && strings.HasPrefix(args, "/") {
			dst = append(dst, '/')
		}
	default:
		dst = append(append(dst, '/'), v.Name...)
		if args != "" {
			dst = append(dst, ' ')
		}
	}
	return append(append(dst, args...), '\n')
}

func nickAnd(t Text) (Nick, Text, error) {
	name, rest := cutWord(t.s)
	n, err := ParseNick(name)
	return n, Text{rest}, err
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
