package conntest

import (
	"bufio"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Caller is a client over TCP, which reads when the test asks.
type Caller struct {
	*net.TCPConn
	t  testing.TB
	in *bufio.Reader
}

// Call connects a caller.
func Call(t testing.TB, at net.Addr) *Caller {
	t.Helper()
	c, err := net.Dial("tcp", at.String())
	require.NoError(t, err)
	return newCaller(t, c.(*net.TCPConn))
}

// newCaller makes a caller of a connection. It waits 30 s at most.
func newCaller(t testing.TB, c *net.TCPConn) *Caller {
	t.Helper()
	require.NoError(t, c.SetDeadline(time.Now().Add(30*time.Second)))
	return &Caller{c, t, bufio.NewReader(c)}
}

// Send sends bytes.
func (c *Caller) Send(words string) {
	c.t.Helper()
	_, err := io.WriteString(c, words)
	require.NoError(c.t, err)
}

// Line is the next line.
func (c *Caller) Line() string {
	c.t.Helper()
	require.NoError(c.t, c.SetReadDeadline(time.Now().Add(30*time.Second)))
	line, err := c.in.ReadString('\n')
	require.NoError(c.t, err)
	return line
}

// Hears reads up to a line that holds words.
func (c *Caller) Hears(words string) error {
	for {
		line, err := c.in.ReadString('\n')
		if err != nil || strings.Contains(line, words) {
			return err
		}
	}
}
