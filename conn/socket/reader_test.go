package socket

import (
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pair is two ends of a connection on this machine.
func pair(t *testing.T) (here, there *net.TCPConn) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	c, err := net.Dial("tcp", l.Addr().String())
	require.NoError(t, err)
	accepted, err := l.Accept()
	require.NoError(t, err)
	here, there = accepted.(*net.TCPConn), c.(*net.TCPConn)
	t.Cleanup(func() { _ = here.Close(); _ = there.Close() })
	return here, there
}

func TestReaderReadsAllThatComes(t *testing.T) {
	here, there := pair(t)
	words := strings.Repeat("你好 ", 5000)
	go func() {
		_, _ = io.WriteString(there, words)
		_ = there.CloseWrite()
	}()
	in := NewReader(here)
	var got strings.Builder
	for {
		b, err := next(in)
		if err != nil {
			assert.Equal(t, io.EOF, err)
			assert.Empty(t, b)
			break
		}
		assert.NotEmpty(t, b)
		assert.LessOrEqual(t, len(b), chunkBytes)
		got.Write(b)
	}
	assert.Equal(t, words, got.String())
	_, err := in.Next()
	assert.Equal(t, io.EOF, err, "and again")
}

// next is Next as it would be if it waited.
func next(in *Reader) ([]byte, error) {
	for {
		if b, err := in.Next(); err != ErrWouldBlock {
			return b, err
		}
	}
}

func TestReaderHoldsNothingWhileItWaits(t *testing.T) {
	here, there := pair(t)
	_, err := io.WriteString(there, "hello")
	require.NoError(t, err)
	in := NewReader(here)
	b, err := next(in)
	require.NoError(t, err)
	assert.Equal(t, "hello", string(b))
	if canTry {
		_, err = in.Next()
		assert.Equal(t, ErrWouldBlock, err)
		_, err = in.Next() // asks the system, too
		assert.Equal(t, ErrWouldBlock, err)
		assert.Nil(t, in.buf)
	}
	require.NoError(t, here.SetReadDeadline(time.Unix(1, 0)))
	_, err = in.Next()
	assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
	if canTry {
		assert.Nil(t, in.buf)
	}
}

func TestReaderTellsOfABreak(t *testing.T) {
	here, there := pair(t)
	require.NoError(t, there.SetLinger(0))
	require.NoError(t, there.Close())
	_, err := next(NewReader(here))
	assert.Error(t, err)
	assert.False(t, errors.Is(err, io.EOF), "a reset is no end")
}

func TestReaderOfWhatIsNoSocket(t *testing.T) {
	in := NewReader(strings.NewReader("hello"))
	b, err := in.Next()
	require.NoError(t, err)
	assert.Equal(t, "hello", string(b))
	b, err = in.Next()
	assert.Equal(t, io.EOF, err)
	assert.Empty(t, b)
}
