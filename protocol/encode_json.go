package protocol

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"unicode/utf8"
)

// In JSON a command or an event is one object, on a line of its own. "type" comes first and names the verb or the
// event; the other members are the fields of the Go type.

// DecodeCommand reads one line as a program writes it. The error is a *Refusal, in a *CommandRefused if the line has an
// id. Unknown members are ignored, so that a program may be newer than the server.
func DecodeCommand(b []byte) (Command, error) {
	c, err := decodeCommand(b)
	if err != nil {
		return nil, RefuseLine(refusalOf(err), b)
	}
	return c, nil
}

func decodeCommand(b []byte) (Command, error) {
	name, err := typeOf(b)
	if err != nil {
		return nil, err
	}
	v := byName[name]
	if v == nil {
		return nil, unknownType(name)
	}
	c, err := v.decode(b)
	if err != nil {
		return nil, v.unread(b, err)
	}
	if !isComplete(c) {
		return nil, v.incomplete(c)
	}
	return labelled(v, c, b)
}

// AppendCommandJSON appends c as a program writes it, with its line end.
func AppendCommandJSON(dst []byte, c Command) []byte {
	if call, ok := c.(Call); ok {
		return appendRef(AppendCommandJSON(dst, call.Command), call.Ref)
	}
	return appendJSON(dst, c.verb().Name, c)
}

// DecodeEvent reads one line that a server sends to a program.
func DecodeEvent(b []byte) (Event, error) {
	head, err := headOf(b)
	if err != nil {
		return nil, err
	}
	row, ok := events[head.Type]
	if !ok {
		return nil, fmt.Errorf("protocol: an event of an unknown type %q", head.Type)
	}
	e, err := row(b)
	if err != nil {
		return nil, err
	}
	if head.Past {
		return Replayed{e, head.Dated, head.Found}, nil
	}
	return e, nil
}

// AppendEventJSON appends e as a program reads it, with its line end. A Replayed is the event itself with "past":true.
func AppendEventJSON(dst []byte, e Event) []byte {
	e = here(e)
	p, isPast := e.(Replayed)
	if isPast {
		e = here(p.Event)
	}
	dst, done := appendFast(dst, e)
	if !done {
		dst = appendJSON(dst, nameOf(e), e)
	}
	if isPast {
		dst = append(dst[:len(dst)-2], `,"past":true`...)
		if p.Dated {
			dst = append(dst, `,"dated":true`...)
		}
		if p.Found {
			dst = append(dst, `,"found":true`...)
		}
		dst = append(dst, '}', '\n')
	}
	return dst
}

// here is e without its Elsewhere, if it has one.
func here(e Event) Event {
	if other, ok := e.(Elsewhere); ok {
		return here(other.Event)
	}
	return e
}

// withLists is e with empty lists for nil ones: a program expects a list, and not null.
func withLists(e Event) Event {
	if l, ok := e.(interface{ withLists() Event }); ok {
		return l.withLists()
	}
	return e
}

func listed[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func nameOf(e Event) string {
	name, ok := eventNames[reflect.TypeOf(e)]
	if !ok {
		panic(fmt.Sprintf("protocol: an event without a name: %T", e))
	}
	return name
}

func decode[C Command](b []byte) (c C, err error) {
	err = json.Unmarshal(b, &c)
	return c, err
}

func decodeEvent[E Event](b []byte) (Event, error) {
	var e E
	err := json.Unmarshal(b, &e)
	return e, err
}

func typeOf(b []byte) (string, error) {
	if !utf8.Valid(b) { // encoding/json would replace the invalid bytes
		return "", Refuse("not-utf8", "that line is not UTF-8")
	}
	if hasHalfLetter(b) { // likewise
		return "", Refuse("not-utf8", `that line holds a half of a letter: one beyond \uFFFF is written as two \u, the first from \uD800 to \uDBFF`)
	}
	var head struct{ Type string }
	if err := json.Unmarshal(b, &head); err != nil {
		return "", refusalOf(err)
	}
	return head.Type, nil
}

// hasHalfLetter reports whether a \u in b is one half of a surrogate pair alone.
func hasHalfLetter(b []byte) bool {
	if !bytes.Contains(b, []byte(`\u`)) { // as most do
		return false
	}
	high := -1 // the end of a high half, where its low half must begin
	for i := 0; i < len(b); i++ {
		if b[i] != '\\' {
			continue
		}
		i++
		if i+5 > len(b) || b[i] != 'u' {
			continue
		}
		n, err := strconv.ParseUint(string(b[i+1:i+5]), 16, 16)
		begin, isHigh, isLow := i-1, n>>10 == 0xD800>>10, n>>10 == 0xDC00>>10
		switch {
		case err != nil:
			return false // no JSON
		case isLow != (high == begin), high >= 0 && high != begin:
			return true
		}
		i += 4
		if high = -1; isHigh {
			high = i + 1
		}
	}
	return high >= 0
}

// head is what an event has besides the fields of its type.
type head struct {
	Type               string
	Past, Dated, Found bool
}

func headOf(b []byte) (h head, err error) {
	if utf8.Valid(b) && json.Unmarshal(b, &h) == nil {
		return h, nil
	}
	name, err := typeOf(b) // a "past", "dated" or "found" of the wrong type alone is no error
	return head{Type: name}, err
}

// refusalOf keeps the refusals of our own parsers. It replaces the errors of encoding/json, whose words are no help to
// a user.
func refusalOf(err error) *Refusal {
	if r, ok := errors.AsType[*Refusal](err); ok {
		return r
	}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && wrong.Field != "" {
		if wrong.Field == "id" {
			return badID
		}
		return Refuse("bad-json", "that line is not a JSON object that I understand: its %q cannot be a %s", wrong.Field, wrong.Value)
	}
	return Refuse("bad-json", `that line is not a JSON object that I understand: one is written like {"type":"say","text":"hello"}, in double quotes`)
}

// appendJSON splices the type into the object that encoding/json makes of v.
func appendJSON(dst []byte, name string, v any) []byte {
	dst = append(append(append(dst, `{"type":"`...), name...), '"')
	buf := bytes.NewBuffer(dst)
	at := buf.Len()
	if e, ok := v.(Event); ok {
		v = withLists(e)
	}
	enc := json.NewEncoder(buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err) // our own types marshal
	}
	dst = buf.Bytes()
	if string(dst[at:]) == "{}\n" {
		return append(dst[:at], '}', '\n')
	}
	dst[at] = ','
	return dst
}
