package line

import (
	"bytes"
	"io"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/conn/conntest"
	"chinwag/protocol"
)

// cut is data in packets of these sizes, over and over.
func cut(data, sizes []byte) *conntest.FakeConn {
	p := &conntest.FakeConn{}
	for i := 0; len(data) > 0; i++ {
		n := len(data)
		if len(sizes) > 0 {
			n = min(n, 1+int(sizes[i%len(sizes)]))
		}
		p.Reads = append(p.Reads, string(data[:n]))
		data = data[n:]
	}
	return p
}

var lineEnd = regexp.MustCompile("\r\x00\n|\r\x00|\r\n|\r|\n")

// FuzzLines: any bytes in any cuts are the same lines, and these are what lies between the line ends.
func FuzzLines(f *testing.F) {
	f.Add([]byte(everything), []byte{0}, byte(40))
	f.Add([]byte("a\r\x00\nb\r\r\n\x00\n"), []byte{1, 0, 2}, byte(3))
	f.Fuzz(func(t *testing.T, data, sizes []byte, max byte) {
		got, told, err := readAll(cut(data, nil), int(max))
		require.Equal(t, io.EOF, err)
		again, toldAgain, _ := readAll(cut(data, sizes), int(max))
		require.Equal(t, got, again)
		require.Equal(t, told, toldAgain)
		for _, l := range got {
			require.LessOrEqual(t, len(l.text), int(max))
			require.NotContains(t, l.text, "\r")
			require.NotContains(t, l.text, "\n")
		}
		if bytes.IndexByte(data, iac) >= 0 {
			return
		}
		want := lineEnd.Split(string(data), -1)
		if want[len(want)-1] == "" {
			want = want[:len(want)-1]
		}
		require.Len(t, got, len(want))
		for i, w := range want {
			require.Equal(t, readLine{w[:min(len(w), int(max))], len(w) > int(max)}, got[i])
		}
	})
}

// FuzzTelnet: whatever came before, what is typed next is heard; answers are whole, only to questions, and each refusal
// comes once.
func FuzzTelnet(f *testing.F) {
	f.Add([]byte(everything))
	f.Add([]byte("\xff\xfd\x06\xff\xfb\x01\xff\xfa\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		in := append(bytes.Clone(data), strings.Repeat("x", maxSub+3)+"\nheard\n"...)
		got, told, err := readAll(cut(in, nil), 4096)
		require.Equal(t, io.EOF, err)
		require.Equal(t, readLine{"heard", false}, got[len(got)-1])
		// One question may come of a line that is not UTF-8 and ends with CR.
		require.LessOrEqual(t, len(told)/3, bytes.Count(data, []byte{iac})+1)
		require.Zero(t, len(told)%3)
		seen := map[string]bool{}
		for ; told != ""; told = told[3:] {
			answer := told[:3]
			require.Equal(t, byte(iac), answer[0])
			if answer == "\xff\xfb\x06" {
				continue
			}
			if answer[2] != binary {
				require.Contains(t, []byte{wont, dont}, answer[1])
			}
			require.False(t, seen[answer], "%q twice", answer)
			seen[answer] = true
		}
	})
}

// FuzzReceive: any bytes make only commands that can be written again, and refusals that can be shown.
func FuzzReceive(f *testing.F) {
	for _, v := range protocol.Verbs() {
		f.Add([]byte(v.Example + "\n"))
		f.Add([]byte("{\"type\":\"hello\"}\n{\"type\":\"" + v.Name + "\",\"text\":\"\\u202e\\u001bx\",\"nick\":\"b\",\"to\":\"b\",\"room\":\"r\",\"id\":\"1\"}\n"))
	}
	f.Add([]byte(everything))
	f.Fuzz(func(t *testing.T, data []byte) {
		tr := New(cut(data, nil), Options{})
		for {
			cmd, err := tr.Receive()
			if err == io.EOF || err == errOtherProtocol {
				return
			}
			if err != nil {
				var refusal *protocol.Refusal
				require.ErrorAs(t, err, &refusal)
				require.Nil(t, cmd)
				requireShowable(t, refusal.Text)
				continue
			}
			spelled := protocol.AppendCommandJSON(nil, cmd)
			again, err := protocol.DecodeCommand(spelled)
			require.NoError(t, err, "%s", spelled)
			require.Equal(t, cmd, again)
			if bare, _ := protocol.Split(cmd); !isHello(bare) {
				spelled = protocol.AppendCommand(nil, cmd)
				require.Equal(t, 1, bytes.Count(spelled, []byte("\n")))
				requireShowable(t, string(spelled[:len(spelled)-1]))
			}
		}
	})
}

var unshowable = regexp.MustCompile(`[\p{Cc}\x{2028}\x{2029}\x{202A}-\x{202E}\x{2066}-\x{2069}\x{200B}\x{FEFF}\x{E0000}-\x{E007F}]`)

func requireShowable(t *testing.T, s string) {
	require.True(t, utf8.ValidString(s), "%q", s)
	require.NotRegexp(t, unshowable, s)
}

func TestUnshowable(t *testing.T) {
	assert.Regexp(t, unshowable, "a\u202eb")
	assert.Regexp(t, unshowable, "a\x1bb")
	assert.NotRegexp(t, unshowable, "你 é 👩‍👩‍👧")
}
