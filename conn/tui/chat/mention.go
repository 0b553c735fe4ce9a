package chat

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"chinwag/protocol"
)

// isMention reports whether another member says nick in e.
func isMention(e protocol.Event, nick protocol.Nick) bool {
	switch e := e.(type) {
	case protocol.Said:
		return !e.You && mentions(e.Text.String(), nick.String())
	case protocol.Acted:
		return !e.You && mentions(e.Text.String(), nick.String())
	}
	return false
}

// mentions reports whether name stands in text as a word or as words, in any case: between signs that are no letters or
// digits, or between word boundaries of Unicode, which scripts without spaces have, too. A name of one letter counts
// only behind @ or before a colon, since text is full of single letters.
func mentions(text, name string) bool {
	if name == "" {
		return false
	}
	runes := utf8.RuneCountInString(name)
	border := borders(text)
	for at := range text {
		end := at + width(text[at:], runes)
		if !strings.EqualFold(text[at:end], name) || !border[at] || !border[end] {
			continue
		}
		if runes > 1 || strings.HasSuffix(text[:at], "@") || strings.HasPrefix(text[end:], ":") {
			return true
		}
	}
	return false
}

// width is how many bytes the first n runes of s have.
func width(s string, n int) int {
	for at := range s {
		if n--; n < 0 {
			return at
		}
	}
	return len(s)
}

// borders are the positions in text at which a word may begin or end.
func borders(text string) []bool {
	border := make([]bool, len(text)+1)
	border[0], border[len(text)] = true, true
	for at, r := range text {
		if !unicode.In(r, unicode.L, unicode.N, unicode.M) && r != '_' {
			border[at], border[at+utf8.RuneLen(r)] = true, true
		}
	}
	for rest, state := text, -1; rest != ""; {
		_, rest, state = uniseg.FirstWordInString(rest, state)
		border[len(text)-len(rest)] = true
	}
	return border
}
