package protocol

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// refOf is the id that err gives back.
func refOf(err error) Ref {
	if bad, ok := errors.AsType[*CommandRefused](err); ok {
		return bad.Ref
	}
	return ""
}

// kindsOf are the names of what a command has in JSON, and of which kind.
func kindsOf(c Command) map[string]reflect.Kind {
	members := map[string]reflect.Kind{}
	for f := range reflect.TypeOf(c).Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		members[name] = f.Type.Kind()
	}
	return members
}

// wholeLine is a command of v with all that it needs, without its last brace.
func wholeLine(t *testing.T, v *Verb) string {
	c := Command(Hello{Nick: MustNick("bob")})
	if v.Name != "hello" {
		var err error
		c, err = ParseCommand(v.Example)
		require.NoError(t, err)
	}
	return strings.TrimSuffix(string(AppendCommandJSON(nil, c)), "}\n")
}

// Every refusal of every command gives back the id, wherever that stands, whatever is wrong; and a good command carries
// it.
func TestEveryRefusalGivesBackTheID(t *testing.T) {
	for _, v := range Verbs() {
		good := wholeLine(t, v)
		for _, line := range []string{good + `,"id":"k1"}`, `{"id":"k1",` + good[1:] + `}`, good + `,"ID":"k1","later":{"id":"no"}}`, good + `,"id":"k0","id":"k1"}`} {
			c, err := DecodeCommand([]byte(line))
			require.NoError(t, err, line)
			bare, ref := Split(c)
			assert.Equal(t, Ref("k1"), ref, line)
			assert.IsType(t, v.zero, bare, line)
			roundTrip(t, c)
		}
		for _, id := range []string{`null`, `""`} {
			c, err := DecodeCommand([]byte(good + `,"id":` + id + `}`))
			require.NoError(t, err)
			assert.NotContains(t, string(AppendCommandJSON(nil, c)), `"id"`)
		}
		for _, id := range []string{`5`, `true`, `{}`, `["k1"]`, `"` + strings.Repeat("i", 65) + `"`, `"` + strings.Repeat("字", 22) + `"`} {
			_, err := DecodeCommand([]byte(good + `,"id":` + id + `}`))
			assert.Equal(t, "bad-id", codeOf(t, err), "%s %s", good, id)
			assert.Empty(t, refOf(err))
		}
		c, err := DecodeCommand([]byte(good + `,"id":"` + strings.Repeat(`\u0001`, 64) + `"}`))
		require.NoError(t, err, "64 bytes are fine, however they are written")
		_, ref := Split(c)
		assert.Len(t, ref, 64)

		faults := map[string]string{`"type":5`: "bad-json", `"type":"dance"`: "unknown", `"type":null`: "unknown"}
		for name, kind := range kindsOf(v.zero) {
			if name == "id" {
				continue
			}
			of := `"type":"` + v.Name + `",` + `"` + name + `":`
			faults[of+`{"a":[{}]}`] = ""
			faults[of+`[1,[2]]`] = ""
			if kind != reflect.Bool {
				faults[of+`true`] = ""
			}
			if kind != reflect.Struct && kind != reflect.String && kind != reflect.Bool {
				faults[of+`"7"`], faults[of+`1e99`], faults[of+`1.5`] = "", "", ""
			}
			if name == "text" || name == "verb" || name == "code" || name == "name" {
				faults[of+`"`+strings.Repeat("x", MaxText+1)+`"`] = "too-long"
				faults[of+`"\ud83d"`] = "not-utf8"
				faults[of+"\"\xff\""] = "not-utf8"
			}
			if name == "nick" || name == "to" || name == "room" {
				faults[of+`"two words"`] = "bad-name"
			}
			if name == "resume" {
				delete(faults, of+`{"a":[{}]}`)
			}
		}
		if !isComplete(v.zero) {
			faults[`"type":"`+v.Name+`"`] = "usage"
		}
		for fault, code := range faults {
			for _, line := range []string{`{` + fault + `,"id":"k1"}`, `{"id":"k1",` + fault + `}`} {
				c, err := DecodeCommand([]byte(line))
				if !assert.Error(t, err, "%s: %#v", line, c) {
					continue
				}
				assert.Equal(t, Ref("k1"), refOf(err), line)
				if got := codeOf(t, err); code != "" {
					assert.Contains(t, got, code, line)
				} else {
					assert.Contains(t, []string{"bad-json", "usage"}, got, line)
				}
			}
		}
		for _, torn := range []string{`"text":"hel`, `"text":"hello"`, `"text":hello}`, `"text":"hello"}}`, "\"text\":\"a\x00b\"}", `'text':'hello'}`, `"text":"hello",}`, `"x":` + strings.Repeat("[", 11_000)} {
			line := `{"type":"` + v.Name + `","id":"k1",` + torn
			_, err := DecodeCommand([]byte(line))
			assert.Equal(t, "bad-json", codeOf(t, err), line)
			assert.Equal(t, Ref("k1"), refOf(err), "it stands before the fault: %s", line)
		}
	}
}

// An id is given back as it was sent, or not at all.
func TestRefIn(t *testing.T) {
	for line, want := range map[string]Ref{
		`{"id":"k1"`: "k1", `{"id":"k1`: "", `{"id":"a\"b\u5b57"}`: "a\"b字", ` {"x":{"id":"no"},"y":[{"id":"no"}],"id":"yes"}`: "yes", `{"x":{"id":"no"}}`: "",
		`["id","k1"]`: "", `"id"`: "", ``: "", `{`: "", `hello`: "", `{"id":5,`: "", `{"id":"k1","id":5}`: "", "{\"id\":\"k\xff\"}": "", "{\"id\":\"k1\",\"text\":\"\xff\"}": "k1",
		`{"n":1e9999,"id":"k1"}`: "k1", `{"id":"k1"}{"id":"k2"}`: "k1", `{"x":[` + strings.Repeat("1,", 300) + `1],"id":"k1"}`: "k1", `{"x":[` + strings.Repeat("1,", 300) + `1],"id":"k1"`: "", // so much is not looked at
		`{"x":[` + strings.Repeat("1,", 100) + `1],"y":{"id":"no"},"id":"k1","z":[{"id":"no"}`: "k1", `[{"id":"k1"}`: "", `{"id":"` + strings.Repeat("x", 65) + `"`: "", `{"id":"k1","text":"` + strings.Repeat("x", 30_000): "k1",
	} {
		assert.Equal(t, want, RefIn([]byte(line)), "%.50q", line)
	}
}

// encoding/json puts another letter in the place of a half one. What was sent is refused then.
func TestAHalfLetterIsRefused(t *testing.T) {
	for text, fine := range map[string]bool{
		`\ud83d\ude00`: true, `a\uD83D\uDE00b`: true, `\u4f60\u597d`: true, `\\ud83d`: true, `\\\\ud83d`: true, `\ufffd`: true, `\"\u0041`: true, `😀`: true,
		`\ud83d`: false, `\ude00`: false, `\ude00\ud83d`: false, `\ud83dx`: false, `\ud83d\n\ude00`: false, `\ud83d\ud83d\ude00`: false, `\ud83d\ude00\ude00`: false, `\\\ud83d`: false,
		`\ud83d\u0041`: false, `\uDFFF.`: false,
	} {
		c, err := DecodeCommand([]byte(`{"type":"say","text":"` + text + `"}`))
		if fine {
			assert.NoError(t, err, text)
			continue
		}
		if assert.Error(t, err, "%s: %v", text, c) {
			assert.Equal(t, "not-utf8", codeOf(t, err), text)
		}
	}
}
