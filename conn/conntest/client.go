package conntest

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Client is a client's end of a connection. It reads all the time.
type Client struct {
	net.Conn
	t    testing.TB
	read sync.WaitGroup

	mu     sync.Mutex
	seen   bytes.Buffer
	err    error     // why reading ended; nil in good order
	closed time.Time // zero: not yet
}

// NewClient makes a client of its end of a connection.
func NewClient(t testing.TB, c net.Conn) *Client {
	v := &Client{Conn: c, t: t}
	v.read.Go(v.readAll)
	return v
}

func (c *Client) readAll() {
	for b := make([]byte, 4096); ; {
		n, err := c.Read(b)
		c.mu.Lock()
		c.seen.Write(b[:n])
		if err != nil {
			c.closed = time.Now()
			if !errors.Is(err, io.EOF) {
				c.err = err
			}
			c.mu.Unlock()
			return
		}
		c.mu.Unlock()
	}
}

// Text is what the client has been told so far.
func (c *Client) Text() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.seen.String()
}

// Take is what the client has been told since the last Take.
func (c *Client) Take() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer c.seen.Reset()
	return c.seen.String()
}

// IsClosed reports whether the server has ended the connection.
func (c *Client) IsClosed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.closed.IsZero()
}

// ClosedAt is when the server ended the connection.
func (c *Client) ClosedAt() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed
}

// Err is why reading has ended; nil in good order, or before.
func (c *Client) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// Wait waits for the end of the connection, and returns its error, nil in good order.
func (c *Client) Wait() error {
	c.read.Wait()
	return c.err
}

// Say sends lines.
func (c *Client) Say(lines ...string) {
	_, err := c.Write([]byte(strings.Join(lines, "\n") + "\n"))
	assert.NoError(c.t, err)
}

// Send sends bytes, without a line end.
func (c *Client) Send(words string) {
	_, err := io.WriteString(c, words)
	assert.NoError(c.t, err)
}

// Until waits for words, where there is no bubble.
func (c *Client) Until(words string) {
	c.t.Helper()
	require.Eventually(c.t, func() bool { return strings.Contains(c.Text(), words) }, 10*time.Second, time.Millisecond,
		"no %q", words)
}

// DialAs connects over TCP, and takes a nick.
func DialAs(t testing.TB, at net.Addr, nick string) *Client {
	t.Helper()
	c, err := net.Dial("tcp", at.String())
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	v := NewClient(t, c)
	v.Say("/nick "+nick, "/ping")
	v.Until("-- pong")
	return v
}

// Ends fails with all stacks if f does not return.
func Ends(what string, f func()) {
	done := make(chan struct{})
	go func() { defer close(done); f() }()
	select {
	case <-done:
	case <-time.After(30 * time.Second):
		panic(what + " does not end")
	}
}
