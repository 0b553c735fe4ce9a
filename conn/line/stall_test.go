package line

import (
	"io"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/conn/conntest"
)

// A byte now and then is slow, and not dead.
func TestG6WhoTakesALittleIsNotCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		got, end := "", make(chan struct{})
		go func() {
			defer close(end)
			for b := make([]byte, 1); ; {
				time.Sleep(29 * time.Second)
				n, err := theirs.Read(b)
				if err != nil {
					return
				}
				got += string(b[:n])
			}
		}()
		began := time.Now()
		require.NoError(t, New(ours, Options{}).Send(conntest.Notices("slow", "steady")))
		assert.Greater(t, time.Since(began), 5*time.Minute)
		_ = ours.Close()
		<-end
		assert.Equal(t, "-- slow\n-- steady\n", got)
	})
}

// After a stall half a line may be out: no byte may follow it.
func TestNothingFollowsAStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		tr := New(ours, Options{})
		go func() { _, _ = io.ReadFull(theirs, make([]byte, 3)) }()
		require.ErrorIs(t, tr.Send(conntest.Notices("a long line")), os.ErrDeadlineExceeded)

		got := make(chan []byte)
		go func() {
			_, _ = theirs.Write([]byte("\xff\xfd\x06hi\n"))
			_ = theirs.SetReadDeadline(time.Now().Add(time.Minute))
			b, _ := io.ReadAll(theirs)
			got <- b
		}()
		cmd, err := tr.Receive()
		require.NoError(t, err)
		require.NotNil(t, cmd)
		assert.ErrorIs(t, tr.Send(conntest.Notices("another")), os.ErrDeadlineExceeded)
		assert.Empty(t, <-got)
		_ = ours.Close()
	})
}

// The same where the answer to a telnet is what was not taken.
func TestNothingFollowsAStalledAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		tr := New(ours, Options{})
		go func() {
			_, _ = theirs.Write([]byte("\xff\xfd\x06hi\n"))
			_, _ = io.ReadFull(theirs, make([]byte, 1))
		}()
		_, err := tr.Receive()
		require.NoError(t, err)
		assert.ErrorIs(t, tr.Send(conntest.Notices("a line")), os.ErrDeadlineExceeded)
		_, _ = ours.Close(), theirs.Close()
	})
}

func TestG6AStalledSocketIsFound(t *testing.T) {
	t.Parallel()
	ours, _ := conntest.TCPPair(t)
	_ = ours.SetWriteBuffer(4096)
	tr := New(ours, Options{Stall: 200 * time.Millisecond})
	lines := conntest.Notices(make([]string, 1000)...)
	for i := 0; ; i++ {
		if err := tr.Send(lines); err != nil {
			require.ErrorIs(t, err, os.ErrDeadlineExceeded)
			return
		}
		require.Less(t, i, 100_000, "somebody takes all this")
	}
}

func TestWhoTakesNothingIsStalled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		began := time.Now()
		err := New(ours, Options{Stall: 20 * time.Second}).Send(conntest.Notices("hello"))
		assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
		assert.Equal(t, 22500*time.Millisecond, time.Since(began), "an eighth more at the most")
		_ = theirs.Close()
	})
}

func TestNoLimitIsNoLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		go func() {
			time.Sleep(24 * time.Hour)
			_, _ = io.Copy(io.Discard, theirs)
		}()
		assert.NoError(t, New(ours, Options{Stall: -1}).Send(conntest.Notices("hello")))
		_ = ours.Close()
	})
}
