package protocol

import (
	"strconv"

	"github.com/google/uuid"
)

// appendFast encodes the most frequent events by hand: encoding/json takes several times as long for the same bytes. It
// reports whether e is such an event. A Nick, a Room or a Text holds only quotes and backslashes for JSON to escape;
// other strings are left to encoding/json unless they are plain.
func appendFast(dst []byte, e Event) ([]byte, bool) {
	switch e := e.(type) {
	case Said:
		if !isPlainASCII(string(e.Ref)) {
			return dst, false
		}
		return appendSaid(dst, e.Meta, e.From, e.Text, e.Ack), true
	case Joined:
		dst = appendMeta(append(dst, `{"type":"joined"`...), e.Meta)
		dst = appendMember(dst, "from", e.From.s)
	case Left:
		if !isPlainASCII(string(e.Reason)) {
			return dst, false
		}
		dst = appendMeta(append(dst, `{"type":"left"`...), e.Meta)
		dst = appendMember(dst, "from", e.From.s)
		dst = appendMember(dst, "reason", string(e.Reason))
		dst = appendMemberIf(dst, "by", e.By.s)
		dst = appendMemberIf(dst, "to", e.To.s)
		dst = appendMemberIf(dst, "text", e.Text.s)
		dst = appendRooms(dst, e.Rooms)
	default:
		return dst, false
	}
	return append(dst, '}', '\n'), true
}

// appendSaid appends a Said, whose Ref is plain.
func appendSaid(dst []byte, m Meta, from Nick, text Text, own Ack) []byte {
	dst = appendMeta(append(dst, `{"type":"said"`...), m)
	dst = appendMember(dst, "from", from.s)
	dst = appendMember(dst, "text", text.s)
	if own.You {
		dst = append(dst, `,"you":true`...)
	}
	dst = appendMemberIf(dst, "ref", string(own.Ref))
	return append(dst, '}', '\n')
}

func appendRooms(dst []byte, rooms []Room) []byte {
	for i, r := range rooms {
		before := ","
		if i == 0 {
			before = `,"rooms":[`
		}
		dst = appendQuoted(append(dst, before...), r.s)
	}
	if len(rooms) > 0 {
		dst = append(dst, ']')
	}
	return dst
}

func appendMeta(dst []byte, m Meta) []byte {
	if m.Seq != 0 {
		dst = strconv.AppendUint(append(dst, `,"seq":`...), m.Seq, 10)
	}
	if m.ID != uuid.Nil {
		id, _ := m.ID.MarshalText() // never fails
		dst = append(append(append(dst, `,"id":"`...), id...), '"')
	}
	if !m.Time.IsZero() {
		at, err := m.Time.AppendText(append(dst, `,"time":"`...))
		if err != nil {
			panic(err) // our own times are of this era
		}
		dst = append(at, '"')
	}
	return appendMemberIf(dst, "room", m.Room.s)
}

func appendMemberIf(dst []byte, name, value string) []byte {
	if value == "" {
		return dst
	}
	return appendMember(dst, name, value)
}

func appendMember(dst []byte, name, value string) []byte {
	return appendQuoted(append(append(append(dst, ',', '"'), name...), '"', ':'), value)
}

func appendQuoted(dst []byte, value string) []byte {
	dst = append(dst, '"')
	from := 0
	for i := range len(value) {
		if value[i] == '"' || value[i] == '\\' {
			dst = append(append(dst, value[from:i]...), '\\')
			from = i
		}
	}
	return append(append(dst, value[from:]...), '"')
}
