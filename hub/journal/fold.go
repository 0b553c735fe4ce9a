package journal

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// fold is s as a search compares it: without regard to case, to width, to other ways of writing the same sign (NFKC),
// and to accents of Latin letters. What is not seen is left out.
func fold(s string) string {
	if b, ok := foldPlain(s); ok {
		return b
	}
	return norm.NFC.String(cases.Fold().String(withoutMarks(norm.NFKD.String(s))))
}

// foldPlain is fold for most of what people write: ASCII, Chinese, Japanese, Korean and emoji. ok is false for other
// text.
func foldPlain(s string) (folded string, ok bool) {
	changed := false
	for _, r := range s {
		to, ok := foldSign(r)
		if !ok {
			return "", false
		}
		changed = changed || to != r
	}
	if !changed {
		return s, true
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		r, _ = foldSign(r)
		b.WriteRune(r)
	}
	return b.String(), true
}

// foldSign is fold for one sign, if nothing that stands beside it can change that.
func foldSign(r rune) (folded rune, ok bool) {
	switch {
	case r < utf8.RuneSelf:
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r, true
	case 0x3001 <= r && r <= 0x30FE: // of punctuation and kana
		return r, r <= 0x3029 || 0x3041 <= r && r <= 0x3096 || 0x309D <= r && r <= 0x309E || 0x30A0 <= r
	case 0x4E00 <= r && r <= 0x9FFF, 0xAC00 <= r && r <= 0xD7A3, 0x1F300 <= r && r <= 0x1FAFF:
		return r, true
	case 0xFF01 <= r && r <= 0xFF5E: // ASCII in full width
		return foldSign(r - 0xFF01 + '!')
	}
	return r, false
}

// withoutMarks is a decomposed s without the accents of Latin letters and without what is not seen.
func withoutMarks(s string) string {
	latin := false
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.In(r, unicode.Cf, unicode.Variation_Selector):
			return -1
		case !unicode.Is(unicode.Mn, r):
			latin = unicode.Is(unicode.Latin, r)
		case latin:
			return -1
		}
		return r
	}, s)
}
