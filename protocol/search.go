package protocol

import "strconv"

// Search asks for the last lines that hold all of the words.
type Search struct {
	Text Text `json:"text"`          // the words
	Room Room `json:"room,omitzero"` // zero: the room in front
}

func (Search) verb() *Verb { return searchVerb }

var searchVerb = newVerb(Verb{
	Name: "search", Args: "WORDS", Help: "looks for what was said here", Example: "/search 天气 tea",
}, syntax[Search]{
	parse:    func(t Text) (Search, error) { return Search{Text: t}, nil },
	args:     func(c Search) string { return c.Text.s },
	complete: func(c Search) bool { return !c.Text.IsBlank() },
})

// SearchEnd comes after the last Replayed of a search.
type SearchEnd struct {
	Count  int  `json:"count"`           // the events found
	More   bool `json:"more,omitzero"`   // there may be others, further back
	Behind bool `json:"behind,omitzero"` // the index is behind the head: the newest lines were not searched
}

func (e SearchEnd) appendText(dst []byte, _ Room) []byte {
	behind := ""
	if e.Behind {
		behind = " (what was said last is not searched yet: please try again in a moment)"
	}
	switch {
	case e.Count == 0:
		return sentence(dst, "nothing found", behind)
	case e.More:
		return sentence(dst, "the last ", strconv.Itoa(e.Count), " found: /history around N shows more; N stands before the time", behind)
	}
	return sentence(dst, plural(e.Count, "line"), " found: /history around N shows more; N stands before the time", behind)
}
