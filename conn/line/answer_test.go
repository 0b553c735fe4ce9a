package line

import (
	"bufio"
	"io"
	"net"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The answer to a telnet waits until the line that is being written is out.
func TestAnswersComeBetweenLines(t *testing.T) {
	ours, theirs := net.Pipe()
	defer func() { _ = theirs.Close() }()
	tr := New(ours, Options{})
	sent, received := make(chan error, 1), make(chan error, 1)
	go func() { sent <- tr.Send(notices("a line", "another")) }()
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

// halfTaken takes three bytes of the first write, and then nothing for so long
// that the other tries to write, too.
type halfTaken struct {
	*fakeConn
	taken   atomic.Bool
	other   func()
	written chan struct{}
}

func (c *halfTaken) Write(b []byte) (n int, err error) {
	if c.taken.Swap(true) {
		defer func() { c.written <- struct{}{} }()
		return c.fakeConn.Write(b)
	}
	n, _ = c.fakeConn.Write(b[:3])
	go c.other()
	select {
	case <-c.written: // too early
	case <-time.After(50 * time.Millisecond):
	}
	return n, os.ErrDeadlineExceeded
}

func TestAnswersDoNotLandInAHalfTakenLine(t *testing.T) {
	c := &halfTaken{fakeConn: &fakeConn{in: packets("\xff\xfd\x06")}, written: make(chan struct{}, 9)}
	tr := New(c, Options{})
	answered := make(chan struct{})
	c.other = func() { defer close(answered); _, _ = tr.Receive() }
	require.NoError(t, tr.Send(notices("a line")))
	<-answered
	assert.Equal(t, "-- a line\n\xff\xfb\x06", c.out.String())
}
