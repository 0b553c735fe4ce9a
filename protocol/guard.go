package protocol

import (
	"regexp"
	"strings"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"
)

// Guard stands between a keyboard and the room, and refuses what is most likely a secret: a password typed without a
// prompt, the code of a session after a mistyped /resume, a line that only a program sends. It is for one client;
// Guard{} is ready.
type Guard struct {
	until atomic.Int64 // a line said before then may be a password; in nanoseconds since 1970, 0: none is
}

// blind is how long a person may type on before reading that no password is asked for.
const blind = 5 * time.Second

// Raise makes Parse refuse the next line that would be said, if it comes within 5 seconds: it may be a password typed
// without a prompt, or once more after a wrong one. It may be called from any goroutine.
func (g *Guard) Raise() { g.until.Store(time.Now().Add(blind).UnixNano()) }

// Lower takes Raise back: the password was taken.
func (g *Guard) Lower() { g.until.Store(0) }

// Parse is ParseCommand, and refuses what is most likely a secret.
func (g *Guard) Parse(line string) (Command, error) {
	cmd, err := ParseCommand(line)
	if err != nil {
		return nil, g.refused(line, err)
	}
	if _, ok := cmd.(Operator); ok {
		g.Lower() // the password comes where it is expected
	}
	say, ok := cmd.(Say)
	if !ok {
		return cmd, nil
	}
	refusal := slip(say.Text.s)
	if until := g.until.Swap(0); until != 0 && time.Now().UnixNano() < until {
		refusal = maybePassword
	}
	if refusal == almostOperator {
		g.Raise()
	}
	if refusal != nil {
		return nil, refusal
	}
	return cmd, nil
}

// ParsePassword makes the command of the line after /operator, which is the password, whatever it looks like. Where it
// cannot be one, the next line may be.
func (g *Guard) ParsePassword(line []byte) (Command, error) {
	var s Secret
	err := s.UnmarshalText(line)
	if err == nil && s == "" {
		err = Refuse("empty-password", "no password, then")
	}
	if err != nil {
		g.Raise()
		return nil, err
	}
	return Operator{Password: s}, nil
}

// refused is why a line was refused. A password follows what was meant as /operator.
func (g *Guard) refused(line string, err error) error {
	t, bad := ParseText(line)
	if bad != nil || t.s == "" || t.s[0] != '/' {
		return err
	}
	word, rest := cutWord(narrowed(t.s[1:]))
	switch {
	case word == "operator" && rest != "":
		g.Raise()
		return passwordAlone
	case byWord[word] == nil && isAlmostOperator(word):
		g.Raise()
		return almostOperator
	}
	return err
}

// slip is why s, which was typed to be said, is most likely something else; nil: it is not.
func slip(s string) *Refusal {
	if s[0] == '/' { // typed as //, on purpose
		return nil
	}
	switch word, rest, marked := asCommand(s); {
	case marked && isAlmostOperator(word):
		return almostOperator
	case word == "resume" && isCode(rest) && (marked || strings.ContainsAny(rest, "234567")):
		return almostResume
	case isForServer(s):
		return lateHello
	}
	return otherSign(s)
}

// otherSign refuses a command behind the sign that the key of the / gives in Chinese: it may be private.
func otherSign(s string) *Refusal {
	after, found := strings.CutPrefix(s, "、")
	if !found {
		return nil
	}
	word, _ := cutWord(after)
	v := byWord[narrowed(word)]
	if v == nil {
		return nil
	}
	return Refuse("unknown-command", "nobody has heard that: did you mean %s? A command begins with /, and that line with 、", v.typed())
}

// asCommand splits s, in small letters of ASCII, if it can be taken for a command; marked: it begins with something
// like a /.
func asCommand(s string) (word, rest string, marked bool) {
	s = strings.TrimLeftFunc(s, isSpace)
	r, n := utf8.DecodeRuneInString(s)
	switch {
	case strings.ContainsRune(slashes, r):
		s, marked = s[n:], true
	case narrow(r) != 'r':
		return "", "", false
	}
	if len(s) > maxSlip {
		return "", "", false
	}
	word, rest = cutWord(strings.Map(narrow, s))
	return word, rest, marked
}

const (
	// slashes are the signs that the key of the / gives in one input method or another.
	slashes = `/\／、＼÷`
	// maxSlip is the most bytes of a line that can be a mistyped command.
	maxSlip = 64
)

// narrow is r as a small letter of ASCII, if it is one in another width or case.
func narrow(r rune) rune {
	if '！' <= r && r <= '～' {
		r -= '！' - '!'
	}
	return unicode.ToLower(r)
}

// isCode reports whether s looks like the code of a session.
func isCode(s string) bool { return code.MatchString(s) }

var code = regexp.MustCompile(`^[a-z2-7]{5}-?[a-z2-7]{5}$`)

// isAlmostOperator reports whether a password is likely to follow that command.
func isAlmostOperator(word string) bool {
	switch word {
	case "op", "oper", "admin", "login", "auth", "identify", "pass", "passwd", "password", "su", "sudo":
		return true
	}
	return max(len(word)-len("operator"), len("operator")-len(word)) <= 2 && Distance(word, "operator") <= 2
}

// isForServer reports whether s is a line of a program to the server, or holds the secret of such a line.
func isForServer(s string) bool {
	marked := strings.IndexByte(s, ':') >= 0 || strings.IndexByte(s, '=') >= 0 // few lines are, and this is quick
	if marked && (strings.Contains(s, "token") || strings.Contains(s, "password")) && secretMember.MatchString(s) {
		return true
	}
	if s = strings.TrimSpace(s); s[0] != '{' || !IsJSON([]byte(s)) {
		return false
	}
	m := typeMember.FindStringSubmatch(s)
	return m != nil && byName[m[1]] != nil
}

var typeMember = regexp.MustCompile(`"type"\s*:\s*"([a-z-]+)"`)

var secretMember = regexp.MustCompile(`["'“”](token|password)\\?["'“”]\s*[:=]`)

var (
	almostOperator = Refuse("almost-operator", "there is no such command: it is /operator on a line of its own, and then the password on the next. Nobody has heard that")
	passwordAlone  = Refuse("almost-operator", "please type /operator alone: the password is asked for, and comes on a line of its own. Nobody has heard it")
	maybePassword  = Refuse("maybe-password", "nobody has heard that, since it may be a password: if it is none, please say it again")
	almostResume   = Refuse("almost-resume", "nobody has heard that: to come back to a session, please begin the line with /resume")
	lateHello      = Refuse("program-line", "that is what a program says to the server, so nobody has heard it: its first line must be the hello")
)
