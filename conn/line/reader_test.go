package line

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"chinwag/conn/conntest"
	"chinwag/conn/socket"
)

func TestLinesEndAsOnAnybodysKeyboard(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"LF", "a\nb\n", "a|b"},
		{"CR LF", "a\r\nb\r\n", "a|b"},
		{"CR NUL", "a\r\x00b\r\x00", "a|b"},
		{"CR NUL LF", "a\r\x00\nb\r\x00\n", "a|b"},
		{"CR alone", "a\rb\r", "a|b"},
		{"CR, then LF", "a\rb\nc\n", "a|b|c"},
		{"all of them", "a\r\nb\nc\rd\r\x00e\r\x00\nf\n", "a|b|c|d|e|f"},
		{"blank lines stay", "\n\r\n\r\r\x00a\n", "||||a"},
		{"CR CR LF", "a\r\r\n", "a|"},
		{"LF CR", "a\n\rb\n", "a||b"},
		{"LF LF after CR", "a\r\n\nb\n", "a||b"},
		{"NUL that ends nothing", "a\x00b\n\x00\n", "a\x00b|\x00"},
		{"NUL twice after CR", "a\r\x00\x00b\n", "a|\x00b"},
		{"three in one packet", "one\ntwo\nthree\n", "one|two|three"},
		{"no end at the end", "a\nb", "a|b"},
		{"one byte", "a", "a"},
		{"garbage", "\x01\x80\xfe\x7f\xc3\n\xc0\xaf\n", "\x01\x80\xfe\x7f\xc3|\xc0\xaf"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, told, err := readAll(conntest.Packets(c.in), 100)
			assert.Equal(t, io.EOF, err)
			assert.Equal(t, c.want, strings.Join(texts(got), "|"))
			assert.Empty(t, told)
		})
	}
}

func TestNothingIsNoLine(t *testing.T) {
	got, _, err := readAll(conntest.Packets(), 100)
	assert.Equal(t, io.EOF, err)
	assert.Empty(t, got)
}

// everything is a conversation with all that can come in one.
const everything = "hi\r\n你好 é 👩‍👩‍👧\r\x00\nשלום\nCR\ra\r\x00b\r\r\n\n" +
	"\xff\xfb\x1f\xff\xfa\x1f\x00\x50\xff\xff\x18\xff\xf0naws\r\n" +
	"mis\xff\xf7\xff\xf7oops\r\n\xff\xfd\x01\xff\xf4\xff\xfd\x06after Ctrl-C\r\n" +
	"\xff\xfe\x03\xff\xfc\x01lat\xffin \xff\r\n\xff\ne\xff\xff\n" +
	"this one is longer than all the others and too long\r\nlast 你"

func TestCutsAreNotSeen(t *testing.T) {
	const max = 40
	want, told, err := readAll(conntest.Packets(everything), max)
	assert.Equal(t, io.EOF, err)
	assert.Contains(t, texts(want), "你好 é 👩‍👩‍👧")
	assert.Contains(t, texts(want), "moops")
	assert.Contains(t, texts(want), "after Ctrl-C")
	assert.Contains(t, texts(want), "last 你")
	assert.Contains(t, want, readLine{"this one is longer than all the others a", true})
	check := func(name string, r io.Reader) {
		got, answers, err := readAll(r, max)
		assert.Equal(t, io.EOF, err, name)
		assert.Equal(t, want, got, name)
		assert.Equal(t, told, answers, name)
	}
	for i := range len(everything) {
		check(fmt.Sprintf("in two at %d", i), conntest.Packets(everything[:i], everything[i:]))
		check(fmt.Sprintf("three bytes apart at %d", i), conntest.Packets(everything[:i], everything[i:min(i+3, len(everything))], everything[min(i+3, len(everything)):]))
	}
	single := &conntest.FakeConn{}
	for i := range len(everything) {
		single.Reads = append(single.Reads, everything[i:i+1])
	}
	check("a byte at a time", single)
}

func TestHalfALineOfABrokenConnectionIsNone(t *testing.T) {
	broken := errors.New("reset")
	p := conntest.Packets("whole\nhal")
	p.Err = broken
	got, _, err := readAll(p, 100)
	assert.Equal(t, broken, err)
	assert.Equal(t, []string{"whole"}, texts(got))
}

func TestTheEndStaysTheEnd(t *testing.T) {
	l := lineReader{in: socket.NewReader(conntest.Packets("a")), max: 10, answer: func([]byte) {}, broken: isWhole}
	_, _, err := l.next()
	assert.NoError(t, err)
	for range 3 {
		_, _, err = l.next()
		assert.Equal(t, io.EOF, err)
	}
}
