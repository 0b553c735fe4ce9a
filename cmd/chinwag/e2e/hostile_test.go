//go:build unix

package e2e

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What an attacker would like to have on the screen of another session.
var hostile = []string{
	"\x1b[2J\x1b[1;1HFORGED",
	"\x1b]0;FORGED\x07", "\x1bP1$rFORGED\x1b\\", "\x1bcFORGED",
	"\a\a\aFORGED\b\b\b\b\b\b\b\b-- bob left",
	"x\r-- bob left FORGED",
	"x\r\x00<ann> FORGED",
	"x\v-- bob left FORGED\f-- bob left",
	"x\x7f\x7fFORGED\x00\x01\x1a",
	"\u0085-- bob left FORGED", "\u009b2JFORGED", "\u009d0;FORGED\u009c", "\xc2\x9bFORGED", "\x9b2JFORGED", "\xe2\x28\xa1FORGED", "\xed\xa0\x80FORGED",
	"x\u2028-- bob left FORGED\u2029<ann> FORGED",
	"\u202eDEGROF\u202c FORGED", "\u2066FORGED\u2069", "\u202aFORGED", "\u061c\u200fFORGED",
	"FORGED\U000e0062\U000e0061\U000e007f", "FO\u200bRG\u2060ED\ufeffFORGED",
	"-- bob left FORGED", "<ann> FORGED", "* ann FORGED", "[ann -> you] FORGED", "[12:31] <ann> FORGED",
	"FORGED" + strings.Repeat(" ", 200) + "-- bob left",
	"FORGED" + strings.Repeat("\u0301", 200),
}

// Where an attacker can put it.
var holes = []string{"%s", "//%s", "/me %s", "/msg ann %s", "/topic %s", "/away %s", "/nick %s", "/join %s", "/join #lobby", "/away", "/%s", "/ignore %s"}

// TestG9OneLineInIsOneLineOut also stands for "Nobody may fake system or other people's lines".
func TestG9OneLineInIsOneLineOut(t *testing.T) {
	t.Parallel()
	h := open(t, "--rate", "0", "--replay", "1000", "--per-address-rate", "0")
	ann := h.enter("ann")
	for _, s := range hostile {
		eve := h.stranger()
		for _, hole := range holes {
			eve.sends(strings.ReplaceAll(hole, "%s", s) + "\n")
		}
		eve.sends("/quit " + s + "\n")
		_ = eve.conn.CloseWrite() // for those whose /quit is refused
		checkSafe(t, eve.ends())
	}
	ann.types("/topic", "/rooms", "/who", "/history all")
	ann.expect("-- end of history")
	late := h.enter("late")
	checkSafe(t, ann.all())
	checkSafe(t, late.all())
	assert.Greater(t, strings.Count(late.all(), "FORGED"), len(hostile), "there was something to see")
}

// prefixed is a line of the server's in which the words of a session may stand, and where.
var prefixed = regexp.MustCompile(`^(\[\d\d:\d\d\] )?(<[^ >]+> |\* [^ ]+ |\[[^ ]+ -> [^ ]+\] |-- ([^ ]+ (set the topic: |is away: |are away: |left: |left|joined|is now |went to #|cleared the topic|looks too much like )|topic of #[^ ]+: |\d+ in #[^ ]+: |\d+ rooms?: |goodbye: |you are now |you are in |you are away: |you set the topic: |there is nobody called |there is no /|#))`)

// checkSafe looks at every line on a screen as its terminal would.
func checkSafe(t *testing.T, seen string) {
	t.Helper()
	assert.True(t, utf8.ValidString(seen), "valid UTF-8")
	for line := range strings.Lines(seen) {
		line = strings.TrimSuffix(line, "\n")
		assert.Equal(t, -1, strings.IndexFunc(line, isHostile), "%+q", line)
		assert.NotRegexp(t, `^(\[\d\d:\d\d\] )?(-- bob|<ann>|\* ann|\[ann)`, line)
		assert.LessOrEqual(t, strings.Count(line, "\u0301"), 8)
		if strings.Contains(line, "FORGED") || strings.Contains(line, "bob left") {
			assert.Regexp(t, prefixed, line)
		}
	}
}

func isHostile(r rune) bool {
	return r < ' ' || r >= 0x7f && r <= 0x9f || r == '\u2028' || r == '\u2029' ||
		r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' ||
		r == '\u200b' || r == '\u2060' || r == '\ufeff' || r >= 0xe0000 && r <= 0xe0fff
}

// A connection that speaks another protocol has no session.
func TestStrangersAreNotHeard(t *testing.T) {
	t.Parallel()
	for name, calls := range map[string]func(c net.Conn) error{
		"http": says("GET / HTTP/1.1\r\nHost: example.org\r\nUser-Agent: curl/8\r\nCookie: secret\r\n\r\n"),
		"post": says("POST /cgi HTTP/1.0\r\nContent-Length: 9\r\n\r\nsecret=1\n"),
		"ssh":  says("SSH-2.0-OpenSSH_9.6\r\n\x00\x00\x05\xdc\x07\x14secret\n"),
		"tls": func(c net.Conn) error {
			if err := tls.Client(c, &tls.Config{InsecureSkipVerify: true}).Handshake(); err == nil {
				return fmt.Errorf("a handshake with a chat room")
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := open(t, "--log-level", "debug")
			ann, bob := h.enter("ann"), h.enter("bob")
			ann.expect("-- bob joined")
			c := h.dial()
			require.NoError(t, calls(c))
			_, _ = io.Copy(io.Discard, c) // until the server has had enough
			h.log.expect("...msg=disconnected...")
			bob.types("still here")
			assert.Equal(t, "<bob> still here\n", ann.until("<bob> still here"))
		})
	}
}

func says(s string) func(net.Conn) error {
	return func(c net.Conn) error {
		_, err := io.WriteString(c, s)
		return err
	}
}

// What is not a whole line when a connection breaks is not said.
func TestHalfALineIsNotSaid(t *testing.T) {
	t.Parallel()
	h := open(t)
	ann, eve := h.enter("ann"), h.enter("eve")
	ann.expect("-- eve joined")
	eve.types("a whole line")
	eve.sends("half a li")
	ann.expect("<eve> a whole line")
	reset(t, eve.conn)
	assert.Equal(t, "-- eve left (the connection broke)\n", ann.until("-- eve left..."))
}

// A line may come in as many pieces as it likes, cut inside its letters too.
func TestALineMayComeInPieces(t *testing.T) {
	t.Parallel()
	h := open(t)
	ann, eve := h.enter("ann"), h.enter("eve")
	for _, b := range []byte("你好\r\nzwei") {
		eve.sends(string([]byte{b}))
	}
	eve.sends("\ndrei\nvier\n")
	ann.expect("-- eve joined")
	assert.Equal(t, linesOf("<eve> 你好", "<eve> zwei", "<eve> drei", "<eve> vier"), ann.until("<eve> vier"))
}

// Connections that break off during the greeting are told to no session.
func TestBrokenGreetingsHurtNobody(t *testing.T) {
	t.Parallel()
	h := open(t, "--per-address", "0", "--per-address-rate", "0", "--log-level", "debug")
	ann, bob := h.enter("ann"), h.enter("bob")
	ann.expect("-- bob joined")
	for i := range 200 {
		c := h.dial()
		if i%2 == 0 {
			_, err := c.Write([]byte("ha"))
			require.NoError(t, err)
		}
		reset(t, c)
	}
	for range 200 {
		h.log.expect("...msg=disconnected...")
	}
	bob.types("still here")
	assert.Equal(t, "<bob> still here\n", ann.until("<bob> still here"))
	ann.types("/who")
	ann.expect("-- 2 in #lobby: ann, bob")
}

// A client that says nothing is announced after a moment, and hinders no other.
func TestSilentOnesHinderNobody(t *testing.T) {
	t.Parallel()
	h := open(t)
	ann, bob := h.enter("ann"), h.enter("bob")
	for range 10 {
		h.dial()
	}
	for range 10 {
		ann.expect("... joined")
	}
	bob.types("still here")
	ann.expect("<bob> still here")
}

// reset breaks a connection without a goodbye, as a crash or a pulled plug does.
func reset(t *testing.T, c *net.TCPConn) {
	t.Helper()
	require.NoError(t, c.SetLinger(0))
	require.NoError(t, c.Close())
}
