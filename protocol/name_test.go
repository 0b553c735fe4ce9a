package protocol

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.mau.fi/util/confusable"

	"chinwag/protocol/seedtest"
)

func nick(t testing.TB, s string) Nick {
	t.Helper()
	n, err := ParseNick(s)
	require.NoError(t, err, "%q", s)
	return n
}

func TestNickTakesAnyScript(t *testing.T) {
	for in, want := range map[string]string{
		"bob": "bob", "小明": "小明", "Žofie": "Žofie", "Владимир": "Владимир", "محمد": "محمد", "דוד": "דוד",
		"สมชาย": "สมชาย", "li_hua": "li_hua", "a.b-c": "a.b-c", "x": "x", "7of9": "7of9", "🐼": "🐼", "Nguyễn": "Nguyễn",
		"ＡＬＩＣＥ": "ALICE", "  bob  ": "bob", strings.Repeat("明", 32): strings.Repeat("明", 32),
	} {
		assert.Equal(t, want, nick(t, in).String(), "%q", in)
	}
}

func TestNickRefuses(t *testing.T) {
	for _, s := range []string{
		"", " ", "a b", "a\u3000b", "a\u00a0b", "<bob>", "bob>", "#room", "@bob", "/nick", "a,b", "a:b", "a;b", "a'b", `a"b`, "a*b", "a?b", "a!b",
		"-bob", "--", ".", "..", ".bob", "_", "___", "a^b", "a`b", "a|b", "a\\b", "bob\r", "bob\n", "bo\x1bb", "bo\x00b", "bob\u202e", "\u2066bob",
		"bo\u200bb", "bo\u200db", "bo\u00adb", "\u3164", "\uffa0", "\u115f", "\u2800", "\u2800\u2800", "\u0301bob", "a\u0301\u0301\u0301\u0301\u0301",
		"bob\U000e0062", "\xffbob", "\u034f", "bob\ufe0f", strings.Repeat("明", 33), strings.Repeat("x", 33), strings.Repeat("e\u0301", 200),
	} {
		_, err := ParseNick(s)
		if assert.Error(t, err, "%q", s) {
			codeOf(t, err)
		}
	}
}

// No nick can pass for that of a member.
func TestNicksThatLookAlikeShareAKey(t *testing.T) {
	for _, pair := range [][2]string{
		{"bob", "BOB"}, {"alice", "ＡＬＩＣＥ"}, {"alice", "a1ice"}, {"paypal", "раураl"}, {"Ian", "lan"}, {"bOb", "b0b"},
		{"modern", "modem"}, {"é", "e\u0301"}, {"bob", "bоb"}, {"ΑΒΓ", "ABΓ"},
	} {
		a, b := nick(t, pair[0]).Keys(), nick(t, pair[1]).Keys()
		assert.True(t, a[0] == b[0] || a[1] == b[1], "%q and %q: %q %q", pair[0], pair[1], a, b)
	}
	for _, pair := range [][2]string{{"bob", "rob"}, {"小明", "小红"}, {"guest-1", "guest-11"}, {"anna", "hanna"}, {"o", "p"}} {
		a, b := nick(t, pair[0]).Keys(), nick(t, pair[1]).Keys()
		assert.False(t, a[0] == b[0] || a[1] == b[1], "%q and %q", pair[0], pair[1])
	}
}

func TestGuestsNeverLookAlike(t *testing.T) {
	seen := map[string]bool{}
	for i := range 3000 {
		for _, key := range nick(t, "guest-"+itoa(i)).Keys() {
			require.False(t, seen[key], i)
			seen[key] = true
		}
	}
}

func TestReservedNicks(t *testing.T) {
	for _, s := range []string{"operator", "Operator", "OPERATOR", "0perator", "оperator", "server", "System", "you", "Chinwag", "admin"} {
		assert.True(t, nick(t, s).IsReserved(), s)
	}
	for _, s := range []string{"bob", "youssef", "serverless", "guest-1"} {
		assert.False(t, nick(t, s).IsReserved(), s)
	}
}

func TestRoom(t *testing.T) {
	for in, want := range map[string]string{"tea": "#tea", "#tea": "#tea", "#TEA": "#tea", "＃tea": "", "茶室": "#茶室", "#": "", "##x": "", "a b": "", "": ""} {
		r, err := ParseRoom(in)
		if want == "" {
			codeOf(t, err)
			continue
		}
		require.NoError(t, err, in)
		assert.Equal(t, want, r.String())
	}
	lobby, err := ParseRoom("LOBBY")
	require.NoError(t, err)
	assert.Equal(t, Lobby, lobby)
}

// A small letter may take more bytes than its capital, and a store that has bounds must be able to hold each room.
func TestARoomIsAsShortAsItWasWritten(t *testing.T) {
	_, err := ParseRoom(strings.Repeat("İ\u0331", maxName))
	assert.Equal(t, "name-too-long", codeOf(t, err))
	r, err := ParseRoom(strings.Repeat("İ\u0331", maxName*3/4))
	require.NoError(t, err)
	again, err := ParseRoom(r.String())
	require.NoError(t, err)
	assert.Equal(t, r, again)
}

func FuzzName(f *testing.F) {
	for _, s := range []string{"bob", "小明", "раураl", "ＡＬＩＣＥ", "e\u0301", "\u202e", "#tea", "👩‍🚀", "\xff", "ǅ", "ﬁ", "ſ", "İ", strings.Repeat("İ\u0331", maxName)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		sameOnBothWays(t, s)
		if n, err := ParseNick(s); err == nil {
			assertClean(t, n.String())
			assert.LessOrEqual(t, uniseg.GraphemeClusterCount(n.String()), maxName)
			assert.NotContains(t, n.String(), " ")
			assert.NotContains(t, "<>[]()#/@*-.", n.String()[:1])
			again, err := ParseNick(n.String())
			require.NoError(t, err, "a nick parses again: %q", n)
			assert.Equal(t, n, again)
			assert.True(t, n.Same(again))
			assert.Equal(t, n.Keys(), again.Keys())
			sameKeys(t, n)
		} else {
			codeOf(t, err)
		}
		if r, err := ParseRoom(s); err == nil {
			assertClean(t, r.String())
			again, err := ParseRoom(r.String())
			require.NoError(t, err, "a room parses again: %q", r)
			assert.Equal(t, r, again)
		} else {
			codeOf(t, err)
		}
	})
}

// A plain name takes a short way through the parser and to its keys. What comes out is the same on the long one: for
// all short strings of what a name may hold in ASCII and of what it may not, for every letter of a plain name, and for
// longer ones.
func TestPlainNamesAreTheSameOnBothWays(t *testing.T) {
	const inNames = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-."
	same := func(s string) { sameOnBothWays(t, s) }
	allStrings("", inNames, 3, same)
	var ascii strings.Builder
	for c := range utf8.RuneSelf {
		ascii.WriteByte(byte(c))
	}
	allStrings("", ascii.String(), 2, same)
	for r := range rune(unicode.MaxRune + 1) {
		if isPlainName(string(r)) {
			same(string(r))
			sameKeys(t, Nick{"a" + string(r)})
		}
	}
	rng := rand.New(rand.NewPCG(seedtest.One(t, 1), 2))
	alphabets := [][]rune{[]rune(inNames), []rune("Li明红龥_"), []rune(ascii.String()), []rune("aBｂ明の龦é\u0301\u0327 #한")}
	for range 5_000 {
		from := alphabets[rng.IntN(len(alphabets))]
		s := make([]rune, 3+rng.IntN(2*maxName))
		for i := range s {
			s[i] = from[rng.IntN(len(from))]
		}
		same(string(s))
		sameKeys(t, Nick{string(s)})
	}
}

// allStrings calls f with prefix and up to n characters of the alphabet behind it.
func allStrings(prefix, alphabet string, n int, f func(string)) {
	f(prefix)
	if n == 0 {
		return
	}
	for _, c := range alphabet {
		allStrings(prefix+string(c), alphabet, n-1, f)
	}
}

func sameOnBothWays(t *testing.T, s string) {
	long, errLong := parseAnyName(s, "a name")
	short, errShort := parseName(s, "a name")
	if long != short || (errLong == nil) != (errShort == nil) {
		t.Fatalf("%q is parsed as %q, %v and not as %q, %v", s, short, errShort, long, errLong)
	}
	if long, short := foldAny(s), fold(s); long != short {
		t.Fatalf("%q folds to %q and not to %q", s, short, long)
	}
	if long, short := confusable.Skeleton(s), skeleton(s); long != short {
		t.Fatalf("%q looks like %q and not like %q", s, short, long)
	}
}

func sameKeys(t *testing.T, n Nick) {
	long := [2]string{"a" + confusable.Skeleton(foldAny(n.s)), "b" + foldAny(confusable.Skeleton(n.s))}
	if n.Keys() != long {
		t.Fatalf("%q has the keys %q and not %q", n.s, n.Keys(), long)
	}
}
