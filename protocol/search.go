package protocol

import (
	"strconv"
	"strings"
)

// Search asks for the last lines that hold all of the words.
type Search struct {
	Text   Text   `json:"text"`            // the words
	Before uint64 `json:"before,omitzero"` // a position; 0: the head
	Room   Room   `json:"room,omitzero"`   // zero: the room in front
}

func (Search) verb() *Verb { return searchVerb }

var searchVerb = newVerb(Verb{
	Name: "search", Args: "[before N] WORDS", Brief: "WORDS", Help: "looks for what was said here", Example: "/search 天气 tea",
	Forms: []Form{
		{"/search hel", "finds hello, too: the last word may go on"},
		{"/search 1.2.3", "finds v1.2.3, and not 1 2 3"},
		{"/search before 1234 tea", "goes further back: the end of one says from where"},
	},
}, syntax[Search]{
	parse:    func(t Text) (Search, error) { return parseSearch(t), nil },
	args:     searchArgs,
	complete: func(c Search) bool { return !c.Text.IsBlank() },
})

func parseSearch(t Text) Search {
	how, rest := cutWord(t.s)
	digits, words := cutWord(rest)
	n, err := strconv.ParseUint(digits, 10, 63)
	if !strings.EqualFold(how, "before") || err != nil || words == "" {
		return Search{Text: t}
	}
	return Search{Text: Text{words}, Before: n}
}

// searchArgs is the inverse of parseSearch. Words that would be taken for a position stand behind one.
func searchArgs(c Search) string {
	if c.Before == 0 && parseSearch(c.Text).Text == c.Text {
		return c.Text.s
	}
	return "before " + strconv.FormatUint(c.Before, 10) + " " + c.Text.s
}

// SearchEnd comes after the last Replayed of a search.
type SearchEnd struct {
	Count  int    `json:"count"`           // the events found
	More   bool   `json:"more,omitzero"`   // there may be others, further back
	Before uint64 `json:"before,omitzero"` // they are before this position; 0: there are none
	Behind bool   `json:"behind,omitzero"` // the index is behind the head: the newest lines were not searched
}

func (e SearchEnd) appendText(dst []byte, _ Room) []byte {
	further, behind := "", ""
	if e.Before > 0 {
		further = "; /search before " + strconv.FormatUint(e.Before, 10) + " WORDS goes further back"
	}
	if e.Behind {
		behind = " (what was said last is not searched yet: please try again in a moment)"
	}
	switch {
	case e.Count == 0:
		return sentence(dst, "nothing found", further, behind)
	case e.More:
		return sentence(dst, "the last ", strconv.Itoa(e.Count), " found: /history around N shows more; N stands before the time", further, behind)
	}
	return sentence(dst, plural(e.Count, "line"), " found: /history around N shows more; N stands before the time", behind)
}
