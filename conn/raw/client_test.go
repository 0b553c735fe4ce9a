package raw

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

// clientRun is a run of a Client against a server in the test.
type clientRun struct {
	out, err      strings.Builder
	ended         error
	typing, shown bool
	took          time.Duration
}

func (r *clientRun) join(t *testing.T, in io.Reader, server func(net.Conn)) {
	r.with(t, t.Context(), in, &r.out, server)
}

func (r *clientRun) with(_ *testing.T, ctx context.Context, in io.Reader, out io.Writer, server func(net.Conn)) {
	ours, theirs := net.Pipe()
	served := make(chan struct{})
	go func() { defer close(served); server(theirs); _ = theirs.Close() }()
	c := Client{In: in, Out: out, Err: &r.err, Typing: r.typing, Shown: r.shown}
	began := time.Now()
	r.ended = c.Run(ctx, halfPipe{ours})
	r.took = time.Since(began)
	<-c.sent
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

func TestClientSendsEachLineAsItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []string
		var r clientRun
		r.join(t, strings.NewReader("你好\n/quit\r\n\n  spaces \nno end"), func(c net.Conn) {
			for len(got) == 0 || got[len(got)-1] != halfClosed {
				got = append(got, reads(c))
			}
		})
		assert.Equal(t, []string{"你好", "/quit", "  spaces ", "no end", halfClosed}, got)
		assert.NoError(t, r.ended)
		assert.Equal(t, 3*lineGap, r.took, "each is a send of its own")
	})
}

func TestClientIsAnsweredByAPerson(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r clientRun
		r.join(t, strings.NewReader("a\nb\nc\n"), func(c net.Conn) {
			for m := reads(c); m != halfClosed; m = reads(c) {
				_, _ = io.WriteString(c, m+"!")
			}
			time.Sleep(20 * time.Second) // the person thinks
			_, _ = io.WriteString(c, "好")
		})
		assert.Equal(t, "a!b!c!好", r.out.String(), "as it came")
		assert.NoError(t, r.ended)
		assert.Equal(t, 20*time.Second+2*lineGap, r.took)
	})
}

func TestClientDoesNotStayForEver(t *testing.T) {
	for typing, rest := range map[bool]time.Duration{false: lingerTimeout, true: lingerTyping} {
		synctest.Test(t, func(t *testing.T) {
			r := clientRun{typing: typing}
			r.join(t, strings.NewReader("hi\n"), func(c net.Conn) {
				_, _ = reads(c), reads(c)
				time.Sleep(rest - time.Millisecond)
				_, _ = io.WriteString(c, "wait")
				_ = reads(c) // for ever
			})
			assert.Equal(t, "wait", r.out.String())
			assert.NoError(t, r.ended)
			assert.Equal(t, 2*rest-time.Millisecond, r.took)
		})
	}
}

func TestClientExitsAsItEnded(t *testing.T) {
	for name, c := range map[string]struct {
		in     string
		server func(net.Conn)
		ended  error
		err    string
	}{
		"greets and goes":       {"", func(c net.Conn) { _, _ = io.WriteString(c, "欢迎"); _ = reads(c) }, nil, ""},
		"does not stay for all": {"a\nb\n", func(c net.Conn) { _ = reads(c) }, ErrLost, "-- not everything could be sent: the server has ended the connection\n"},
	} {
		synctest.Test(t, func(t *testing.T) {
			var r clientRun
			r.join(t, strings.NewReader(c.in), c.server)
			assert.Equal(t, c.ended, r.ended, name)
			assert.Equal(t, c.err, r.err.String(), name)
		})
	}
	synctest.Test(t, func(t *testing.T) { // its context ends
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		in, hands := io.Pipe()
		go func() { <-ctx.Done(); _ = hands.Close() }()
		var r clientRun
		r.with(t, ctx, in, &r.out, func(c net.Conn) { _ = reads(c) })
		assert.NoError(t, r.ended)
		assert.Equal(t, time.Minute, r.took)
	})
}

// deaf takes nothing.
type deaf struct{ err error }

func (d deaf) Write([]byte) (int, error) { return 0, d.err }

func TestClientWithoutAReader(t *testing.T) {
	for err, want := range map[error]string{
		syscall.EPIPE:           "",
		errors.New("disk full"): "-- what comes cannot be written any more: disk full\n",
	} {
		synctest.Test(t, func(t *testing.T) {
			var got string
			var r clientRun
			r.with(t, t.Context(), strings.NewReader("a\nb\n"), deaf{err}, func(c net.Conn) {
				for !strings.HasSuffix(got, halfClosed) {
					got += reads(c)
					_, _ = io.WriteString(c, "answer")
				}
			})
			assert.Equal(t, "ab"+halfClosed, got, "what is typed is sent all the same")
			assert.Equal(t, want, r.err.String())
			assert.Equal(t, want != "", r.ended != nil)
		})
	}
}

func TestClientKnowsAnOrdinaryDoor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r clientRun
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
func TestClientOnATerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := clientRun{shown: true}
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
