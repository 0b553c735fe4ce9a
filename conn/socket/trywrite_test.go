package socket

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func tcpStream(t *testing.T) (s *Stream, other *net.TCPConn) {
	here, there := pair(t)
	require.NoError(t, here.SetWriteBuffer(16<<10))
	require.NoError(t, there.SetReadBuffer(16<<10))
	if s = New(here, time.Minute); !s.CanTryWrite() {
		t.Skip("there is no way to write without waiting here")
	}
	return s, there
}

// What does not fit is kept, and goes out in its place, whichever way is taken then.
func TestWhatTryWriteLeavesIsWrittenNext(t *testing.T) {
	s, there := tcpStream(t)
	piece := bytes.Repeat([]byte("0123456789abcdef"), 4096)
	var want bytes.Buffer
	all := true
	for n := 0; all && n < 1000; n++ {
		bufs := net.Buffers{piece[:100+n], piece[:7], piece[:50_000]} // of some, a few go out as one
		if n%2 == 0 {
			bufs = bufs[:2]
		}
		for _, b := range bufs {
			want.Write(b)
		}
		var err error
		all, err = s.TryWrite(&bufs)
		require.NoError(t, err)
	}
	require.False(t, all)
	assert.True(t, s.HasUnwritten())

	again, err := s.TryWrite(&net.Buffers{[]byte("more")})
	require.NoError(t, err)
	assert.False(t, again)
	want.WriteString("more, and the end")
	go func() {
		assert.NoError(t, s.Write(&net.Buffers{[]byte(", and"), []byte(" the end")}))
		assert.False(t, s.HasUnwritten())
		s.Close()
	}()
	got, err := io.ReadAll(there)
	require.NoError(t, err)
	assert.Equal(t, want.Len(), len(got))
	assert.True(t, bytes.Equal(want.Bytes(), got))
}

// A deadline that a Write has set long ago is no business of a TryWrite.
func TestTryWriteHasNoDeadline(t *testing.T) {
	s, there := tcpStream(t)
	require.NoError(t, s.Write(&net.Buffers{[]byte("a")}))
	require.False(t, s.deadline.IsZero())
	require.NoError(t, s.conn.SetWriteDeadline(time.Unix(1, 0)))
	all, err := s.TryWrite(&net.Buffers{[]byte("b")})
	require.NoError(t, err)
	assert.True(t, all)
	s.Close()
	got, err := io.ReadAll(there)
	require.NoError(t, err)
	assert.Equal(t, "ab", string(got))
}

func TestNothingIsWrittenAfterAFailure(t *testing.T) {
	s, _ := tcpStream(t)
	s.Abort()
	_, err := s.TryWrite(&net.Buffers{[]byte("a")})
	assert.Error(t, err)
	assert.False(t, errors.Is(err, os.ErrDeadlineExceeded), "nobody was slow")
	assert.Equal(t, err, s.Failed())
	assert.Equal(t, err, s.Write(&net.Buffers{[]byte("b")}))
}
