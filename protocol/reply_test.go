package protocol

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAddressOf(t *testing.T) {
	for in, want := range map[string]struct {
		n    Ticket
		rest string
	}{
		"@1 hi":                              {1, "hi"},
		"@12 hi  there ":                     {12, "hi  there "},
		"@1  hi":                             {1, " hi"},
		" @1 x":                              {1, "x"},
		"\u3000@1 x":                         {1, "x"},
		"\u2800\u3164@1 x":                   {1, "x"},
		"\u200d@1 x":                         {1, "x"},
		"\t@1\tx":                            {1, "x"},
		"＠1 x":                               {1, "x"},
		"@１２ x":                              {12, "x"},
		"＠１\u3000你好":                         {1, "你好"},
		"@18446744073709551615 hi":           {18446744073709551615, "hi"},
		"@1: hi":                             {1, ""},
		"@1, hi":                             {1, ""},
		"@1hi":                               {1, ""},
		"@1":                                 {1, ""},
		"@1 ":                                {1, ""},
		"＠１":                                 {1, ""},
		"@2pm then?":                         {2, ""},
		"@01 x":                              {1, ""},
		"@０１ x":                              {1, ""},
		"@0 x":                               {0, ""},
		"@18446744073709551616 hi":           {0, ""},
		"@" + strings.Repeat("1", MaxText-1): {0, ""},
	} {
		n, rest, found := AddressOf(MustText(in))
		assert.True(t, found, "%q", in)
		assert.Equal(t, want.n, n, "%q", in)
		assert.Equal(t, want.rest, rest.s, "%q", in)
	}
	for _, in := range []string{"", " ", "hi", "@", "@ 1 x", "@bob 1", "@@1 x", "@＠1 x", "＠@1 x", "a@1 x", "/@1 x", "1 x", "@-1 x", "@一 x"} {
		_, _, found := AddressOf(MustText(in))
		assert.False(t, found, "%q", in)
	}
}

// Nothing is lost of what may only be said, and the two spellings stay each other's inverse.
func TestALineWithAnAddressIsAReplyOrKeptAsItIs(t *testing.T) {
	for in, want := range map[string]Command{
		"@1 hi":         Reply{Ticket: 1, Text: MustText("hi")},
		"@1  hi ":       Reply{Ticket: 1, Text: MustText(" hi ")},
		"@5000000000 x": Reply{Ticket: 5000000000, Text: MustText("x")},
		"@1 @2 x":       Reply{Ticket: 1, Text: MustText("@2 x")},
		"@1":            Say{Text: MustText("@1")},
		"@1 ":           Say{Text: MustText("@1 ")},
		"@1: hi":        Say{Text: MustText("@1: hi")},
		"@01 x":         Say{Text: MustText("@01 x")},
		" @1 x":         Say{Text: MustText(" @1 x")},
		"＠1 x":          Say{Text: MustText("＠1 x")},
		"@１ x":          Say{Text: MustText("@１ x")},
		"@1\u3000x":     Say{Text: MustText("@1\u3000x")},
		"//@1 x":        Say{Text: MustText("/@1 x")},
	} {
		got, err := ParseCommand(in)
		require.NoError(t, err, "%q", in)
		assert.Equal(t, want, got, "%q", in)
		assert.Equal(t, in+"\n", string(AppendCommand(nil, got)))
	}
}

// The seeds of these were found by the fuzz test, or would have been.
func TestCommandsOfTheDeskInBothSpellings(t *testing.T) {
	for _, in := range []string{
		`{"type":"say","text":"hi","ticket":7}`, `{"type":"say","text":"hi","room":"#tea","id":"1"}`, `{"type":"say","text":"@1 hi"}`,
		`{"type":"say","text":" @1 hi"}`, `{"type":"reply","ticket":1,"text":" hi "}`, `{"type":"take","ticket":5000000000}`,
	} {
		c, err := DecodeCommand([]byte(in))
		require.NoError(t, err, in)
		roundTrip(t, c)
	}
	for in, code := range map[string]string{
		`{"type":"close","text":"bye"}`:            "usage",
		`{"type":"hold","text":"0"}`:               "usage",
		`{"type":"canned","ticket":7}`:             "usage",
		`{"type":"say","text":"hi","ticket":-1}`:   "bad-json",
		`{"type":"say","text":"hi","room":"a b"}`:  "bad-name",
		`{"type":"say","text":"hi","ticket":"@7"}`: "bad-json",
	} {
		_, err := DecodeCommand([]byte(in))
		assert.Equal(t, code, codeOf(t, err), in)
	}
}
