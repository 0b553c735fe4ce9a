package protocol

import (
	"strconv"
	"strings"
	"time"
)

// AppendEvent appends e as a person reads it: one line with its line end. User text stands only behind a prefix of the
// server's, so no line can be forged. Times are told in the server's zone.
func AppendEvent(dst []byte, e Event) []byte { return e.appendText(dst, Room{}) }

// notice begins a line of the server's. Every line that is not a user's begins with "-- ".
func notice(dst []byte, in Room) []byte {
	dst = append(dst, "-- "...)
	if in != (Room{}) {
		dst = append(append(dst, in.s...), ": "...)
	}
	return dst
}

// elsewhere begins a line of a user's in a room that is not in front.
func elsewhere(dst []byte, in Room) []byte {
	if in != (Room{}) {
		dst = append(append(dst, in.s...), ' ')
	}
	return dst
}

// sentence is a line of the server's that is of no room.
func sentence(dst []byte, parts ...string) []byte { return line(append(dst, "-- "...), parts...) }

func line(dst []byte, parts ...string) []byte {
	for _, p := range parts {
		dst = append(dst, p...)
	}
	return append(dst, '\n')
}

// colon ends a sentence with the author's words, if there are any.
func colon(dst []byte, t Text) []byte {
	if t.s == "" {
		return append(dst, '\n')
	}
	return line(dst, ": ", t.s)
}

// appendWhen appends the position of a line that was found, and the time of the line.
func appendWhen(dst []byte, e Replayed) []byte {
	layout := "15:04] "
	if e.Dated {
		layout = "2006-01-02 15:04] "
	}
	at := MetaOf(e.Event)
	if e.Found {
		dst = append(strconv.AppendUint(dst, at.Seq, 10), ' ')
	}
	return at.Time.Local().AppendFormat(dst, layout)
}

func more(dst []byte, n int) []byte {
	if n > 0 {
		return line(dst, " and ", strconv.Itoa(n), " more")
	}
	return append(dst, '\n')
}

func plural(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return strconv.Itoa(n) + " " + what
}

func join(names []Nick) string {
	if len(names) == 0 {
		return "nobody"
	}
	s := make([]string, len(names))
	for i, n := range names {
		s[i] = n.s
	}
	return strings.Join(s, ", ")
}

// ParseEvent reads one line as a person reads it, without its line end, as far as text can tell: Said, Acted, Whispered
// and the lines of the desk, also as a Replayed, and everything else as a Notice of the same words. A line of a room
// that is not in front is Elsewhere. AppendEvent makes the same line of the result.
func ParseEvent(s string) (Event, error) {
	t, err := ParseText(s)
	if err != nil {
		return nil, err
	}
	if rest, ok := strings.CutPrefix(t.s, "-- "); ok {
		return Notice{Text{rest}}, nil
	}
	if at, dated, rest, ok := cutTime(t.s); ok {
		e, err := ParseEvent(rest)
		if err != nil {
			return nil, err
		}
		switch e := e.(type) {
		case Recorded:
			return Replayed{Event: e.WithMeta(Meta{Time: at}), Dated: dated}, nil
		case Elsewhere:
			was := e.Event.(Recorded)
			return Replayed{Event: Elsewhere{was.WithMeta(Meta{Time: at, Room: MetaOf(was).Room})}, Dated: dated}, nil
		}
		return nil, errNoEvent
	}
	if strings.HasPrefix(t.s, "#") {
		return parseElsewhere(t.s)
	}
	if rest, ok := strings.CutPrefix(t.s, "<"); ok {
		return parseSaid(rest)
	}
	if rest, ok := strings.CutPrefix(t.s, "* "); ok {
		return parseActed(rest)
	}
	if e, ok := parseDesk(t.s); ok {
		return e, nil
	}
	if rest, ok := strings.CutPrefix(t.s, "["); ok {
		return parseWhispered(rest)
	}
	return nil, errNoEvent
}

var errNoEvent = Refuse("no-event", "that line is not chinwag's")

func nickThen(s, sep string) (Nick, Text, error) {
	name, rest, ok := strings.Cut(s, sep)
	if !ok {
		return Nick{}, Text{}, errNoEvent
	}
	n, err := ParseNick(name)
	return n, Text{rest}, err
}

func cutTime(s string) (at time.Time, dated bool, rest string, ok bool) {
	stamp, rest, ok := strings.Cut(s, "] ")
	if !ok || !strings.HasPrefix(stamp, "[") {
		return at, false, "", false
	}
	for _, layout := range []string{"15:04", "2006-01-02 15:04"} {
		if at, err := time.ParseInLocation(layout, stamp[1:], time.Local); err == nil {
			return at, len(layout) > len("15:04"), rest, true
		}
	}
	return at, false, "", false
}

// parseElsewhere reads what was said in a room that is not in front.
func parseElsewhere(s string) (Event, error) {
	name, rest, _ := strings.Cut(s, " ")
	room, err := ParseRoom(name)
	if err != nil || room.s != name {
		return nil, errNoEvent
	}
	e, err := ParseEvent(rest)
	switch e := e.(type) {
	case Whispered: // it is of no room
	case Recorded:
		return Elsewhere{e.WithMeta(Meta{Room: room})}, err
	}
	return nil, errNoEvent
}
