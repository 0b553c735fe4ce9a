package protocol

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// Ref is a client's own id for a command: at most 64 bytes. It is given back with the acknowledgement or the refusal,
// to its author only. In JSON it is "id" in a command and "ref" in an event, where "id" is that of the event.
type Ref string

// UnmarshalText implements encoding.TextUnmarshaler.
func (r *Ref) UnmarshalText(b []byte) error {
	if len(b) > 64 {
		return badID
	}
	*r = Ref(b)
	return nil
}

var badID = Refuse("bad-id", "an id is a string of at most 64 bytes")

// Duplicate answers a line that was sent again: it stands in the journal already.
type Duplicate struct {
	Ref Ref    `json:"ref"` // the id of the line
	Seq uint64 `json:"seq"` // its position
}

func (Duplicate) appendText(dst []byte, _ Room) []byte {
	return sentence(dst, "that line is safe already")
}

// labelled is c, a command of v, in a Call with the id that stands in b if c has no member for it.
func labelled(v *Verb, c Command, b []byte) (Command, error) {
	if v.ref != nil {
		return c, nil
	}
	var label struct {
		Ref Ref `json:"id"`
	}
	if err := json.Unmarshal(b, &label); err != nil || label.Ref == "" {
		return c, err
	}
	return Call{c, label.Ref}, nil
}

// appendRef appends the id of a Call to the object that dst ends with.
func appendRef(dst []byte, ref Ref) []byte {
	if ref == "" {
		return dst
	}
	member := appendJSON(nil, "", struct {
		Ref Ref `json:"id"`
	}{ref})
	return append(dst[:len(dst)-len("}\n")], member[bytes.IndexByte(member, ','):]...)
}

// CommandRefused is the refusal of a line that has an id. Unwrap returns the Refusal.
type CommandRefused struct {
	Why *Refusal
	Ref Ref
}

func (c *CommandRefused) Error() string { return c.Why.Text }

// Unwrap is for errors.As.
func (c *CommandRefused) Unwrap() error { return c.Why }

// RefuseLine is why as the refusal of a line, with the id in that line.
func RefuseLine(why *Refusal, line []byte) error {
	if ref := RefIn(line); ref != "" {
		return &CommandRefused{why, ref}
	}
	return why
}

// maxTokens is how many tokens of a line that is no JSON are searched for its id.
const maxTokens = 256

// RefIn is the id in a line that may be no command, or only a part of one. If the line is no JSON, it is read up to the
// error. RefIn is empty if there is no id that could be given back.
func RefIn(line []byte) (ref Ref) {
	var label struct {
		Ref json.RawMessage `json:"id"`
	}
	id := ""
	if json.Valid(line) {
		_ = json.Unmarshal(line, &label) // a line that is no object has no id
		_ = json.Unmarshal(label.Ref, &id)
	} else {
		id = idBefore(line)
	}
	if ref.UnmarshalText([]byte(id)) != nil || !utf8.Valid(line) && strings.Contains(id, "\ufffd") {
		return "" // it would be given back with other bytes
	}
	return ref
}

// idBefore is the id in what can be read of a line that is no JSON.
func idBefore(line []byte) (id string) {
	in := json.NewDecoder(bytes.NewReader(line))
	in.UseNumber()
	depth, isKey, name := 0, false, ""
	for range maxTokens {
		token, err := in.Token()
		if err != nil {
			return id
		}
		switch t := token.(type) {
		case json.Delim:
			if t == '}' || t == ']' {
				depth--
			} else {
				depth++
			}
			if depth == 1 && t == '[' || depth == 0 {
				return id // no object, or its end
			}
		case string:
			if isKey {
				name = t
			} else if depth == 1 && strings.EqualFold(name, "id") {
				id = t
			}
		}
		isKey = depth == 1 && !isKey
	}
	return id
}
