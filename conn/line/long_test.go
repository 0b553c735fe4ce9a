package line

import (
	"bytes"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/conn/conntest"
	"chinwag/conn/socket"
)

func TestALongLineIsToldOnceAndTheNextIsFine(t *testing.T) {
	for name, in := range map[string]io.Reader{
		"in one packet": conntest.Packets("before\n" + strings.Repeat("x", 5000) + "\r\nafter\n"),
		"in many":       conntest.Packets("before\n", strings.Repeat("x", 99), strings.Repeat("x", 2000), strings.Repeat("x", 2901), "\r", "\nafter\n"),
	} {
		got, _, err := readAll(in, 100)
		assert.Equal(t, io.EOF, err, name)
		require.Len(t, got, 3, name)
		assert.Equal(t, readLine{"before", false}, got[0], name)
		assert.Equal(t, readLine{strings.Repeat("x", 100), true}, got[1], name)
		assert.Equal(t, readLine{"after", false}, got[2], name)
	}
}

func TestTheLongestLineIsFine(t *testing.T) {
	got, _, _ := readAll(conntest.Packets(strings.Repeat("x", 100)+"\n"+strings.Repeat("y", 101)+"\n"), 100)
	require.Len(t, got, 2)
	assert.False(t, got[0].long)
	assert.True(t, got[1].long)
}

func TestALongLineWithoutEndIsToldAtTheEnd(t *testing.T) {
	got, _, _ := readAll(conntest.Packets(strings.Repeat("x", 101)), 100)
	require.Len(t, got, 1)
	assert.True(t, got[0].long)
}

func TestErasingALongLineBeginsAnew(t *testing.T) {
	got, _, _ := readAll(conntest.Packets(strings.Repeat("x", 500)+"\xff\xf8short\n"), 100)
	assert.Equal(t, []readLine{{"short", false}}, got)
}

// endless is n bytes without a line end. It notes the most memory in use.
type endless struct {
	n    int
	some []byte // of them, over and over
	peak uint64
}

func (e *endless) Read(b []byte) (int, error) {
	if e.n <= 0 {
		return copy(b, "\nafter\n"), io.EOF
	}
	n := copy(b, e.some[:min(len(e.some), e.n)])
	if e.n -= n; e.n%(10<<20) < n {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		e.peak = max(e.peak, m.HeapAlloc)
	}
	return n, nil
}

func TestG10HundredMegabytesWithoutALineEndCostNoMemory(t *testing.T) {
	for _, c := range []struct {
		name string
		fill byte
		size int
	}{
		{"letters", 'x', 100 << 20},
		{"half runes", 0xe4, 10 << 20},
		{"telnet escapes", iac, 1 << 20},
	} {
		t.Run(c.name, func(t *testing.T) {
			var before runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			e := &endless{n: c.size, some: bytes.Repeat([]byte{c.fill}, 1000)}
			got, told, _ := readAll(e, 4096)
			require.Len(t, got, 2)
			assert.True(t, got[0].long)
			assert.Equal(t, readLine{"after", false}, got[1])
			assert.Empty(t, told)
			assert.Less(t, int64(e.peak)-int64(before.HeapAlloc), int64(1<<20))
		})
	}
}

func TestReadingALineAllocatesNothing(t *testing.T) {
	l := lineReader{in: socket.NewReader(&repeated{line: []byte("hello, 你好\r\n")}), max: 4096, answer: func([]byte) {}, broken: isWhole}
	_, _, _ = l.next()
	assert.Zero(t, testing.AllocsPerRun(1000, func() { _, _, _ = l.next() }))
}

// repeated is the same line for ever.
type repeated struct{ line []byte }

func (r *repeated) Read(b []byte) (int, error) { return copy(b, r.line), nil }
