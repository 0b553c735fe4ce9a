package protocol

import (
	"encoding/json"
	"strconv"
)

// Presence is how a program is told of those that come into its rooms and go from them.
type Presence string

// The values of Hello.Presence.
const (
	EachPresence    Presence = "each"    // by a Joined or Left for each
	SummaryPresence Presence = "summary" // by a Passed for all that come or go together
)

// UnmarshalJSON implements json.Unmarshaler. An unknown value is refused: the program would wait for something else.
func (p *Presence) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	switch Presence(s) {
	case "", EachPresence, SummaryPresence:
		*p = Presence(s)
		return nil
	}
	return Refuse("usage", `the "presence" of a hello is "each" or "summary", and "each" where it is left out`)
}

// MaxPassed is how many names of each kind a Passed has.
const MaxPassed = 20

// Passed tells a program that has asked for it of those that came into a room, and went from it, one after the other.
type Passed struct {
	Seq         uint64 `json:"seq"`          // the position of the last of them
	Room        Room   `json:"room"`         // the room
	Joined      int    `json:"joined"`       // how many came
	Left        int    `json:"left"`         // how many went
	JoinedNames []Nick `json:"joined_names"` // the first of those that came
	LeftNames   []Nick `json:"left_names"`   // the first of those that went
}

func (e Passed) appendText(dst []byte, in Room) []byte {
	dst = notice(dst, in)
	if e.Joined > 0 || e.Left == 0 {
		dst = appendPassed(dst, e.Joined, " joined", e.JoinedNames)
	}
	if e.Joined > 0 && e.Left > 0 {
		dst = append(dst, "; "...)
	}
	if e.Left > 0 {
		dst = appendPassed(dst, e.Left, " have left", e.LeftNames)
	}
	return append(dst, '\n')
}

func appendPassed(dst []byte, n int, how string, names []Nick) []byte {
	dst = append(strconv.AppendInt(dst, int64(n), 10), how...)
	shown := names[:min(len(names), namesShown)]
	for i, who := range shown {
		if i == 0 {
			dst = append(dst, ": "...)
		} else {
			dst = append(dst, ", "...)
		}
		dst = append(dst, who.s...)
	}
	if rest := n - len(shown); rest > 0 && len(shown) > 0 {
		dst = append(strconv.AppendInt(append(dst, " and "...), int64(rest), 10), " more"...)
	}
	return dst
}

func (e Passed) withLists() Event {
	e.JoinedNames, e.LeftNames = listed(e.JoinedNames), listed(e.LeftNames)
	return e
}

// Summarize puts a Passed in the place of all events that follow each other and come into one room, or go from it. A
// kick stays as it is, since programs want to know of it, and so does a going from several rooms at once.
func Summarize(events []Event) (told []Event) {
	var p Passed
	end := func() {
		if p.Seq > 0 {
			told = append(told, p.withLists())
		}
		p = Passed{}
	}
	for _, e := range events {
		at := MetaOf(e)
		joins, is := passes(e)
		if !is || at.Room != p.Room {
			end()
		}
		if !is {
			told = append(told, e)
			continue
		}
		p.Seq, p.Room = at.Seq, at.Room
		if joins {
			p.Joined, p.JoinedNames = p.Joined+1, appendFew(p.JoinedNames, e.(Joined).From)
		} else {
			p.Left, p.LeftNames = p.Left+1, appendFew(p.LeftNames, e.(Left).From)
		}
	}
	end()
	return told
}

func appendFew(names []Nick, n Nick) []Nick {
	if len(names) == MaxPassed {
		return names
	}
	return append(names, n)
}

// passes reports whether e can be part of a Passed, and whether it joins.
func passes(e Event) (joins, is bool) {
	switch e := e.(type) {
	case Joined:
		return true, e.Room != DeskRoom
	case Left:
		return false, e.Room != DeskRoom && e.Reason != Kicked && len(e.Rooms) == 0
	}
	return false, false
}
