package protocol

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// Call is a command and the id that its client gave it, for a command without a member
// for one. Its refusal gives the id back. It is never in another Call.
type Call struct {
	Command
	Ref Ref
}

// Split is the command in cmd, and the id that cmd has.
func Split(cmd Command) (Command, Ref) {
	switch c := cmd.(type) { // it returns cmd and not c, which would be copied
	case Call:
		return c.Command, c.Ref
	case Say:
		return cmd, c.Ref
	case Me:
		return cmd, c.Ref
	case Msg:
		return cmd, c.Ref
	case Desk:
		return cmd, c.Ref
	case Ping:
		return cmd, c.Ref
	case Reply:
		return cmd, c.Ref
	case Canned:
		return cmd, c.Ref
	case Note:
		return cmd, c.Ref
	}
	return cmd, ""
}

// labelled is c, a command of v, in a Call with the id that stands in b if c has no member for it.
func labelled(v *Verb, c Command, b []byte) (Command, error) {
	if v.keepsID {
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

// RefIn is the id in a line that may be no command, or only a part of one. If the line is no
// JSON, it is read up to the error. RefIn is empty if there is no id that could be given back.
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
