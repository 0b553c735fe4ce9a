package main

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/protocol"
)

// bareRun is a run of join --bare against a server in the test.
type bareRun struct {
	out, err      strings.Builder
	code          int
	words         string
	typing, shown bool
	took          time.Duration
}

func (r *bareRun) join(t *testing.T, in io.Reader, server func(net.Conn)) {
	r.with(t, t.Context(), in, &r.out, server)
}

func (r *bareRun) with(t *testing.T, ctx context.Context, in io.Reader, out io.Writer, server func(net.Conn)) {
	ours, theirs := net.Pipe()
	served := make(chan struct{})
	go func() { defer close(served); server(theirs); _ = theirs.Close() }()
	b := bareTalk{in: in, out: out, err: &r.err, typing: r.typing, shown: r.shown}
	began := time.Now()
	r.code, r.words = ends(t, b.talk(ctx, halfPipe{ours}))
	r.took = time.Since(began)
	<-b.typist
	<-served
}

// halfPipe is a pipe whose one direction ends: the server reads an empty message.
type halfPipe struct{ net.Conn }

const halfClosed = "(end)"

func (c halfPipe) CloseWrite() error { _, err := io.WriteString(c.Conn, halfClosed); return err }

func reads(c net.Conn) string {
	b := make([]byte, 64<<10)
	n, _ := c.Read(b)
	return string(b[:n])
}

func TestJoinBareSendsEachLineAsItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []string
		var r bareRun
		r.join(t, strings.NewReader("你好\n/quit\r\n\n  spaces \nno end"), func(c net.Conn) {
			for len(got) == 0 || got[len(got)-1] != halfClosed {
				got = append(got, reads(c))
			}
		})
		assert.Equal(t, []string{"你好", "/quit", "  spaces ", "no end", halfClosed}, got)
		assert.Zero(t, r.code)
		assert.Equal(t, 3*apart, r.took, "each is a send of its own")
	})
}

func TestJoinBareIsAnsweredByAPerson(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r bareRun
		r.join(t, strings.NewReader("a\nb\nc\n"), func(c net.Conn) {
			for m := reads(c); m != halfClosed; m = reads(c) {
				_, _ = io.WriteString(c, m+"!")
			}
			time.Sleep(20 * time.Second) // somebody thinks
			_, _ = io.WriteString(c, "好")
		})
		assert.Equal(t, "a!b!c!好", r.out.String(), "as it came")
		assert.Zero(t, r.code)
		assert.Equal(t, 20*time.Second+2*apart, r.took)
	})
}

func TestJoinBareDoesNotStayForEver(t *testing.T) {
	for typing, rest := range map[bool]time.Duration{false: bareRest, true: bareRestTyping} {
		synctest.Test(t, func(t *testing.T) {
			r := bareRun{typing: typing}
			r.join(t, strings.NewReader("hi\n"), func(c net.Conn) {
				_, _ = reads(c), reads(c)
				time.Sleep(rest - time.Millisecond)
				_, _ = io.WriteString(c, "wait")
				_ = reads(c) // for ever
			})
			assert.Equal(t, "wait", r.out.String())
			assert.Zero(t, r.code)
			assert.Equal(t, 2*rest-time.Millisecond, r.took)
		})
	}
}

func TestJoinBareExitsAsItEnded(t *testing.T) {
	for name, c := range map[string]struct {
		in     string
		server func(net.Conn)
		code   int
		err    string
	}{
		"greets and goes":       {"", func(c net.Conn) { _, _ = io.WriteString(c, "欢迎"); _ = reads(c) }, 0, ""},
		"does not stay for all": {"a\nb\n", func(c net.Conn) { _ = reads(c) }, exitFailed, "-- not everything could be sent: the server has ended the connection\n"},
	} {
		synctest.Test(t, func(t *testing.T) {
			var r bareRun
			r.join(t, strings.NewReader(c.in), c.server)
			assert.Equal(t, c.code, r.code, name)
			assert.Equal(t, c.err, r.err.String(), name)
			assert.Empty(t, r.words, name)
		})
	}
	synctest.Test(t, func(t *testing.T) { // somebody goes
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		in, hands := io.Pipe()
		go func() { <-ctx.Done(); _ = hands.Close() }()
		var r bareRun
		r.with(t, ctx, in, &r.out, func(c net.Conn) { _ = reads(c) })
		assert.Zero(t, r.code)
		assert.Equal(t, time.Minute, r.took)
	})
}

// deaf takes nothing.
type deaf struct{ err error }

func (d deaf) Write([]byte) (int, error) { return 0, d.err }

func TestJoinBareWithoutAReader(t *testing.T) {
	for err, want := range map[error]string{
		syscall.EPIPE:           "",
		errors.New("disk full"): "-- what comes cannot be written any more: disk full\n",
	} {
		synctest.Test(t, func(t *testing.T) {
			var got string
			var r bareRun
			r.with(t, t.Context(), strings.NewReader("a\nb\n"), deaf{err}, func(c net.Conn) {
				for !strings.HasSuffix(got, halfClosed) {
					got += reads(c)
					_, _ = io.WriteString(c, "answer")
				}
			})
			assert.Equal(t, "ab"+halfClosed, got, "what is typed is sent all the same")
			assert.Equal(t, want, r.err.String())
			assert.Equal(t, want != "", r.code != 0)
		})
	}
}

func TestJoinBareKnowsAnOrdinaryDoor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r bareRun
		r.join(t, strings.NewReader(""), func(c net.Conn) {
			_, _ = io.WriteString(c, "-- Welcome to "+protocol.Version+".\n")
			_ = reads(c)
		})
		assert.Contains(t, r.err.String(), "leave --bare out")
	})
}

func TestWhatComesIsReadableOnATerminal(t *testing.T) {
	for in, want := range map[string]string{
		"你好":                     "你好\n",
		"ends\n":                 "ends\n",
		"ends\r\n":               "ends\n",
		"two\nlines":             "two\nlines\n",
		"a\n\nb\n":               "a\n\nb\n",
		"bar\rbar":               "bar\nbar\n",
		"\x1b[2Ja\u202eb\x07c\t": "[2Jabc \n",
		"GBK \xc4\xe3":           "GBK ��\n",
		"":                       "",
	} {
		assert.Equal(t, want, string(readable([]byte(in), false)), "%q", in)
	}
	assert.Equal(t, "a\nb", string(readable([]byte("a\nb"), true)), "it goes on")
	assert.Equal(t, strings.Repeat("�", 4000)+"\n", string(readable([]byte(strings.Repeat("\xff", 4000)), false)))
}

// A long text is one text, and a rune that two reads brought is one rune.
func TestJoinBareOnATerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := bareRun{shown: true}
		long := strings.Repeat("你", 5000)
		r.join(t, strings.NewReader(""), func(c net.Conn) {
			_ = reads(c)
			for _, s := range []string{"one", "t\xe4", "\xbd\xa0wo\r\n", long, "\xe4"} {
				_, err := io.WriteString(c, s)
				require.NoError(t, err)
			}
		})
		assert.Equal(t, "one\nt你wo\n"+long+"\n�\n", r.out.String())
	})
}
