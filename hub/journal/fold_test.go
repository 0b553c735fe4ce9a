package journal

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Most text is folded sign by sign, and is what all rules make of it.
func TestPlainTextIsFoldedAsAnyOther(t *testing.T) {
	rules := func(s string) string { return norm.NFC.String(cases.Fold().String(withoutMarks(norm.NFKD.String(s)))) }
	for r := rune(1); r <= unicode.MaxRune; r++ {
		if one, plain := foldSign(r); plain {
			assert.Equal(t, rules(string(r)), string(one), "%U", r)
			assert.Equal(t, rules("が"+string(r)+"한a"), fold("が"+string(r)+"한a"), "%U", r)
		}
	}
}

func TestWhatIsFolded(t *testing.T) {
	for s, want := range map[string]string{
		"": "", "Tea, Please": "tea, please", "ＡＢＣ１２　！": "abc12 !", "ﾌｧｲﾙ ﾊﾞｽ": "ファイル バス", "今天，天气": "今天,天气",
		"Ünïcode Crème e\u0301": "unicode creme e", "ŁÓDŹ Straße STRASSE": "łodz strasse strasse", "ΟΔΟΣ οδος": "οδοσ οδοσ", "Й": "й", "が": "が", "か\u3099": "が",
		"हिन्दी": "हिन्दी", "한국어": "한국어", "\u1112\u1161\u11ab": "한", "❤\ufe0f": "❤", "👩\u200d💻": "👩💻", "zero\u00adwidth": "zerowidth", "①ﬁ…": "1fi...",
	} {
		assert.Equal(t, want, fold(s), "%q", s)
	}
}

func TestWordsAreSeparated(t *testing.T) {
	for s, want := range map[string]string{
		"": "", "...": "", "Hello, World!": "hello world", "今天 Hello天气x": "今 天 hello 天 气 x", "v1.2.3-rc4": "v1 2 3 rc4", "C++": "c", "コーヒー2杯": "コ ー ヒ ー 2 杯",
		"👍🏽ok": "👍 ok", "snake_case": "snake case", "© 7": "7",
	} {
		assert.Equal(t, want, IndexWords(s), "%q", s)
	}
}

func TestWhatAQuestionFinds(t *testing.T) {
	for _, c := range []struct {
		words, text string
		finds       bool
	}{
		{"hel", "Hello there", true}, {"hel there", "hello there", false}, {"there hel", "hello there", true}, {"ello", "hello", false}, {"h", "hello", false}, {"h", "H bomb", true},
		{"hello,", "hello, you", true}, {"hello,", "hello you", false},
		{"1.2.3", "in v1.2.3-rc4", true}, {"1.2.3", "11.2.3", false}, {"1.2.3", "1.2.34", false}, {"1.2.34", "1.2.345", true}, {"1.2.3", "1 2 3", false}, {"2.3", "v1.2.3", true}, {"1.", "v1.", false},
		{"c++", "C++ it is", true}, {"c++", "c d", false}, {"c++", "c", false}, {"c++", "abc++", false}, {"c", "c++", true}, {"-rc4", "1.2.3-rc4", true}, {"b.c", "ab.c", false},
		{"ABC", "ＡＢＣ", true}, {"ＡＢＣ", "abc", true}, {"ファイル", "このﾌｧｲﾙです", true}, {"ﾌｧｲﾙ", "ファイル名", true}, {"サーバ", "サーバー", true},
		{"天气", "今天天气很好", true}, {"气天", "天气", false}, {"天气,", "天气，好", true}, {"天气ok", "今天天气okay", true}, {"天气ok 好", "今天天气okay好", false},
		{"👍", "nice👍🏽", true}, {"👍🏽", "👍", false}, {"cafe", "Café", true}, {"café", "cafe", true}, {"हि", "हिन्दी", true}, {"날씨", "한국어날씨", true},
		{"tea ++", "tea ++", true}, {"tea ++", "tea", false}, {"", "x", true},
	} {
		q := ParseQuestion(c.words)
		assert.Equal(t, c.finds, q.Matches(c.text), "%q in %q", c.words, c.text)
		if c.finds {
			assertPhrases(t, q, c.text)
		}
	}
}

// assertPhrases holds an index to what it must find: a text that matches has all phrases, in a row.
func assertPhrases(t *testing.T, q Question, text string) {
	t.Helper()
	in := " " + IndexWords(text) + " "
	for _, p := range q.Phrases() {
		phrase := " " + strings.Join(p.Words, " ")
		if !p.Prefix {
			phrase += " "
		}
		assert.Contains(t, in, phrase)
	}
}

// Whatever a text and a question are, an index finds what matches.
func FuzzQuestion(f *testing.F) {
	f.Add("1.2.3", "v1.2.3-rc4")
	f.Add("天气 he", "今天天气 hello")
	f.Add("ﾌｧｲﾙ C++", "ファイル c++")
	f.Add("e\u0301 हि", "éh हिन्दी")
	f.Fuzz(func(t *testing.T, words, text string) {
		if q := ParseQuestion(words); q.Matches(text) {
			assertPhrases(t, q, text)
		}
		if q := ParseQuestion(text); utf8.ValidString(text) {
			assert.True(t, q.Matches(text), "each text is found by itself")
		}
	})
}
