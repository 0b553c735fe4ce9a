package hub

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"chinwag/hub/state"
	"chinwag/protocol"
)

const aCode, aToken = "k7qm2-xwdab", "KNLBRPBJXPUTRLMNEFGHIJKL2N"

// secretStage is a client beside sessions that have that code and token.
func secretStage() (*loop, *Client) {
	l := newStage(1).loop
	return l, l.clients[1]
}

// tellsSecret reports whether what others would hear of cmd leads to one of these sessions.
func (l *loop) tellsSecret(c *Client, cmd protocol.Command) bool {
	return slices.ContainsFunc(l.secretsIn(c, protocol.WordsOf(cmd)), func(h state.Secret) bool { return h == l.hash(aCode) || h == l.hash(aToken) })
}

func TestWhatHoldsASecretIsKnown(t *testing.T) {
	s, m := secretStage()
	filler := strings.Repeat("hello world ", maxLooks-1) // two words of five letters, as half of a code
	for _, line := range []string{
		aCode, "K7QM2-XWDAB", "k7qm2xwdab", "k7qm2 xwdab", "k7qm2–xwdab", "ｋ７ｑｍ２－ｘｗｄａｂ", "the code is " + aCode + ".", "码" + aCode + "是",
		"You are guest-1 in #lobby (1 here). Type to talk, /help for more; /resume " + aCode + " after a break.", "resume-" + aCode, "（" + aCode + "）",
		aToken, `"token":"` + aToken + `"`, strings.ToLower(aToken), "x " + aToken,
		strings.Repeat("天气", 600) + aCode,
	} {
		assert.True(t, s.tellsSecret(m, protocol.Say{Text: protocol.MustText(line)}), line)
	}
	for _, line := range []string{
		"", "hello", "hello world", "k7qm2-xwdac", "k7qm2xwdabx", "xk7qm2-xwdab", aToken + "X", aToken[1:], "k7qm2 and xwdab", strings.Repeat("k7qm2-", 300),
		filler + filler + "about now",
	} {
		assert.False(t, s.tellsSecret(m, protocol.Say{Text: protocol.MustText(line)}), line)
	}
}

// A line of guesses is worth few of them, but one's own code is known wherever it stands.
func TestALineOfGuessesIsBounded(t *testing.T) {
	s, m := secretStage()
	line := strings.Repeat("aaaaa-aaaaa ", maxLooks) + aCode
	assert.False(t, s.tellsSecret(m, protocol.Say{Text: protocol.MustText(line)}))
	m.code = aCode
	assert.True(t, s.tellsSecret(m, protocol.Say{Text: protocol.MustText(line)}))
}

func TestNothingThatOthersHearHoldsASecret(t *testing.T) {
	s, m := secretStage()
	text, name := protocol.MustText("it is "+aCode), nick("k7qm2-xwdab")
	for _, cmd := range []protocol.Command{
		protocol.Say{Text: text}, protocol.Me{Text: text}, protocol.Msg{To: name, Text: text}, protocol.Topic{Text: text}, protocol.Away{Text: text},
		protocol.Quit{Text: text}, protocol.Desk{Text: text}, protocol.Reply{Ticket: 1, Text: text}, protocol.Note{Ticket: 1, Text: text},
		protocol.Announce{Text: text}, protocol.Kick{Nick: name, Text: text}, protocol.Hold{Text: text}, protocol.Close{Text: text}, protocol.Stop{Text: text},
		protocol.Rename{Nick: name}, protocol.Join{Room: must(protocol.ParseRoom("k7qm2-xwdab"))},
	} {
		assert.True(t, s.tellsSecret(m, cmd), "%T", cmd)
	}
	for _, cmd := range []protocol.Command{protocol.Resume{Code: text}, protocol.Search{Text: text}, protocol.Ping{Ref: aCode}, protocol.Who{}} {
		assert.False(t, s.tellsSecret(m, cmd), "%T", cmd)
	}
}

func TestLookingForSecretsAllocatesNothing(t *testing.T) {
	s, m := secretStage()
	for _, line := range []string{"what is said in a hundred letters, more or less, by many", "你好", ""} {
		var say protocol.Command = protocol.Say{Text: protocol.MustText(line)}
		assert.Zero(t, testing.AllocsPerRun(100, func() { s.secretsIn(m, protocol.WordsOf(say)) }), line)
	}
}

// Lines without wide letters have a way of their own, which finds the same.
func TestTheShortWayFindsTheSameSecrets(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 2))
	found := 0
	for range 20_000 {
		var b strings.Builder
		for range dice.IntN(8) {
			b.WriteString(strings.Repeat("aZ7"[dice.IntN(3):][:1], []int{1, 4, 5, 5, 6, 10, 26}[dice.IntN(7)]))
			b.WriteString([]string{"-", " ", "é", "你", "  ", ""}[dice.IntN(6)])
		}
		short, long := finder{own: "aaaaa-aaaaa", end: -1}, finder{own: "aaaaa-aaaaa", end: -1}
		short.findNarrow(b.String())
		long.findWide(b.String())
		assert.Equal(t, long, short, b.String())
		found += len(short.found)
	}
	assert.Greater(t, found, 1000)
}

// What every line costs.
func BenchmarkLookingForSecrets(b *testing.B) {
	s, m := secretStage()
	for name, line := range map[string]string{
		"English": "what is said in a hundred letters, more or less, is what most people say, and nobody says more",
		"Chinese": "一百个字左右的话是大多数人所说的话，没有人会说得更多，除非他们真的有很多话要说，那就另当别论了。",
	} {
		var say protocol.Command = protocol.Say{Text: protocol.MustText(line)}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				s.secretsIn(m, protocol.WordsOf(say))
			}
		})
	}
}
