//go:build unix

package socket

import (
	"io"
	"net"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The system gives the number of a closed socket to the next one, which is another client's.
func TestTheNextSocketIsNotWrittenTo(t *testing.T) {
	for name, end := range map[string]func(*Stream){"abort": (*Stream).Abort, "close": (*Stream).Close} {
		t.Run(name, func(t *testing.T) {
			s, there := tcpStream(t)
			require.NoError(t, there.Close())
			end(s)
			next, other := nextOf(t, s)
			_, err := s.TryWrite(&net.Buffers{[]byte("for the first")})
			assert.ErrorIs(t, err, net.ErrClosed)
			_, err = next.Write([]byte("for the second"))
			require.NoError(t, err)
			require.NoError(t, next.Close())
			got, err := io.ReadAll(other)
			require.NoError(t, err)
			assert.Equal(t, "for the second", string(got))
		})
	}
}

// nextOf is a connection with the number of a closed stream.
func nextOf(t *testing.T, s *Stream) (here, there *net.TCPConn) {
	for range 100 {
		for _, c := range both(pair(t)) {
			if numberOf(t, c[0]) == s.at.fd {
				return c[0], c[1]
			}
		}
	}
	require.Fail(t, "the number is not used again")
	return nil, nil
}

func both(a, b *net.TCPConn) [2][2]*net.TCPConn { return [2][2]*net.TCPConn{{a, b}, {b, a}} }

func numberOf(t *testing.T, c *net.TCPConn) (n int) {
	raw, err := c.SyscallConn()
	require.NoError(t, err)
	require.NoError(t, raw.Control(func(fd uintptr) { n = int(fd) }))
	return n
}

// A socket is closed after the write that is under way.
func TestClosingWaitsForAWrite(t *testing.T) {
	s, _ := tcpStream(t)
	s.at.mu.Lock() // as a write does
	aborted := make(chan struct{})
	go func() {
		s.Abort()
		close(aborted)
	}()
	for !s.aborted.Load() {
		runtime.Gosched()
	}
	for range 100 { // a close that does not wait would come now
		runtime.Gosched()
		require.NoError(t, s.raw.Control(func(uintptr) {}), "it is open")
	}
	s.at.mu.Unlock()
	<-aborted
}
