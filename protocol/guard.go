package protocol

import (
	"regexp"
	"strings"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"
)

// Guard stands between somebody who types and the room, and refuses what is most
// likely a secret: a password that nobody has asked for, the code of a session after a
// mistyped /resume, what only a program says. It is for one person, and Guard{} is ready.
type Guard struct {
	until atomic.Int64 // what is said before that may be a password; in nanoseconds since 1970, 0: nothing
}

// blind is how long somebody may type on without having read that no password
// is asked for.
const blind = 5 * time.Second

// Raise refuses the next line that would be said, if it comes within a moment: a
// password may be typed that was not asked for, or once more after a wrong one. It may be
// called from any goroutine.
func (g *Guard) Raise() { g.until.Store(time.Now().Add(blind).UnixNano()) }

// Lower takes Raise back: what was typed as a password was taken.
func (g *Guard) Lower() { g.until.Store(0) }

// Parse is ParseCommand but for what it refuses.
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

// refused is why a line was refused. After what was meant as /operator comes a password.
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

// slip reports why s, which somebody typed to be said, is most likely something else.
func slip(s string) *Refusal {
	if s[0] == '/' { // after another one: it is meant so
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

// otherSign refuses a command behind the sign that the key of the / gives in Chinese: it may
// be for one person only, or the like.
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
	return refuse("unknown-command", "nobody has heard that: did you mean %s? A command begins with /, and that line with 、", v.spelled())
}

// asCommand is s in small letters of ASCII where it can be taken for a command; marked, if it
// begins with something like a /.
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
	// slashes are what the key of the / gives in one way of typing or another.
	slashes = `/\／、＼÷`
	// maxSlip is the most bytes of a command that could have been meant.
	maxSlip = 64
)

// narrow is r as a small letter of ASCII, if it is one in another width or case.
func narrow(r rune) rune {
	if '！' <= r && r <= '～' {
		r -= '！' - '!'
	}
	return unicode.ToLower(r)
}

// isCode reports whether s is like the code of a session.
func isCode(s string) bool { return code.MatchString(s) }

var code = regexp.MustCompile(`^[a-z2-7]{5}-?[a-z2-7]{5}$`)

// isAlmostOperator reports whether somebody who types that command has a password ready.
func isAlmostOperator(word string) bool {
	switch word {
	case "op", "oper", "admin", "login", "auth", "identify", "pass", "passwd", "password", "su", "sudo":
		return true
	}
	return max(len(word)-len("operator"), len("operator")-len(word)) <= 2 && Distance(word, "operator") <= 2
}

// isForServer reports whether s is what a program says to the server, or holds what
// such a line keeps secret.
func isForServer(s string) bool {
	if (strings.Contains(s, "token") || strings.Contains(s, "password")) && secretMember.MatchString(s) {
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
	almostOperator = refuse("almost-operator", "there is no such command: it is /operator on a line of its own, and then the password on the next. Nobody has heard that")
	passwordAlone  = refuse("almost-operator", "please type /operator alone: the password is asked for, and comes on a line of its own. Nobody has heard it")
	maybePassword  = refuse("maybe-password", "nobody has heard that, since it may be a password: if it is none, please say it again")
	almostResume   = refuse("almost-resume", "nobody has heard that: to come back to a session, please begin the line with /resume")
	lateHello      = refuse("program-line", "that is what a program says to the server, so nobody has heard it: its first line must be the hello")
)
