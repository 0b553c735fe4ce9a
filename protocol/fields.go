package protocol

import (
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"
)

// How programs write a command, and the refusals of what is written otherwise.

// Field is a member of a command in JSON.
type Field struct {
	Name   string `json:"name"`            // in JSON
	Value  string `json:"value"`           // what it can be
	Needed bool   `json:"needed,omitzero"` // it cannot be left out
}

// Fields are the members of v in JSON, besides its type.
func (v *Verb) Fields() []Field {
	t, list := reflect.TypeOf(v.zero), []Field{}
	for i := range t.NumField() {
		name, options, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		list = append(list, Field{Name: name, Value: valueOf(t.Field(i).Type), Needed: options == ""})
	}
	return list
}

// example is what the example of v parses to.
func (v *Verb) example() Command {
	if v.parse == nil {
		return Hello{Nick: Nick{"bob"}, Room: Room{"#tea"}}
	}
	args := v.Example
	if !v.plain {
		_, args = cutWord(args)
	}
	c, err := v.parse(Text{args})
	if err != nil {
		panic(err)
	}
	return c
}

// exampleJSON is the example of v as a program writes it.
func (v *Verb) exampleJSON() string {
	c := v.example()
	if h, ok := c.(Help); ok {
		h.Typed = false
		c = h
	}
	return strings.TrimSuffix(string(appendJSON(nil, v.Name, c)), "\n")
}

// valueOf says in words what a member of a type can be.
func valueOf(t reflect.Type) string {
	if words, ok := values[t]; ok {
		return words
	}
	panic(fmt.Sprintf("protocol: a member of a type without words: %s", t))
}

var values = map[reflect.Type]string{
	reflect.TypeFor[Text]():        "text",
	reflect.TypeFor[Nick]():        "a name",
	reflect.TypeFor[Room]():        "the name of a room",
	reflect.TypeFor[Ref]():         "an id of your own, 64 bytes at the most",
	reflect.TypeFor[Ticket]():      "the number of a visitor",
	reflect.TypeFor[Tickets]():     "numbers of visitors, as in \"3,7,10-900\"",
	reflect.TypeFor[Origin]():      "an address, as in \"192.0.2.7\" or \"192.0.2.0/24\"",
	reflect.TypeFor[Seconds]():     "a number of seconds",
	reflect.TypeFor[Secret]():      "a password",
	reflect.TypeFor[bool]():        "true or false",
	reflect.TypeFor[int]():         "a number of lines",
	reflect.TypeFor[uint64]():      "a position, which is a number",
	reflect.TypeFor[string]():      "a token, as in the welcome",
	reflect.TypeFor[time.Time]():   "a time in RFC 3339, as in \"2026-11-24T14:00:00Z\"",
	reflect.TypeFor[*int]():        "a number of lines, 0 for none",
	reflect.TypeFor[Presence]():    "\"each\" or \"summary\"",
	reflect.TypeFor[*ResumeFrom](): "an object of \"epoch\" and \"seq\", as they were seen last",
}

// incomplete refuses a command that lacks something.
func (v *Verb) incomplete(c Command) *Refusal {
	var missing []string
	is := reflect.ValueOf(c)
	for i, f := range v.Fields() {
		if f.Needed && isMissing(is.Field(i)) {
			name := fmt.Sprintf("%q", f.Name)
			if f.Name == "sure" {
				name += ":true" // the only value accepted
			}
			missing = append(missing, name)
		}
	}
	why := "needs " + strings.Join(missing, " and ")
	if len(missing) == 0 {
		why = cmp.Or(v.together, "has other members")
	}
	return v.refuse(why)
}

// lacks refuses a command without a member.
func (v *Verb) lacks(member string) *Refusal { return v.refuse("needs " + member) }

func (v *Verb) refuse(why string) *Refusal {
	return Refuse("usage", "%s %s, as %s", v.one(), why, v.exampleJSON())
}

// isMissing reports whether v is zero, or a blank Text.
func isMissing(v reflect.Value) bool {
	if t, ok := v.Interface().(Text); ok {
		return t.IsBlank()
	}
	return v.IsZero()
}

// one is v with its article.
func (v *Verb) one() string {
	if strings.ContainsRune("aeiou", rune(v.Name[0])) {
		return fmt.Sprintf("an %q", v.Name)
	}
	return fmt.Sprintf("a %q", v.Name)
}

// unread refuses a line of JSON that cannot be read as v, and says which member is wrong.
func (v *Verb) unread(b []byte, err error) error {
	if r := refusalOf(err); r.Code != "bad-json" {
		return r
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(b, &members) != nil {
		return refusalOf(err)
	}
	t := reflect.TypeOf(v.zero)
	for i, f := range v.Fields() {
		for name, raw := range members {
			if strings.EqualFold(name, f.Name) && json.Unmarshal(raw, reflect.New(t.Field(i).Type).Interface()) != nil {
				return Refuse("bad-json", "the %q of %s is %s, as in %s", f.Name, v.one(), f.Value, v.exampleJSON())
			}
		}
	}
	return refusalOf(err)
}
