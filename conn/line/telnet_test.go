package line

import (
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"chinwag/conn/conntest"
)

func TestTelnetNeverLandsInALine(t *testing.T) {
	for _, c := range []struct{ name, in, want, told string }{
		{"in the first line", "\xff\xfb\x1f\xff\xfb\x18hello\r\n", "hello", "\xff\xfe\x1f\xff\xfe\x18"},
		{"in the middle of a rune", "\xe4\xff\xf1\xbd\xff\xf1\xa0\n", "你", ""},
		{"between CR and LF", "a\r\xff\xf1\nb\r\xff\xf1\x00c\n", "a|b|c", ""},
		{"at the end of a stream", "hi\xff", "hi", ""},
		{"an option cut off", "hi\xff\xfd", "hi", ""},
		{"IAC IAC is a byte", "a\xff\xffb\n", "a\xffb", ""},
		{"a subnegotiation", "a\xff\xfa\x1f\x00\x50\x00\x18\xff\xf0b\n", "ab", ""},
		{"NAWS of 10 by 13", "\xff\xfa\x1f\x00\n\x00\r\xff\xf0hi\n", "hi", ""},
		{"IAC IAC in a subnegotiation", "\xff\xfa\x18\xff\xff\xff\xff\xf0\xff\xf0hi\n", "hi", ""},
		{"unasked terminal type", "\xff\xfa\x18\x00xterm\xff\xf0hi\n", "hi", ""},
		{"no answer to WONT and DONT", "\xff\xfc\x01\xff\xfe\x01\xff\xfc\x06\xff\xfe\x06hi\n", "hi", ""},
		{"NOP, break, AYT, AO, GA", "\xff\xf1\xff\xf3\xff\xf6\xff\xf5\xff\xf9hi\n", "hi", ""},
		{"erases a byte", "abx\xff\xf7c\n", "abc", ""},
		{"erases a whole rune", "a你\xff\xf7b👍\xff\xf7c\n", "abc", ""},
		{"erases what is no rune", "a\xe4\xff\xf7b\n", "ab", ""},
		{"erases nothing", "\xff\xf7\xff\xf7a\n", "a", ""},
		{"does not erase the line before", "a\n\xff\xf7\xff\xf8b\n", "a|b", ""},
		{"erases the line", "wrong\xff\xf8right\n", "right", ""},
		{"Ctrl-C", "wrong\xff\xf4\xff\xfd\x06right\n", "right", "\xff\xfb\x06"},
		{"Latin-1", "\xff\nye\xffs\r\n\xff", "\xff|ye\xffs", "\xff\xfd\x00"},
		{"Latin-1 between CR and LF", "a\r\xff\nb\n", "a|\xff|b", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, told, err := readAll(conntest.Packets(c.in), 100)
			assert.Equal(t, io.EOF, err)
			assert.Equal(t, c.want, strings.Join(texts(got), "|"))
			assert.Equal(t, c.told, told)
		})
	}
}

func TestCommandsAtTheEndOfAPacket(t *testing.T) {
	const in = "a\xff\xfd\x06b\xff\xfa\x1f\x00\x50\xff\xff\xff\xf0c\xff\xf7d\n"
	for i := range len(in) {
		got, told, _ := readAll(conntest.Packets(in[:i], in[i:]), 100)
		assert.Equal(t, []string{"abd"}, texts(got), i)
		assert.Equal(t, "\xff\xfb\x06", told, i)
	}
}

// A GNU telnet is blind after Ctrl-C until each mark is answered.
func TestTheTimingMarkIsAnsweredEachTime(t *testing.T) {
	_, told, _ := readAll(conntest.Packets(strings.Repeat("\xff\xf4\xff\xfd\x06", 7)), 100)
	assert.Equal(t, strings.Repeat("\xff\xfb\x06", 7), told)
}

func TestEveryOptionIsRefusedOnce(t *testing.T) {
	for o := range 256 {
		opt := string([]byte{byte(o)})
		if o == timingMark || o == binary {
			continue
		}
		in := strings.Repeat("\xff\xfd"+opt+"\xff\xfb"+opt+"\xff\xfe"+opt+"\xff\xfc"+opt, 5)
		_, told, _ := readAll(conntest.Packets(in), 100)
		assert.Equal(t, "\xff\xfc"+opt+"\xff\xfe"+opt, told, o)
	}
}

// A telnet -8 asks to send and to hear all letters as they are.
func TestBinaryIsTheOneOptionThatIsTaken(t *testing.T) {
	in := strings.Repeat("\xff\xfd\x00\xff\xfb\x00\xff\xfe\x00\xff\xfc\x00", 5)
	_, told, _ := readAll(conntest.Packets(in), 100)
	assert.Equal(t, "\xff\xfb\x00\xff\xfd\x00", told)
}

// GNU telnet takes some bytes in the middle of a letter for control keys. They are put back, and it is asked once not
// to do so.
func TestTornLettersAreMended(t *testing.T) {
	in := ""
	for _, s := range []string{"二月有", "例会议", "烃", "👍🏽", "光"} {
		in += strings.NewReplacer("\x9a", "\xff\xed", "\x9c", "\xff\xf3", "\x83", "\xff\xf4", "\x8f", "\xff\xf5").Replace(s) + "\r\n"
	}
	got, told, _ := readAll(conntest.Packets(in), 100)
	assert.Equal(t, []string{"二月有", "例会议", "烃", "👍🏽", "光"}, texts(got))
	assert.Equal(t, "\xff\xfd\x00", told)

	got, told, _ = readAll(conntest.Packets("half\xff\xf4whole\n"), 100)
	assert.Equal(t, []string{"whole"}, texts(got), "Ctrl-C after a whole letter is Ctrl-C")
	assert.Empty(t, told)
}

// An offer of the timing mark is an option like others.
func TestAnOfferedTimingMarkIsRefusedOnce(t *testing.T) {
	_, told, _ := readAll(conntest.Packets(strings.Repeat("\xff\xfb\x06", 5)), 100)
	assert.Equal(t, "\xff\xfe\x06", told)
}

func TestTwoWhoRefuseComeToAnEnd(t *testing.T) {
	in := ""
	for o := range 256 {
		in += string([]byte{iac, do, byte(o), iac, will, byte(o)})
	}
	_, told, _ := readAll(conntest.Packets(strings.Repeat(in, 3)), 100)
	others := strings.ReplaceAll(told, "\xff\xfb\x06", "")
	assert.Len(t, others, 3*(256+255))
}

func TestASubnegotiationThatNeverEndsIsBounded(t *testing.T) {
	for _, fill := range []string{"x", "line\n", "\xff\xff", "\xff\xfa", "\xff\xf1"} {
		in := "\xff\xfa\x1f" + strings.Repeat(fill, maxSub+2) + strings.Repeat("x", maxSub+2) + "\nhello\n"
		got, _, _ := readAll(conntest.Packets(in), 4096)
		assert.Contains(t, texts(got), "hello", "%q", fill)
	}
}

func TestALineWithoutTelnetIsNeverAnswered(t *testing.T) {
	all := ""
	for b := range 255 {
		all += string([]byte{byte(b)})
	}
	_, told, _ := readAll(conntest.Packets(all, all, "\n"), 4096)
	assert.Empty(t, told)
}
