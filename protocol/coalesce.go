package protocol

import "strconv"

// Up to maxEach members that come or go together get a line each. Of more, people are told the first few names and a
// number: thousands of lines at once would hide all else.
const (
	maxEach    = 10
	namesShown = 3
)

// appendCoalesced appends events that follow each other as a person reads them.
func appendCoalesced(dst []byte, events []Event) []byte {
	for len(events) > 0 {
		n := joinsOrParts(events)
		if n > maxEach {
			dst = appendMany(dst, events[:n])
		} else {
			for _, e := range events[:n] {
				dst = AppendEvent(dst, e)
			}
		}
		events = events[n:]
	}
	return dst
}

// appendMany appends one line for all members that come or go.
func appendMany(dst []byte, events []Event) []byte {
	dst = append(dst, "-- "...)
	if other, ok := events[0].(Elsewhere); ok {
		dst = append(append(dst, MetaOf(other).Room.s...), ": "...)
	}
	dst = strconv.AppendInt(dst, int64(len(events)), 10)
	for i, e := range events[:namesShown] {
		who, how, _ := joinOrPart(e)
		if i == 0 {
			dst = append(dst, how...)
		} else {
			dst = append(dst, ", "...)
		}
		dst = append(dst, who.s...)
	}
	return more(dst, len(events)-namesShown)
}

// joinsOrParts is how many of events, from the first on, come into one room or go from it; it is 1 if the first is
// something else.
func joinsOrParts(events []Event) int {
	n := 1
	_, how, room := joinOrPart(events[0])
	for how != "" && n < len(events) && isElsewhere(events[n]) == isElsewhere(events[0]) {
		if _, nextHow, nextRoom := joinOrPart(events[n]); nextHow != how || nextRoom != room {
			break
		}
		n++
	}
	return n
}

func isElsewhere(e Event) bool {
	_, is := e.(Elsewhere)
	return is
}

// joinOrPart is the member that comes into a room or goes from it, and how that is told of many. A kick keeps its own
// line, since people want to see it. "have left" and not "left": a member with the nick 300 can leave with any words
// behind a colon.
func joinOrPart(e Event) (who Nick, how string, room Room) {
	switch e := e.(type) {
	case Elsewhere:
		return joinOrPart(e.Event)
	case Joined:
		return e.From, " joined: ", e.Room
	case Left:
		if e.Reason != Kicked {
			return e.From, " have left: ", e.Room
		}
	}
	return Nick{}, "", Room{}
}
