package protocol

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var lineEnds = []string{"\n", "\r\n", "\r", "\v", "\f", "\u0085", "\u2028", "\u2029"}

// A text that a program sends may have line ends in it. No two words become one.
func TestALineEndIsABlank(t *testing.T) {
	for _, end := range lineEnds {
		for in, want := range map[string]string{
			"Hello" + end + "World":                    "Hello World",
			"你好" + end + "世界":                          "你好 世界",
			end + "Hello" + end:                        "Hello",
			"a" + end + end + "b":                      "a  b",
			"a" + strings.Repeat(end, 40) + "b":        "a" + strings.Repeat(" ", maxSpaces) + "b",
			"e\u0301" + end + "\u0301":                 "e\u0301 \u0301",
			"a" + end + " b":                           "a  b",
			end:                                        "",
			"/nick" + end + "bob":                      "/nick bob",
			"a" + end + "\x07" + end + "b":             "a  b",
			strings.Repeat("x", 4000) + end + "\u4e00": strings.Repeat("x", 4000) + " 一",
		} {
			got, err := ParseText(in)
			require.NoError(t, err)
			assert.Equal(t, want, got.String(), "%q", in)
			again, err := ParseText(got.String())
			require.NoError(t, err)
			assert.Equal(t, got, again, "%q", in)
		}
	}
}

func TestALineEndInJSONIsABlank(t *testing.T) {
	for in, want := range map[string]Command{
		`{"type":"say","text":"Hello\nWorld"}`:              Say{Text: MustText("Hello World")},
		`{"type":"say","text":"Hello\r\nWorld\r\n"}`:        Say{Text: MustText("Hello World")},
		`{"type":"me","text":"waves\u2028twice"}`:           Me{Text: MustText("waves twice")},
		`{"type":"topic","text":"tea\u000band\fcake"}`:      Topic{Text: MustText("tea and cake")},
		`{"type":"msg","to":"bob","text":"a\rb\u0085c"}`:    Msg{To: nick(t, "bob"), Text: MustText("a b c")},
		`{"type":"reply","ticket":7,"text":"one\n\ntwo\n"}`: Reply{Ticket: 7, Text: MustText("one  two")},
	} {
		got, err := DecodeCommand([]byte(in))
		require.NoError(t, err)
		assert.Equal(t, want, got, in)
	}
	_, err := DecodeCommand([]byte(`{"type":"say","text":"\n\r\n"}`))
	assert.Equal(t, "usage", codeOf(t, err), "nothing is said with them alone")
}
