package line

import (
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/conn/conntest"
	"chinwag/conn/socket"
	"chinwag/protocol"
)

func TestAbortEndsAllAtOnce(t *testing.T) {
	for name, stuck := range map[string]func(*Transport){
		"socket.(*Stream).Close": func(tr *Transport) { tr.Close() },
		"line.(*Transport).Send": func(tr *Transport) {
			for tr.Send(conntest.Notices(strings.Repeat("x", 4000))) == nil {
			}
		},
	} {
		ours, _ := conntest.TCPPair(t)
		tr := New(ours, Options{Stall: -1})
		ended := make(chan struct{})
		go func() { defer close(ended); stuck(tr) }()
		conntest.AwaitBlocked(t, conntest.InIO, name)
		began := time.Now()
		tr.Abort()
		conntest.Ends(name, func() { <-ended })
		assert.Less(t, time.Since(began), 900*time.Millisecond, name)
	}
}

func TestAbortEndsAllAtOnceInAPipe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		tr := New(ours, Options{Stall: -1})
		began := time.Now()
		go func() { _, err := tr.Receive(); assert.Error(t, err) }()
		go func() { assert.Error(t, tr.Send(conntest.Notices("x"))) }()
		synctest.Wait()
		tr.Abort()
		synctest.Wait()
		assert.Zero(t, time.Since(began))
		assert.Error(t, tr.Send(conntest.Notices("x")))
		tr.Close()
		_ = theirs.Close()
	})
}

// What is stuck in the system's own buffers goes, too.
func TestAbortThrowsAwayWhatWasNotTaken(t *testing.T) {
	t.Parallel()
	ours, theirs := conntest.TCPPair(t)
	tr := New(ours, Options{})
	require.NoError(t, tr.Send(conntest.Notices("x")))
	tr.Abort()
	_, err := io.ReadAll(theirs)
	assert.Error(t, err, "an orderly end")
}

// A socket's Receive does not wait, whatever has come of a line.
func TestReceiveTakesWhatHasComeAndNoMore(t *testing.T) {
	ours, theirs := conntest.TCPPair(t)
	tr := New(ours, Options{})
	comes := func(s string) {
		_, err := io.WriteString(theirs, s)
		require.NoError(t, err)
	}
	nothing := func() {
		_, err := tr.Receive()
		require.ErrorIs(t, err, socket.ErrWouldBlock)
	}
	receive := func() (cmd protocol.Command, err error) {
		for err = socket.ErrWouldBlock; err == socket.ErrWouldBlock; {
			cmd, err = tr.Receive()
		}
		return cmd, err
	}
	said := func(want string) {
		cmd, err := receive()
		require.NoError(t, err)
		assert.Equal(t, protocol.Say{Text: protocol.MustText(want)}, cmd)
	}
	nothing()
	comes("one\ntwo\nth")
	said("one")
	said("two")
	nothing()
	comes("r")
	nothing()
	nothing()
	comes("ee\n")
	said("three")
	nothing()
	comes("and the last")
	nothing()
	require.NoError(t, theirs.CloseWrite())
	said("and the last")
	_, err := tr.Receive()
	assert.Equal(t, io.EOF, err)

	ours, _ = conntest.TCPPair(t)
	tr = New(ours, Options{})
	tr.Interrupt()
	_, err = tr.Receive()
	assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
}

func TestInterruptEndsReceiveForGood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		tr := New(ours, Options{})
		go func() { _, err := tr.Receive(); assert.Error(t, err) }()
		synctest.Wait()
		tr.Interrupt()
		synctest.Wait()
		_, err := tr.Receive()
		assert.Error(t, err)
		go func() { assert.NoError(t, tr.Send(conntest.Notices("goodbye"))) }()
		b := make([]byte, len("-- goodbye\n"))
		_, err = io.ReadFull(theirs, b)
		require.NoError(t, err)
		assert.Equal(t, "-- goodbye\n", string(b))
		_, _ = ours.Close(), theirs.Close()
	})
}
