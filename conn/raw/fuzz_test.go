package raw

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"chinwag/protocol"
)

// FuzzReceive: any bytes in any cuts are words that may be shown, each of them one line, and together they are all that
// was sent.
func FuzzReceive(f *testing.F) {
	f.Add("你好\r\n/quit\xff\x00\u202e", []byte{0}, uint16(0), uint16(0))
	f.Add("👍🏽\xe4\xbd", []byte{1, 0, 2}, uint16(7), uint16(0))
	f.Add("你好", []byte{2, 3}, uint16(0), uint16(protocol.MaxText-1))
	f.Fuzz(func(t *testing.T, data string, sizes []byte, max, long uint16) {
		full := strings.Repeat("x", int(long%(protocol.MaxText+1))) // of the buffer
		reads := cut(data, sizes)
		if len(reads) > 0 {
			reads[0] = full + reads[0]
		}
		got := saidOf(t, Options{LineMax: int(max)}, reads...)
		for _, w := range got {
			require.NotEmpty(t, w)
			require.True(t, utf8.ValidString(w))
			require.NotContains(t, w, "\n")
			again, err := protocol.ParseText(w)
			require.NoError(t, err)
			require.Equal(t, w, again.String(), "it is clean")
		}
		if len(reads) > 0 {
			require.Equal(t, full+letters(data), letters(strings.Join(got, "")))
		}
	})
}

// cut is data in reads of these sizes, over and over.
func cut(data string, sizes []byte) (reads []string) {
	for i := 0; data != ""; i++ {
		n := len(data)
		if len(sizes) > 0 {
			n = min(n, 1+int(sizes[i%len(sizes)]))
		}
		reads = append(reads, data[:n])
		data = data[n:]
	}
	return reads
}

// letters are what nothing may swallow of s: the runes that can be seen. Those that have no width of their own may be
// too many on one base.
func letters(s string) string {
	var kept strings.Builder
	for _, r := range s {
		if w := protocol.MustText(string(r)); !w.IsBlank() {
			kept.WriteString(w.String())
		}
	}
	return kept.String()
}
