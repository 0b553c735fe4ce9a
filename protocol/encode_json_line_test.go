package protocol

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// What a line of JSON may hold beside what is needed, and what it may not.
func TestWhatALineOfJSONMayHold(t *testing.T) {
	for in, want := range map[string]Command{
		`{"type":"who","type":"say","text":"a","text":"b"}`:                                           Say{Text: Text{"b"}},
		`{"text":"a","type":"say","later":{"type":"who","text":5},"more":[null]}`:                     Say{Text: Text{"a"}},
		`{"type":"say","text":"a","x":` + strings.Repeat("[", 9990) + strings.Repeat("]", 9990) + `}`: Say{Text: Text{"a"}},
		`{"type":"away","text":null,"id":null}`:                                                       Away{},
		`{"type":"take","ticket":18446744073709551615}`:                                               Take{1<<64 - 1},
		" \t{ \"type\" : \"say\" , \"text\" : \"a\" }\r":                                              Say{Text: Text{"a"}},
	} {
		c, err := DecodeCommand([]byte(in))
		assert.NoError(t, err, "%.80s", in)
		assert.Equal(t, want, c, "%.80s", in)
	}
	for _, in := range []string{
		`{"type":"say","text":"a","x":` + strings.Repeat("[", 12000) + strings.Repeat("]", 12000) + `}`, `{"type":"say","text":"a"}{"type":"say","text":"b"}`, `[{"type":"say","text":"a"}]`,
		`{"type":"take","ticket":18446744073709551616}`, `{"type":"take","ticket":"7"}`, `{"type":"take","ticket":7.5}`, `{"type":"take","ticket":-7}`, `{"type":"take","ticket":1e400}`, `{"type":"take","ticket":07}`,
		`{"type":"say","text":"a` + "\n" + `b"}`, `{"type":"say","text":"\x41"}`, `{"type":"say","text":"a",}`, `{"type":"say" "text":"a"}`, `null`, `true`, `7`,
	} {
		_, err := DecodeCommand([]byte(in))
		if assert.Error(t, err, "%.80s", in) {
			assert.Contains(t, []string{"bad-json", "unknown-command"}, codeOf(t, err), "%.80s", in)
		}
	}
}

// The refusal of a line that is no JSON shows an example.
func TestWhatIsNoJSONIsShownSome(t *testing.T) {
	t.Parallel()
	for _, line := range []string{`{'type':'say','text':'hi'}`, `{"type":"say"`, `{"type":"say","text":"hi"} x`} {
		_, err := DecodeCommand([]byte(line))
		r, ok := errors.AsType[*Refusal](err)
		if assert.True(t, ok, line) {
			assert.Contains(t, r.Text, `{"type":"say","text":"hello"}`, line)
		}
	}
}
