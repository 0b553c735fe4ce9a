package main

import (
	"net"
	"testing"

	"github.com/stretchr/testify/require"
)

// nobodyListens is an address at which no program listens, nor can before the test is over: it is that of the other end
// of a connection. A port that was let go may be another test's the next moment.
func nobodyListens(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	c, err := net.Dial("tcp", l.Addr().String())
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	return c.LocalAddr().String()
}
