//go:build !race

package socket

// The race detector has pools forget things, so this is for builds without it.

import (
	"io"
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
)

// What is done for each write allocates nothing.
func TestTryWriteAllocatesNothing(t *testing.T) {
	s, there := tcpStream(t)
	go func() { _, _ = io.Copy(io.Discard, there) }()
	one, two := []byte("one"), []byte("two")
	bufs := make(net.Buffers, 2)
	allocs := testing.AllocsPerRun(100, func() {
		bufs[0], bufs[1] = one, two
		left := bufs
		if all, err := s.TryWrite(&left); !all || err != nil {
			t.Fatal(all, err)
		}
	})
	assert.Zero(t, allocs)
}
