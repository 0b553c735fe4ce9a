package journal

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxWords is how many words a search may have. Each sign of a script that is written without spaces counts as one.
const MaxWords = 32

// CountWords is how many words s has, as an index takes them.
func CountWords(s string) int { return len(strings.Fields(SeparateWords(s))) }

// SeparateWords is s as an index takes it: spaces stand around every sign that is a word by itself, and in place of
// every sign that is no part of a word.
func SeparateWords(s string) string {
	var b strings.Builder
	b.Grow(len(s) + len(s)/2)
	for _, r := range s {
		switch {
		case r < utf8.RuneSelf && isWord[r]:
			b.WriteByte(byte(r))
		case r < utf8.RuneSelf:
			b.WriteByte(' ')
		case isAlone(r):
			b.WriteByte(' ')
			b.WriteRune(r)
			b.WriteByte(' ')
		case unicode.In(r, unicode.L, unicode.N, unicode.M, unicode.Co):
			b.WriteRune(r)
		default:
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// isWord are the signs of ASCII that are parts of words. Most text is ASCII, and needs no look into the tables of
// Unicode.
var isWord = func() (is [utf8.RuneSelf]bool) {
	for r := range is {
		is[r] = unicode.In(rune(r), unicode.L, unicode.N, unicode.M, unicode.Co)
	}
	return is
}()

// isAlone reports whether a sign is a word by itself: of a script that is written without spaces between words, or one
// like emoji.
func isAlone(r rune) bool {
	if r < 0x2E80 {
		return r > unicode.MaxLatin1 && unicode.Is(unicode.So, r)
	}
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.So)
}
