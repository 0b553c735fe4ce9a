package raw

import (
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"chinwag/protocol"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fakeConn brings these reads, then err (nil: io.EOF), and keeps each write.
type fakeConn struct {
	net.Conn
	reads  []string
	err    error
	writes []string
}

func (c *fakeConn) Read(b []byte) (int, error) {
	if len(c.reads) == 0 {
		if c.err != nil {
			return 0, c.err
		}
		return 0, io.EOF
	}
	n := copy(b, c.reads[0])
	if c.reads[0] = c.reads[0][n:]; c.reads[0] == "" {
		c.reads = c.reads[1:]
	}
	return n, nil
}

func (c *fakeConn) Write(b []byte) (int, error) {
	c.writes = append(c.writes, string(b))
	return len(b), nil
}

func (*fakeConn) SetReadDeadline(time.Time) error  { return nil }
func (*fakeConn) SetWriteDeadline(time.Time) error { return nil }

// said is all that is received, and how it ends. Nothing but words ever is.
func said(t *testing.T, tr *Transport) (words []string, err error) {
	for {
		cmd, err := tr.Receive()
		if err != nil {
			require.Nil(t, cmd)
			refusal, refused := errors.AsType[*protocol.Refusal](err)
			require.False(t, refused, refusal)
			return words, err
		}
		require.IsType(t, protocol.Say{}, cmd)
		words = append(words, cmd.(protocol.Say).Text.String())
	}
}

// saidOf is what is made of these reads.
func saidOf(t *testing.T, o Options, reads ...string) []string {
	got, err := said(t, New(&fakeConn{reads: reads}, o))
	assert.Equal(t, io.EOF, err)
	return got
}

// inAPipe runs f at the other end of a connection, in a bubble, and gives what was
// said until it ended.
func inAPipe(t *testing.T, f func(net.Conn)) (words []string, err error) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		go func() { defer func() { _ = theirs.Close() }(); f(theirs) }()
		words, err = said(t, New(ours, Options{}))
		_ = ours.Close()
	})
	return words, err
}

// send is one write of a program, without a line end.
func send(c net.Conn, words ...string) {
	for _, w := range words {
		_, _ = io.Copy(c, strings.NewReader(w))
	}
}
