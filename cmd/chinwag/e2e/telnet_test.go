//go:build unix

package e2e

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	ctrlC     = "\x03"
	backspace = "\x7f"
)

// foreign is what has to arrive byte for byte. clean has none of the bytes that GNU telnet takes for keys, see
// TestTelnetSaysEveryLetter.
var (
	clean = []string{
		"你好，世界",
		"👩‍👩‍👧 😀 🇫🇷",
		"ערב טוב",
		"سبت",
		"Tiếng Việt, e\u0301, naïve",
	}
	foreign = append([]string{
		"我的朋友来了，有话说", // 的来有: bytes 0x9a, 0x9d and 0x9c
		"👩‍👩‍👧‍👦 👍🏽 🏳️‍🌈 ❤️",
		"שלום עולם", "مرحبا بالعالم", // ל and م
		"کتاب\u200cها", // with a zero-width non-joiner, as Persian is written
		"नमस्ते",
	}, clean...)
)

// Two at nc and one at telnet hear each other, whatever their script.
func TestNCAndTelnetTalk(t *testing.T) {
	t.Parallel()
	h := open(t, "--rate", "0")
	ann, bob, tina := h.nc(), h.nc(), h.telnet()
	ann.isCalled("ann")
	bob.isCalled("bob")
	tina.expect("-- You are guest-...")
	tina.isCalled("tina")
	for _, s := range foreign {
		ann.types(s)
		bob.expect("<ann> " + s)
		tina.expect("<ann> " + s)
	}
	for _, s := range clean {
		tina.types(s)
		ann.expect("<tina> " + s)
		bob.expect("<tina> " + s)
	}
	bob.sends("as Windows sends it\r\nand as a telnet in character mode does\r\x00\nas an old Mac did\rthe end\n")
	for _, p := range []*person{ann, tina} {
		p.expect("<bob> as Windows sends it", "<bob> and as a telnet in character mode does", "<bob> as an old Mac did", "<bob> the end")
	}
	tina.types("/quit see you")
	tina.expect("-- goodbye: see you", "Connection closed by foreign host.")
	ann.expect("-- tina left: see you")
	for _, p := range []*person{ann, bob} {
		assert.NotContains(t, p.all(), "\xff")
		assert.NotContains(t, p.all(), "\r")
	}
}

// A telnet that is left alone takes a byte of a letter for a key of seven bits: 0x83 for Ctrl-C, 0x8f for Ctrl-O, 0x9a
// for Ctrl-Z, 0x9c for Ctrl-\, of which it sends the telnet command, 0x85 for Ctrl-E and 0x9d for its own escape. Once
// it has shown that it is a telnet, it can be asked for binary, in which every byte is sent.
func TestTelnetSaysEveryLetter(t *testing.T) {
	t.Parallel()
	h := open(t, "--rate", "0")
	ann, tina := h.enter("ann"), h.telnet()
	tina.expect("-- Welcome to chinwag/1...")
	tina.isCalled("tina")
	for _, s := range []string{"我的", "二月有", "⏏", "例会议", "烃", "👍🏽", "来", "光", "שלום", "مرحبا"} {
		tina.types(s, "/ping")
		tina.expect("-- pong")
		ann.types("/ping")
		require.Contains(t, ann.until("-- pong"), "<tina> "+s+"\n")
	}
}

// GNU telnet shows nothing more after Ctrl-C until its timing mark is answered.
func TestTelnetSeesOnAfterCtrlC(t *testing.T) {
	t.Parallel()
	h := open(t)
	ann, tina := h.enter("ann"), h.telnet()
	tina.expect("-- Welcome to chinwag/1...")
	tina.isCalled("tina")
	ann.expect("-- tina joined")
	for range 3 {
		tina.sends("half a thought" + ctrlC)
		tina.types("another thought")
		assert.Equal(t, "<tina> another thought\n", ann.until("<tina> another thought"))
		ann.types("can you see me?")
		tina.expect("<ann> can you see me?")
	}
}

func TestTelnetEditsItsLine(t *testing.T) {
	t.Parallel()
	h := open(t)
	ann, tina := h.enter("ann"), h.telnet()
	tina.expect("-- Welcome to chinwag/1...")
	tina.isCalled("tina")
	tina.types("hex"+backspace+"llo", "你号"+backspace+"好", "all of this\x15only this")
	ann.expect("-- tina joined")
	assert.Equal(t, linesOf("<tina> hello", "<tina> 你好", "<tina> only this"), ann.until("<tina> only this"))
}
