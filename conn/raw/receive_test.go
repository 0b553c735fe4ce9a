package raw

import (
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/conn/conntest"
	"chinwag/protocol"
)

func TestOneReadIsOneMessage(t *testing.T) {
	for _, c := range []struct {
		name  string
		reads []string
		want  []string
	}{
		{"words", []string{"你好", "hello, server", "再见"}, []string{"你好", "hello, server", "再见"}},
		{"nothing is a command", []string{"/quit", "//x", "/nick bob", `{"type":"hello"}`}, []string{"/quit", "//x", "/nick bob", `{"type":"hello"}`}},
		{"an end of line at the end", []string{"a\n", "b\r\n", "c\r", "\nd", "e\n\n"}, []string{"a", "b", "c", "d", "e"}},
		{"an end of line inside", []string{"a\nb\r\nc\rd\ve\ff\u0085g\u2028h"}, []string{"a b c d e f g h"}},
		{"blank reads", []string{"\n", "\r\n", " \t ", "\u200b", "\x00", "\x07", "x"}, []string{"x"}},
		{"control characters", []string{"a\x1b[2Jb\x07\x00c\u009b1md\x7f"}, []string{"a[2Jbc1md"}},
		{"text that is turned around", []string{"a\u202eb\u2066c"}, []string{"abc"}},
		{"a C string", []string{"hi\x00"}, []string{"hi"}},
		{"GBK", []string{"\xc4\xe3\xba\xc3"}, []string{"���", "�"}},
		{"invalid among valid", []string{"a\xffb\xfe\xc0\x80"}, []string{"a�b���"}},
		{"telnet is nobody here", []string{"\xff\xfd\x06"}, []string{"��"}},
	} {
		t.Run(c.name, func(t *testing.T) { assert.Equal(t, c.want, saidOf(t, Options{}, c.reads...)) })
	}
}

func TestACutRuneIsWhole(t *testing.T) {
	for _, s := range []string{"你好", "é", "👍🏽", "a你", "好b"} {
		for i := range len(s) - 1 {
			got := strings.Join(saidOf(t, Options{}, s[:i+1], s[i+1:]), "")
			assert.Equal(t, s, got, i+1)
		}
	}
	assert.Equal(t, []string{"你", "好,世界"}, saidOf(t, Options{}, "你\xe5", "\xa5\xbd,世界"), "what is whole does not wait")
	assert.Equal(t, []string{"你", "好"}, saidOf(t, Options{}, strings.Split("\xe4|\xbd|\xa0|\xe5|\xa5|\xbd", "|")...))
}

func TestARuneThatNeverEndsIsWhatItIs(t *testing.T) {
	assert.Equal(t, []string{"ab", "��"}, saidOf(t, Options{}, "ab\xe4\xbd"))
	assert.Equal(t, []string{"�x"}, saidOf(t, Options{}, "\xe4", "x"), "the rest that came is none")
	got, err := said(t, New(&conntest.FakeConn{Reads: []string{"half \xe4"}, Err: syscall.ECONNRESET}, Options{}))
	assert.Equal(t, []string{"half ", "�"}, got, "what came before a break")
	assert.ErrorIs(t, err, syscall.ECONNRESET)
}

func TestARuneWaitsForItsRest(t *testing.T) {
	got, err := inAPipe(t, func(c net.Conn) {
		send(c, "你\xe5")
		time.Sleep(partialTimeout - time.Millisecond)
		send(c, "\xa5\xbd")
		time.Sleep(time.Hour) // the deadline is gone
		send(c, "x\xe5\xa5")
		time.Sleep(partialTimeout + time.Millisecond)
		send(c, "\xbdy")
		time.Sleep(time.Hour)
		send(c, "last")
	})
	assert.Equal(t, []string{"你", "好", "x", "��", "�y", "last"}, got)
	assert.Equal(t, io.EOF, err)
}

// What is whole is heard at once, and half a letter after a while, as what it is.
func TestHalfARuneIsHeardAfterAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		go send(theirs, "hm\xe5\xa5")
		tr := New(ours, Options{})
		for _, want := range []struct {
			words string
			after time.Duration
		}{{"hm", 0}, {"��", partialTimeout}} {
			began := time.Now()
			cmd, err := tr.Receive()
			require.NoError(t, err)
			assert.Equal(t, protocol.Say{Text: protocol.MustText(want.words)}, cmd)
			assert.Equal(t, want.after, time.Since(began))
		}
		_, _ = ours.Close(), theirs.Close()
	})
}

func TestALongReadIsSeveralMessages(t *testing.T) {
	for _, s := range []string{strings.Repeat("x", 10_000), strings.Repeat("你", 5000), "a" + strings.Repeat("👍", 3000)} {
		for _, max := range []int{0, 1, 2, 5, 100, 4095, 4096} {
			got := saidOf(t, Options{LineMax: max}, s)
			assert.Equal(t, s, strings.Join(got, ""), max)
			for _, w := range got {
				require.True(t, max == 0 && len(w) <= protocol.MaxText || len(w) <= max || len([]rune(w)) == 1, "%d: %q", max, w)
			}
		}
	}
	got := saidOf(t, Options{LineMax: 3 * protocol.MaxText}, strings.Repeat("\xff", 4096))
	assert.Equal(t, strings.Repeat("�", 4096), strings.Join(got, ""), "bytes that grow")
	assert.Equal(t, []string{strings.Repeat("x", 4096)}, saidOf(t, Options{}, strings.Repeat("x", 4096)))
}

// A rune that lies across the end of the buffer may still be cut in the connection.
func TestTheEndOfTheBufferCutsNoRune(t *testing.T) {
	long := strings.Repeat("x", protocol.MaxText-1)
	assert.Equal(t, []string{long, "你y"}, saidOf(t, Options{}, long+"你y"))
	assert.Equal(t, []string{long, "你y"}, saidOf(t, Options{}, long+"\xe4", "\xbd", "\xa0y"))
	got, err := inAPipe(t, func(c net.Conn) {
		send(c, long+"\xe4")
		time.Sleep(2 * partialTimeout)
		send(c, "z")
	})
	assert.Equal(t, []string{long, "�", "z"}, got)
	assert.Equal(t, io.EOF, err)
}

func TestWhatCameBeforeAResetIsAMessage(t *testing.T) {
	got, err := said(t, New(&conntest.FakeConn{Reads: []string{"one", "two"}, Err: syscall.ECONNRESET}, Options{}))
	assert.Equal(t, []string{"one", "two"}, got)
	assert.ErrorIs(t, err, syscall.ECONNRESET)
}

func TestInterruptEndsReceiveForGood(t *testing.T) {
	for name, before := range map[string]string{"idle": "", "in the middle of a rune": "\xe4"} {
		synctest.Test(t, func(t *testing.T) {
			ours, theirs := net.Pipe()
			tr := New(ours, Options{})
			ended := make(chan error, 1)
			go func() { _, err := said(t, tr); ended <- err }()
			send(theirs, before)
			synctest.Wait()
			began := time.Now()
			tr.Interrupt()
			assert.Error(t, <-ended, name)
			_, err := tr.Receive()
			assert.Error(t, err, name)
			assert.Zero(t, time.Since(began), name)
			_, _ = ours.Close(), theirs.Close()
		})
	}
}
