package conntest

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"chinwag/protocol"
)

// FakeConn brings Reads, each at once, then Err (nil: io.EOF), and keeps each write.
type FakeConn struct {
	net.Conn
	Reads  []string
	Err    error
	Writes []string
}

// Packets is a connection on which those arrive.
func Packets(reads ...string) *FakeConn { return &FakeConn{Reads: reads} }

func (c *FakeConn) Read(b []byte) (int, error) {
	if len(c.Reads) == 0 {
		if c.Err != nil {
			return 0, c.Err
		}
		return 0, io.EOF
	}
	n := copy(b, c.Reads[0])
	if c.Reads[0] = c.Reads[0][n:]; c.Reads[0] == "" {
		c.Reads = c.Reads[1:]
	}
	return n, nil
}

func (c *FakeConn) Write(b []byte) (int, error) {
	c.Writes = append(c.Writes, string(b))
	return len(b), nil
}

// Written is all that was written.
func (c *FakeConn) Written() string { return strings.Join(c.Writes, "") }

// SetReadDeadline implements net.Conn.
func (*FakeConn) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline implements net.Conn.
func (*FakeConn) SetWriteDeadline(time.Time) error { return nil }

// TCPPair is a connection over loopback: the accepted end, and the one that dialled.
func TCPPair(t testing.TB) (ours, theirs *net.TCPConn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = l.Close() }()
	c, err := net.Dial("tcp", l.Addr().String())
	require.NoError(t, err)
	s, err := l.Accept()
	require.NoError(t, err)
	t.Cleanup(func() { _, _ = c.Close(), s.Close() })
	return s.(*net.TCPConn), c.(*net.TCPConn)
}

// Notices are lines that tell those words.
func Notices(words ...string) (lines []*protocol.Frame) {
	for _, w := range words {
		lines = append(lines, protocol.NewFrame(protocol.Notice{Text: protocol.MustText(w)}))
	}
	return lines
}
