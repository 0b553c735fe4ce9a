package protocol

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/protocol/seedtest"
)

// What people write arrives as it was sent.
func TestTextKeepsEveryScript(t *testing.T) {
	for _, s := range []string{
		"hello", "你好，世界", "　全角の字下げ", "שלום", "مرحبا يا عالم", "สวัสดีชาวโลก", "नमस्ते", "é", "e\u0301",
		"👨‍👩‍👧‍👦 🏳️‍🌈 🇨🇳 👍🏽 ❤️", "می\u200cخواهم", "a  b", "  indented", "x̂̃̄", "1 < 2 && 3 > 2", "C:\\dir", "\u200fעב\u200e",
	} {
		got, err := ParseText(s)
		require.NoError(t, err)
		assert.Equal(t, s, got.String())
	}
}

func TestG9TextLeavesOutWhatActsOnATerminal(t *testing.T) {
	for in, want := range map[string]string{
		"a\x1b[31mb":                    "a[31mb",
		"bell\x07":                      "bell",
		"one\r-- bob left":              "one -- bob left",
		"one\ntwo":                      "one two",
		"v\vf\fn\u0085":                 "v f n",
		"c1\u009b31m\u0080":             "c131m",
		"tab\tbed":                      "tab bed",
		"ls\u2028ps\u2029.":             "ls ps .",
		"\u202eevil\u202c":              "evil",
		"\u2066iso\u2069":               "iso",
		"zero\u200bwidth\ufeff":         "zerowidth",
		"soft\u00adhyphen":              "softhyphen",
		"flag\U000e0067\U000e007f":      "flag",
		"del\x7f":                       "del",
		"nul\x00":                       "nul",
		"pad" + strings.Repeat(" ", 99): "pad" + strings.Repeat(" ", maxSpaces),
		"pad" + strings.Repeat("\u3000\t", 50) + "x": "pad" + strings.Repeat("\u3000 ", maxSpaces/2) + "x",
		"z" + strings.Repeat("\u0301", 99):           "z" + strings.Repeat("\u0301", maxMarks),
		"j" + strings.Repeat("\u200d", 99):           "j" + strings.Repeat("\u200d", maxMarks),
	} {
		got, err := ParseText(in)
		require.NoError(t, err)
		assert.Equal(t, want, got.String(), "%q", in)
	}
}

func TestTextRefuses(t *testing.T) {
	for in, code := range map[string]string{
		"caf\xe9":                      "not-utf8",
		"\xff\xfd\x03hey":              "not-utf8",
		"\xe4\xbd":                     "not-utf8",
		"\xed\xa0\x80":                 "not-utf8",
		strings.Repeat("x", MaxText+1): "line-too-long",
	} {
		_, err := ParseText(in)
		assert.Equal(t, code, codeOf(t, err), "%q", in)
	}
	_, err := ParseText(strings.Repeat("x", MaxText))
	assert.NoError(t, err)
}

func TestTextIsBlank(t *testing.T) {
	for _, s := range []string{"", " ", "\t \u3000", "\u200d", "\u2800", "\u3164"} {
		assert.True(t, MustText(s).IsBlank(), "%q", s)
	}
	assert.False(t, MustText(" x").IsBlank())
}

// A plain line is taken as it is. Cleaning it would change nothing.
func TestPlainTextIsCleanAsItIs(t *testing.T) {
	for r := range rune(unicode.MaxRune + 1) {
		if isPlainRune(r) && (shown(r) != r || !isVisible(r)) {
			t.Fatalf("%U is not plain", r)
		}
		sameCleaned(t, "a"+string(r))
	}
	pieces := []string{
		"a", "~", "茶", "。", "，", "の", "ツ", "한", "ж", "é", "e\u0301", "\u0301", " ", strings.Repeat(" ", maxSpaces), "\u3000", "\t",
		"\x1b", "\x7f", "\u0085", "\u00a0", "\u00ad", "\u200b", "\u200d", "\u202e", "\u2028", "\u302a", "\u3099", "\u3164", "\ufeff", "\ufffd", "👩‍🚀",
	}
	rng := rand.New(rand.NewPCG(seedtest.One(t, 1), 2))
	for range 20_000 {
		var b strings.Builder
		for range rng.IntN(24) {
			b.WriteString(pieces[rng.IntN(1+rng.IntN(len(pieces)))]) // the plain ones more often
		}
		sameCleaned(t, b.String())
	}
}

func sameCleaned(t *testing.T, s string) {
	if long, short := cleanAny(s), clean(s); long != short {
		t.Fatalf("%q is cleaned to %q and not to %q", s, short, long)
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"hello", "你好", "\x1b[2J", "\u202e", "e\u0301\u0301", "👨‍👩‍👧", "\xff\xfe", "  ", "\r\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := ParseText(s)
		if err != nil {
			codeOf(t, err)
			return
		}
		sameCleaned(t, s)
		assertClean(t, got.String())
		again, err := ParseText(got.String())
		require.NoError(t, err)
		assert.Equal(t, got, again, "cleaning what is clean changes nothing")
	})
}

// assertClean is what every byte that came from one client must hold to reach another's terminal.
func assertClean(t *testing.T, s string) {
	t.Helper()
	require.True(t, utf8.ValidString(s), "%q", s)
	for _, r := range s {
		if unicode.IsControl(r) || unicode.Is(neverShown, r) || r == '\u2028' || r == '\u2029' {
			t.Fatalf("%U in %q", r, s)
		}
	}
}

func codeOf(t *testing.T, err error) string {
	t.Helper()
	var r *Refusal
	require.ErrorAs(t, err, &r)
	assert.NotContains(t, r.Text, "error")
	assertClean(t, r.Text)
	return r.Code
}
