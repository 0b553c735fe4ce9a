package journal

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Question is what a search looks for: all of some words, each of which stands in the text as it was typed, with the
// marks in it. It begins and ends where a word of the text does. The last one may be the beginning of a longer word, if
// it ends with two letters or digits (hel finds hello); one with marks may begin with a number behind a letter (1.2.3
// finds v1.2.3). Both are folded.
type Question struct{ wanted []wanted }

// wanted is a word of a question: what stands between two spaces.
type wanted struct {
	text  string   // folded
	words []string // as an index has them
	goes  bool     // on: it may be the beginning of a word
	joins bool     // it may begin behind a letter
}

// Phrase is what an index is asked for: words that follow each other.
type Phrase struct {
	Words  []string
	Prefix bool // the last is the beginning of a word
}

// ParseQuestion makes a Question of what was typed.
func ParseQuestion(s string) (q Question) {
	fields := strings.Fields(fold(s))
	for i, f := range fields {
		w := wanted{text: f, words: strings.Fields(separateWords(f))}
		if first, _ := utf8.DecodeRuneInString(f); len(w.words) > 1 && unicode.IsDigit(first) {
			w.joins = strings.ContainsFunc(f, func(r rune) bool { return kindOf(r) == isMark })
		}
		if last, size := utf8.DecodeLastRuneInString(f); i == len(fields)-1 && kindOf(last) == isLetter {
			before, _ := utf8.DecodeLastRuneInString(f[:len(f)-size])
			w.goes = len(f) > size && kindOf(before) == isLetter
		}
		q.wanted = append(q.wanted, w)
	}
	return q
}

// Len is how many words q has. Marks that stand alone are one.
func (q Question) Len() (n int) {
	for _, w := range q.wanted {
		n += max(1, len(w.words))
	}
	return n
}

// Phrases are what an index is asked for: each text that q matches has all of them, and perhaps others do. A question
// of marks alone has none, and finds nothing.
func (q Question) Phrases() (all []Phrase) {
	for _, w := range q.wanted {
		words := w.words
		if w.joins {
			words = words[1:]
		}
		if len(words) > 0 {
			all = append(all, Phrase{words, w.goes})
		}
	}
	return all
}

// Matches reports whether a text has all that q asks for.
func (q Question) Matches(text string) bool {
	folded := fold(text)
	for _, w := range q.wanted {
		if !w.standsIn(folded) {
			return false
		}
	}
	return true
}

func (w *wanted) standsIn(text string) bool {
	for from := 0; ; {
		at := strings.Index(text[from:], w.text)
		if at < 0 {
			return false
		}
		at += from
		if w.beginsAt(text, at) && w.endsAt(text, at+len(w.text)) {
			return true
		}
		_, size := utf8.DecodeRuneInString(text[at:])
		from = at + size
	}
}

func (w *wanted) beginsAt(text string, at int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:at])
	first, _ := utf8.DecodeRuneInString(w.text)
	return at == 0 || !isInside(before, first) || w.joins && !unicode.IsDigit(before)
}

func (w *wanted) endsAt(text string, at int) bool {
	last, _ := utf8.DecodeLastRuneInString(w.text)
	after, _ := utf8.DecodeRuneInString(text[at:])
	return at == len(text) || w.goes || !isInside(last, after)
}

// isInside reports whether a word goes on from one sign to the next.
func isInside(a, b rune) bool { return kindOf(a) == isLetter && kindOf(b) == isLetter }
