package protocol

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAFirstLineThatIsAProgramsIsKnown(t *testing.T) {
	for _, line := range []string{
		`{"type":"hello"}`, "\ufeff" + `{"type":"hello"}`, "\u200b\x00 \u202e" + `{"type":"hello"}` + "\u200d", `{` + "\u200b" + `"type":"hello"}`,
		"{\x00\"\x00t\x00y\x00p\x00e\x00\"\x00:\x00", "\ufeff\ufeff{}", "\u2066{\u2069 \"", `{"`, `{type:"hello",token:"T"}`, `{'type': 'hello'}`,
		`[{"type":"hello"}]`, `"{\"type\":\"hello\",\"token\":\"T\"}"`, `b'{"type": "hello"}'`, `{“type”: “hello”}`, `ï»¿{"type":"hello"}`,
		`> {"type":"hello"}`, `{ "ty` + "\u200b" + `pe" : "hello"`, `{nick = "bob"}`,
	} {
		assert.True(t, IsProgram([]byte(line)), "%q", line)
	}
	for _, line := range []string{
		"", "{", "{hm", "{sic} is what I say", "hello", "{ what kind of tea }", "the type is {x}", "please say {type: hello} first", "/nick bob", "你好{", "\ufeffhi",
	} {
		assert.False(t, IsProgram([]byte(line)), "%q", line)
	}
}

func TestVisible(t *testing.T) {
	for in, want := range map[string]string{
		"\ufeff hi \u200b": "hi", "\x00\u202ea b\u2069": "a b", "\ufeff": "", " \t ": "", "\u2800": "", "é": "é", "\u0301": "",
	} {
		assert.Equal(t, want, string(Visible([]byte(in))), "%q", in)
	}
}
