package protocol

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
)

// History asks for what was said in the room: the last Lines, up to the position Before or around the position Around,
// or all that is kept, from Since on.
type History struct {
	Lines  int       `json:"lines,omitzero"`  // 0: the server's default
	All    bool      `json:"all,omitzero"`    // all that is kept
	Since  time.Time `json:"since,omitzero"`  // in UTC; a year from 1 to 9999
	Before uint64    `json:"before,omitzero"` // a position; not with Around
	Around uint64    `json:"around,omitzero"` // a position
	Room   Room      `json:"room,omitzero"`   // zero: the room in front
}

func (History) verb() *Verb { return historyVerb }

var historyVerb = newVerb(Verb{
	Name: "history", Args: "[N|all|since TIME|before N|around N]", Brief: "[N|all|since TIME]", Help: "shows what was said here, with the times", Example: "/history since 12:30",
	Forms: []Form{
		{"/history", "shows the last few lines"},
		{"/history 50", "shows the last 50 lines"},
		{"/history all", "shows all that is kept"},
		{"/history since 3h", "shows the last three hours"},
		{"/history since yesterday", "shows what was said since that day began"},
		{"/history before 1234", "goes further back: the end of a history says from where"},
		{"/history around 1234", "what was said around a line: /search tells its number"},
	},
	More:     "a TIME is " + sinceForms + "; a day without a year is the last such day, in the zone in which you are shown times",
	together: `has one of "lines" (1 or more), "all", "since", "before" and "around"`,
}, syntax[History]{
	decode: decodeHistory, parse: parseHistory, args: historyArgs,
	complete: func(c History) bool { return c.Lines >= 0 },
})

func parseHistory(t Text) (History, error) {
	how, rest := cutWord(strings.ToLower(t.s))
	switch {
	case how == "":
		return History{}, nil
	case how == "all" && rest == "":
		return History{All: true}, nil
	case how == "since":
		now := time.Now()
		at, ok := parseSince(rest, now)
		if !ok || !isSpelled(at) {
			return History{}, badSince(now)
		}
		return History{Since: at.UTC()}, nil
	}
	digits := t.s
	if how == "before" || how == "around" {
		digits = rest
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	switch {
	case err != nil || n < 1:
		return History{}, badArgs("history")
	case how == "before":
		return History{Before: uint64(n)}, nil
	case how == "around":
		return History{Around: uint64(n)}, nil
	}
	return History{Lines: int(min(n, math.MaxInt32))}, nil
}

func historyArgs(h History) string {
	switch {
	case h.All:
		return "all"
	case h.Lines > 0:
		return strconv.Itoa(h.Lines)
	case !h.Since.IsZero():
		return "since " + h.Since.Format(time.RFC3339Nano)
	case h.Before > 0:
		return "before " + strconv.FormatUint(h.Before, 10)
	case h.Around > 0:
		return "around " + strconv.FormatUint(h.Around, 10)
	}
	return ""
}

func decodeHistory(b []byte) (History, error) {
	var h struct {
		History
		Since *string `json:"since"`
	}
	if err := json.Unmarshal(b, &h); err != nil {
		return History{}, err
	}
	if h.Since != nil {
		at, err := time.Parse(time.RFC3339, *h.Since)
		if err != nil || !isSpelled(at) {
			return History{}, byName["history"].refuse(`has a "since" like "2026-11-24T14:00:00+01:00"`)
		}
		h.History.Since = at.UTC()
	}
	h.Lines = min(h.Lines, math.MaxInt32)
	if !h.isOneWay() {
		return History{}, byName["history"].refuse(`takes one of "lines", "all", "since" and "around"; "before" goes with all of them but "around"`)
	}
	return h.History, nil
}

// isSpelled reports whether a time can be written in JSON, where a year has four digits. Year 1 is left out, since it
// begins with the zero time.
func isSpelled(at time.Time) bool {
	year := at.UTC().Year()
	return 1 < year && year <= 9999
}

// isOneWay reports whether h names its lines in at most one way.
func (h History) isOneWay() bool {
	ways := 0
	for _, said := range []bool{h.Lines != 0, h.All, !h.Since.IsZero(), h.Around > 0} {
		if said {
			ways++
		}
	}
	return h.Lines >= 0 && (ways == 0 || ways == 1 && (h.Around == 0 || h.Before == 0))
}

// HistoryEnd comes after the last Replayed of a history.
type HistoryEnd struct {
	Before uint64 `json:"before,omitzero"` // there is more before this position; 0: there is not
}

func (e HistoryEnd) appendText(dst []byte, _ Room) []byte {
	if e.Before > 0 {
		return sentence(dst, "end of history; /history before ", strconv.FormatUint(e.Before, 10), " goes further back")
	}
	return sentence(dst, "end of history")
}
