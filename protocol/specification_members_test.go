package protocol

import (
	"encoding"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestEventsOfTheSpecification compares the table of events with the types, both ways: each event has a row, with all
// of its members and no other.
func TestEventsOfTheSpecification(t *testing.T) {
	said := map[string]bool{}
	for _, head := range []string{"| type | members | |", "| type | members | it tells |"} {
		for _, row := range specified(t, head) {
			for _, name := range namesIn(row[0]) {
				decode, ok := events[name]
				require.True(t, ok, "there is no event %s", name)
				e, err := decode([]byte("{}"))
				require.NoError(t, err)
				assert.False(t, said[name], "%s has one row", name)
				said[name] = true
				assert.Equal(t, membersOf(reflect.TypeOf(e)), row[1], name)
				_, recorded := e.(Recorded)
				assert.Equal(t, head == "| type | members | |", recorded, "%s is in the table of the recorded", name)
			}
		}
	}
	for name := range events {
		assert.True(t, said[name], "%s has no row", name)
	}
}

// TestMarksOfTheSpecification compares what every recorded event carries, and what it carries when it is told again.
func TestMarksOfTheSpecification(t *testing.T) {
	var want []string
	of := map[string]string{}
	for _, row := range specified(t, "| mark | it means |") {
		want = append(want, row[0])
		of[row[0]] = row[1]
	}
	stamp := reflect.TypeFor[Meta]()
	var have []string
	for i := range stamp.NumField() {
		name, _ := tagOf(stamp.Field(i))
		have = append(have, "`"+name+"`")
	}
	plain, past := membersIn(t, AppendEventJSON(nil, Said{})), membersIn(t, AppendEventJSON(nil, Replayed{Said{}, true, true}))
	for name := range plain {
		delete(past, name)
	}
	for _, name := range []string{"past", "dated", "found"} { // as they are written
		assert.True(t, past[name])
		delete(past, name)
		have = append(have, "`"+name+"`")
	}
	assert.Empty(t, past)
	assert.Equal(t, have, want)
}

func membersIn(t *testing.T, b []byte) map[string]bool {
	var all map[string]any
	require.NoError(t, json.Unmarshal(b, &all))
	names := map[string]bool{}
	for name := range all {
		names[name] = true
	}
	return names
}

// TestCommandsOfTheSpecification compares the table of commands with the types, both ways, and tries what each needs:
// with that it is understood, and without any of it it is not.
func TestCommandsOfTheSpecification(t *testing.T) {
	said := map[string]bool{}
	for _, row := range specified(t, "| type | members | it does |") {
		for _, name := range namesIn(row[0]) {
			v := byName[name]
			require.NotNil(t, v, "there is no command %s", name)
			assert.False(t, said[name], "%s has one row", name)
			said[name] = true
			of := reflect.TypeOf(v.zero)
			assert.Equal(t, membersOf(of), row[1], name)
			var needed []string
			for i := range of.NumField() {
				if member, optional := tagOf(of.Field(i)); !optional {
					needed = append(needed, member)
				}
			}
			_, err := DecodeCommand(commandOf(name, needed, ""))
			assert.NoError(t, err, "%s with %v", name, needed)
			for _, without := range needed {
				_, err := DecodeCommand(commandOf(name, needed, without))
				require.Error(t, err, "%s without %s", name, without)
				assert.Equal(t, "usage", codeOf(t, err), "%s without %s", name, without)
			}
		}
	}
	for _, v := range Verbs() {
		assert.True(t, said[v.Name], "%s has no row", v.Name)
	}
}

// commandOf is the command of that name with members of that name, but for one.
func commandOf(name string, members []string, without string) []byte {
	values := map[string]string{
		"text": `"hi"`, "ticket": "7", "nick": `"bob"`, "to": `"bob"`, "room": `"tea"`, "sure": "true", "code": `"k7qm2-xwdab"`, "on": "false",
	}
	b := `{"type":"` + name + `"`
	for _, m := range members {
		if m != without {
			b += `,"` + m + `":` + values[m]
		}
	}
	return []byte(b + "}")
}

// namesIn are the words in a cell that stand between backticks.
func namesIn(cell string) (names []string) {
	for i, part := range strings.Split(cell, "`") {
		if i%2 == 1 {
			names = append(names, part)
		}
	}
	return names
}

// membersOf is how the specification writes the members of a type: those that may be left out with a question mark, and
// those of a member behind it. What every recorded event carries is said once.
func membersOf(of reflect.Type) string {
	var all []string
	for i := range of.NumField() {
		f := of.Field(i)
		if f.Anonymous && f.Type != reflect.TypeFor[Meta]() {
			inner, mayMiss := f.Type, f.Type.Kind() == reflect.Pointer
			if mayMiss {
				inner = inner.Elem()
			}
			for j := range inner.NumField() {
				if inner.Field(j).IsExported() {
					all = append(all, memberOf(inner.Field(j), mayMiss))
				}
			}
		} else if !f.Anonymous {
			all = append(all, memberOf(f, false))
		}
	}
	return strings.Join(all, ", ")
}

func memberOf(f reflect.StructField, mayMiss bool) string {
	name, optional := tagOf(f)
	if optional || mayMiss {
		name += "?"
	}
	name = "`" + name + "`"
	of := f.Type
	for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice {
		of = of.Elem()
	}
	if of.Kind() == reflect.Struct && !of.Implements(reflect.TypeFor[encoding.TextMarshaler]()) {
		name += " (" + membersOf(of) + ")"
	}
	return name
}

func tagOf(f reflect.StructField) (name string, optional bool) {
	name, more, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name, more != ""
}
