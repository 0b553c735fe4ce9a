package journal

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxWords is how many words a search may have. Each sign of a script that is written without spaces counts as one.
const MaxWords = 32

// Folding is the version of IndexWords. An index that was made by another one is made again.
const Folding = 1

// IndexWords are the words of a text as an index takes them: folded, with one space between them.
func IndexWords(text string) string { return separateWords(fold(text)) }

// separateWords are the words of a folded text.
func separateWords(s string) string {
	var b strings.Builder
	b.Grow(len(s) + len(s)/2)
	last := isMark
	for _, r := range s {
		kind := kindOf(r)
		if kind != isMark {
			if b.Len() > 0 && !(kind == isLetter && last == isLetter) {
				b.WriteByte(' ')
			}
			b.WriteRune(r)
		}
		last = kind
	}
	return b.String()
}

// signKind is what a sign is to the words of a text.
type signKind byte

const (
	isMark   signKind = iota // a part of no word
	isLetter                 // a word together with the letters and digits beside it
	isAlone                  // a word by itself: of a script that is written without spaces, or an emoji
)

func kindOf(r rune) signKind {
	switch {
	case r < utf8.RuneSelf:
		return asciiKinds[r]
	case r == 'ー': // of both kana
		return isAlone
	case r >= 0x2E80 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.So):
		return isAlone
	case r > unicode.MaxLatin1 && unicode.Is(unicode.So, r):
		return isAlone
	case unicode.In(r, unicode.L, unicode.N, unicode.M, unicode.Co):
		return isLetter
	}
	return isMark
}

// asciiKinds are the kinds of ASCII. Most text is ASCII, and needs no look into the tables of Unicode.
var asciiKinds = func() (kinds [utf8.RuneSelf]signKind) {
	for r := range rune(utf8.RuneSelf) {
		if unicode.In(r, unicode.L, unicode.N) {
			kinds[r] = isLetter
		}
	}
	return kinds
}()
