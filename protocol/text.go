package protocol

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxText is the most bytes that a Text holds, before and after cleaning.
const MaxText = 4096

const (
	maxMarks  = 8  // zero-width runes on one base: no living script needs more, and a tower of them covers other lines
	maxSpaces = 16 // a longer run pads a line until its rest wraps and looks like another author's
)

// Text is one line of words: valid UTF-8 without control characters, bidi overrides and isolates, tag characters or
// other runes that hide text. The zero value is the empty text.
type Text struct{ s string }

// ParseText makes a Text of s. Tabs and line ends inside it become spaces, line ends around it go, and runes that may
// not be shown are left out. Text that is not UTF-8 or is longer than MaxText is refused: a repaired or cut line would
// not be what was sent.
func ParseText(s string) (Text, error) {
	if len(s) > MaxText {
		return Text{}, Refuse("line-too-long", "that line is longer than %d bytes: please send it in parts", MaxText)
	}
	if !utf8.ValidString(s) {
		return Text{}, Refuse("not-utf8", "that line did not arrive as UTF-8, so nobody has heard it: please set your terminal to UTF-8, or try once more in telnet")
	}
	return Text{clean(s)}, nil
}

// MustText is ParseText for the server's own words. It panics if they are refused.
func MustText(s string) Text {
	t, err := ParseText(s)
	if err != nil {
		panic(err)
	}
	return t
}

func (t Text) String() string { return t.s }

// Short is t if it has at most n bytes, or else its beginning, with a sign that there is more.
func (t Text) Short(n int) Text {
	if len(t.s) <= n {
		return t
	}
	for n > 0 && !utf8.RuneStart(t.s[n]) {
		n--
	}
	return Text{t.s[:n] + "…"}
}

// IsBlank reports whether t has no visible rune.
func (t Text) IsBlank() bool { return !strings.ContainsFunc(t.s, isVisible) }

// MarshalText implements encoding.TextMarshaler.
func (t Text) MarshalText() ([]byte, error) { return []byte(t.s), nil }

// UnmarshalText implements encoding.TextUnmarshaler by ParseText.
func (t *Text) UnmarshalText(b []byte) (err error) {
	*t, err = ParseText(string(b))
	return err
}

func clean(s string) string {
	if isPlain(s) {
		return s
	}
	return cleanAny(s)
}

// isPlain reports whether s needs no cleaning: its runes are plain, as in most lines, and its blanks are few.
func isPlain(s string) bool {
	spaces := 0
	for _, r := range s {
		switch {
		case isPlainRune(r):
			spaces = 0
		case r == ' ' && spaces < maxSpaces:
			spaces++
		default:
			return false
		}
	}
	return true
}

// isPlainRune reports whether r is a letter or punctuation of the common scripts, which is shown as it is and is
// neither a blank nor a mark. For other scripts it is false.
func isPlainRune(r rune) bool {
	switch {
	case ' ' < r && r <= '~',
		'\u4E00' <= r && r <= '\u9FFF', // Chinese
		'\u3001' <= r && r <= '\u3029', // its punctuation, and the full-width one:
		'\uFF01' <= r && r <= '\uFF5E',
		'\u2010' <= r && r <= '\u2027', // dashes and quotation marks
		'\u00C0' <= r && r <= '\u024F', // Latin
		'\u0370' <= r && r <= '\u0482', // Greek and Cyrillic
		'\u3041' <= r && r <= '\u3096', // Japanese
		'\u30A0' <= r && r <= '\u30FF',
		'\uAC00' <= r && r <= '\uD7A3': // Korean
		return true
	}
	return false
}

func cleanAny(s string) string {
	s = strings.TrimFunc(s, IsLineEnd)
	var b strings.Builder
	b.Grow(len(s))
	marks, spaces := 0, 0
	var before rune
	for _, r := range s {
		half := before == '\r' && r == '\n' // of a line end
		before = r
		r = shown(r)
		switch {
		case r == dropped, half:
			continue
		case isSpace(r):
			marks, spaces = 0, spaces+1
		case isZeroWidth(r):
			marks++
		default:
			marks, spaces = 0, 0
		}
		if marks <= maxMarks && spaces <= maxSpaces {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func isPlainASCII(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

const dropped rune = -1

// shown is r as it may be shown on a terminal, or dropped.
func shown(r rune) rune {
	switch {
	case r == '\t', IsLineEnd(r):
		return ' '
	case unicode.IsControl(r), unicode.Is(neverShown, r), r&0xFFFE == 0xFFFE:
		return dropped
	}
	return r
}

// IsLineEnd reports whether r ends a line, on some system or other.
func IsLineEnd(r rune) bool {
	switch r {
	case '\n', '\r', '\v', '\f', '\u0085', '\u2028', '\u2029':
		return true
	}
	return false
}

// neverShown are the runes that are no control characters and yet turn text around, hide it or carry some unseen: bidi
// embeddings, overrides and isolates (UAX 9), zero-width spaces and invisible operators, soft hyphen, interlinear
// annotation, tag characters.
var neverShown = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x00AD, Hi: 0x00AD, Stride: 1},
		{Lo: 0x034F, Hi: 0x034F, Stride: 1},
		{Lo: 0x180E, Hi: 0x180E, Stride: 1},
		{Lo: 0x200B, Hi: 0x200B, Stride: 1},
		{Lo: 0x202A, Hi: 0x202E, Stride: 1},
		{Lo: 0x2060, Hi: 0x206F, Stride: 1},
		{Lo: 0xFDD0, Hi: 0xFDEF, Stride: 1},
		{Lo: 0xFEFF, Hi: 0xFEFF, Stride: 1},
		{Lo: 0xFFF0, Hi: 0xFFFB, Stride: 1},
	},
	R32: []unicode.Range32{{Lo: 0xE0000, Hi: 0xE00FF, Stride: 1}},
}

func isZeroWidth(r rune) bool {
	return unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf)
}

// isSpace also reports the blanks that Unicode counts as letters or symbols.
func isSpace(r rune) bool {
	switch r {
	case '\u2800', '\u3164', '\uFFA0', '\u115F', '\u1160':
		return true
	}
	return unicode.IsSpace(r)
}

func isVisible(r rune) bool { return !isSpace(r) && !isZeroWidth(r) }
