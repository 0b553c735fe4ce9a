package line

import (
	"bufio"
	"io"
	"net"
	"os"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/conn/conntest"
)

// The answer to a telnet waits until the line that is being written is out.
func TestAnswersComeBetweenLines(t *testing.T) {
	ours, theirs := net.Pipe()
	defer func() { _ = theirs.Close() }()
	tr := New(ours, Options{})
	sent, received := make(chan error, 1), make(chan error, 1)
	go func() { sent <- tr.Send(conntest.Notices("a line", "another")) }()
	r := bufio.NewReaderSize(theirs, 16)
	half := make([]byte, 5)
	_, err := io.ReadFull(r, half)
	require.NoError(t, err)
	go func() { _, err := tr.Receive(); received <- err }()
	_, err = theirs.Write([]byte("\xff\xfd\x06"))
	require.NoError(t, err)
	rest := make([]byte, len("-- a line\n-- another\n\xff\xfb\x06")-len(half))
	_, err = io.ReadFull(r, rest)
	require.NoError(t, err)
	assert.Equal(t, "-- a line\n-- another\n\xff\xfb\x06", string(half)+string(rest))
	require.NoError(t, <-sent)
	tr.Abort()
	require.Error(t, <-received)
}

// halfTaken takes three bytes of the first write, and then nothing until the other wants to write, too.
type halfTaken struct {
	*conntest.FakeConn
	t     *testing.T
	taken atomic.Bool
	other func()
}

func (c *halfTaken) Write(b []byte) (n int, err error) {
	if c.taken.Swap(true) {
		return c.FakeConn.Write(b)
	}
	n, _ = c.FakeConn.Write(b[:3])
	go c.other()
	conntest.AwaitBlocked(c.t, conntest.InLock, "line.(*Transport).answer")
	return n, os.ErrDeadlineExceeded
}

func TestAnswersDoNotLandInAHalfTakenLine(t *testing.T) {
	c := &halfTaken{FakeConn: conntest.Packets("\xff\xfd\x06"), t: t}
	tr := New(c, Options{})
	answered := make(chan struct{})
	c.other = func() { defer close(answered); _, _ = tr.Receive() }
	require.NoError(t, tr.Send(conntest.Notices("a line")))
	<-answered
	assert.Equal(t, "-- a line\n\xff\xfb\x06", c.Written())
}
