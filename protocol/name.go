package protocol

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"go.mau.fi/util/confusable"
	"golang.org/x/text/secure/precis"
)

const (
	maxName      = 32  // characters as seen (grapheme clusters)
	maxNameBytes = 128 // as sent; bounds the work of looking at it
	maxNameMarks = 3   // marks on one letter; Vietnamese needs two
)

// Nick is the name of a session: 1 to 32 characters as seen, of any script, enforced by the Nickname profile of PRECIS
// (RFC 8266). The zero value is no name.
type Nick struct{ s string }

// ParseNick makes a Nick of s or says what is wrong with it.
func ParseNick(s string) (Nick, error) {
	s, err := parseName(s, "a name")
	return Nick{s}, err
}

// MustNick is ParseNick for names that the program chooses itself. It panics if they are refused.
func MustNick(s string) Nick {
	n, err := ParseNick(s)
	if err != nil {
		panic(err)
	}
	return n
}

func (n Nick) String() string { return n.s }

// Keys are what n is compared by. A reader cannot tell two nicks apart that share a key: they differ in case or width,
// or only to a machine (the skeletons of Unicode TS 39). The skeleton is taken before and after case folding, since I
// and l are alike and i and l are not. Keys are never shown.
func (n Nick) Keys() [2]string {
	folded, like := fold(n.s), skeleton(n.s)
	a, b := like, folded
	if folded != n.s {
		a = skeleton(folded)
	}
	if like != n.s {
		b = fold(like)
	}
	return [2]string{"a" + a, "b" + b}
}

// Same reports whether a and b are the same name but for case and width.
func (n Nick) Same(m Nick) bool { return n.s == m.s || fold(n.s) == fold(m.s) }

// IsReserved reports whether n reads like the server's own voice, which only an operator may have.
func (n Nick) IsReserved() bool {
	for _, key := range n.Keys() {
		if reserved[key] {
			return true
		}
	}
	return false
}

var reserved = func() map[string]bool {
	keys := map[string]bool{}
	for _, s := range []string{
		"chinwag", "server", "operator", "admin", "administrator", "moderator", "system", "console", "announcement",
		"root", "you", "nobody", "everybody", "everyone", "all", "here",
	} {
		for _, key := range (Nick{s}).Keys() {
			keys[key] = true
		}
	}
	return keys
}()

// Unfit is why no session gets n, although it may stand in the journal; nil: it is fit.
func (n Nick) Unfit() *Refusal { return unfit(n.s) }

// MarshalText implements encoding.TextMarshaler.
func (n Nick) MarshalText() ([]byte, error) { return []byte(n.s), nil }

// UnmarshalText implements encoding.TextUnmarshaler by ParseNick; the empty text is the zero Nick.
func (n *Nick) UnmarshalText(b []byte) (err error) {
	if len(b) > 0 {
		*n, err = ParseNick(string(b))
	}
	return err
}

// Room is the name of a room: # and 1 to 32 characters as seen, folded to lower case, so that one room has one name.
// The zero value is no room.
type Room struct{ s string }

// Lobby is the room that a session enters first, unless the server is only a desk.
var Lobby = Room{"#lobby"}

// DeskRoom is where visitors talk to the operators only.
var DeskRoom = Room{"#desk"}

// OperatorsRoom is where operators talk among themselves. Only operators enter it, at any server.
var OperatorsRoom = Room{"#operators"}

// ParseRoom makes a Room of s; the # may be left out.
func ParseRoom(s string) (Room, error) {
	s, err := parseName(strings.TrimPrefix(s, "#"), "a room")
	if err != nil {
		return Room{}, err
	}
	folded := fold(s)
	if len(folded) > maxNameBytes { // a small letter may take more bytes than its capital
		return Room{}, tooLong("a room")
	}
	return Room{"#" + folded}, nil
}

func (r Room) String() string { return r.s }

// Unfit is why no room gets that name, although it may stand in the journal; nil: it is fit.
func (r Room) Unfit() *Refusal { return unfit(r.s) }

// MarshalText implements encoding.TextMarshaler.
func (r Room) MarshalText() ([]byte, error) { return []byte(r.s), nil }

// UnmarshalText implements encoding.TextUnmarshaler by ParseRoom; the empty text is the zero Room.
func (r *Room) UnmarshalText(b []byte) (err error) {
	if len(b) > 0 {
		*r, err = ParseRoom(string(b))
	}
	return err
}

func unfit(name string) *Refusal {
	if !strings.HasSuffix(name, ".") {
		return nil
	}
	return Refuse("bad-name", "%s ends with a dot, as a sentence does: please choose another name, such as %s", name, strings.TrimRight(name, "."))
}

// parseName parses what nicks and rooms have in common. what begins the sentence of a refusal.
func parseName(s, what string) (string, error) {
	if isPlainName(s) {
		return strings.Clone(s), nil // it outlives the line that it is a part of
	}
	return parseAnyName(s, what)
}

// isPlainName reports whether s is a name of ASCII and Chinese, as most are, in which the profile changes nothing but
// the case.
func isPlainName(s string) bool {
	length, visible := 0, false
	for i, r := range s {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', '一' <= r && r <= '龥':
			visible = true
		case r == '_', i > 0 && (r == '-' || r == '.'):
		default:
			return false
		}
		length++
	}
	return visible && length <= maxName
}

func parseAnyName(s, what string) (string, error) {
	if len(s) > maxNameBytes || uniseg.GraphemeClusterCount(s) > maxName {
		return "", tooLong(what)
	}
	if !utf8.ValidString(s) {
		return "", Refuse("not-utf8", "that name is not UTF-8: please set your terminal to UTF-8")
	}
	if strings.ContainsFunc(strings.TrimSpace(s), unicode.IsSpace) {
		return "", Refuse("bad-name", "%s has no spaces: an underscore does as well", what)
	}
	name, err := precis.Nickname.String(s)
	if err != nil || !isName(name) || len(name) > maxNameBytes || uniseg.GraphemeClusterCount(name) > maxName {
		return "", Refuse("bad-name", "%s is made of letters, digits and symbols of any script, and of _ - . inside: please choose another", what)
	}
	return name, nil
}

func tooLong(what string) *Refusal {
	return Refuse("name-too-long", "%s has at most %d characters: please choose a shorter one", what, maxName)
}

func isName(s string) bool {
	marks, visible := 0, false
	for i, r := range s {
		switch {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Mc):
			if marks++; i == 0 || marks > maxNameMarks {
				return false
			}
			continue
		case r == '_', i > 0 && (r == '-' || r == '.'):
		case isSpace(r), !unicode.In(r, unicode.L, unicode.N, unicode.So, unicode.Sk):
			return false
		case r < utf8.RuneSelf && unicode.Is(unicode.Sk, r): // ` and ^
			return false
		default:
			visible = true
		}
		marks = 0
	}
	return visible
}

// fold maps s for comparison, as RFC 8266 says. A name of parseName is never one that the profile refuses to compare; a
// skeleton of TS 39 can be.
func fold(s string) string {
	if isPlainName(s) {
		return strings.ToLower(s)
	}
	return foldAny(s)
}

func foldAny(s string) string {
	key, err := precis.Nickname.CompareKey(s)
	if err != nil {
		return strings.ToLower(s)
	}
	return key
}

// skeleton is the same for all strings that look like s.
func skeleton(s string) string {
	if isPlainASCII(s) {
		return asciiSkeletons.Replace(s)
	}
	return confusable.Skeleton(s)
}

// asciiSkeletons replaces the few characters of ASCII that look like others.
var asciiSkeletons = func() *strings.Replacer {
	var pairs []string
	for c := ' '; c <= '~'; c++ {
		pairs = append(pairs, string(c), confusable.Skeleton(string(c)))
	}
	return strings.NewReplacer(pairs...)
}()
