package tui

import (
	"strings"
	"unicode/utf8"
)

const offersMax = 100 // names listed at once

// completion is a word being completed. Any key but Tab ends it.
type completion struct {
	offers []string // the words that Tab cycles through; none: no word is being completed
	next   int
	start  int // where the word begins in the line
}

// complete inserts the common beginning of all candidates. If that adds nothing, it lists the candidates once, and then
// cycles through them.
func (v *view) complete() {
	if len(v.tab.offers) > 0 {
		v.offer()
		return
	}
	if v.opts.Complete == nil {
		return
	}
	before := v.input.text[:v.input.at]
	start := strings.LastIndexByte(before, ' ') + 1
	offers, listed := splitRemarks(v.opts.Complete(before))
	switch {
	case len(offers) == 0:
		v.ring()
	case len(offers) == 1:
		v.replaceWord(start, offers[0])
	case extends(commonPrefix(offers), before[start:]):
		v.replaceWord(start, commonPrefix(offers))
	default:
		v.tab = completion{offers: offers, start: start}
		v.list(listed)
	}
}

// extends reports whether the common beginning of the offers extends the word typed, rather than replacing it.
func extends(common, typed string) bool {
	return utf8.RuneCountInString(common) > utf8.RuneCountInString(typed) && strings.Contains(strings.ToLower(common), strings.ToLower(typed))
}

// offer puts in the next candidate.
func (v *view) offer() {
	t := &v.tab
	v.replaceWord(t.start, t.offers[t.next])
	t.next = (t.next + 1) % len(t.offers)
}

func (v *view) replaceWord(start int, with string) {
	typed := v.input
	v.input.cut(start, v.input.at)
	if !v.input.insert(with) {
		v.input = typed
		v.ring()
	}
}

// splitRemarks splits candidates into the words that are put in and those that are listed, with their remarks.
func splitRemarks(candidates []string) (offers, listed []string) {
	for _, c := range candidates {
		word, remark, _ := strings.Cut(c, "\t")
		offers = append(offers, word)
		listed = append(listed, strings.TrimSpace(strings.TrimSpace(word)+" "+remark))
	}
	return offers, listed
}

func (v *view) list(offers []string) {
	more := ""
	if len(offers) > offersMax {
		offers, more = offers[:offersMax], " …"
	}
	v.note(strings.Join(offers, "  ") + more)
}
