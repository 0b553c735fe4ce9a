package tui

import (
	"strings"
	"unicode"
)

// sanitize makes text safe to draw and to send: a line end becomes a space, a tab four; characters that move a cursor,
// hide text or turn it around are removed. It is the last line of defence, not the first.
func sanitize(s string) string {
	if plainASCII(s) {
		return s
	}
	return strings.Map(drawable, strings.ReplaceAll(s, "\t", "    "))
}

func plainASCII(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// drawable is the rune to draw for r; -1: none.
func drawable(r rune) rune {
	switch {
	case strings.ContainsRune("\n\r\v\f\u0085\u2028\u2029", r):
		return ' '
	case r == '\u200c', r == '\u200d', r >= 0xE0020 && r <= 0xE007F:
		return r // joiners shape letters and emoji, tags make flags
	case unicode.In(r, unicode.Cc, unicode.Cf):
		return -1
	default:
		return r
	}
}
