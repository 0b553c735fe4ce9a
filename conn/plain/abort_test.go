package plain

import (
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAbortEndsAllAtOnce(t *testing.T) {
	t.Parallel()
	for name, stuck := range map[string]func(*Transport){
		"Receive": func(tr *Transport) { _, _ = tr.Receive() },
		"Close":   func(tr *Transport) { tr.Close() },
		"Send": func(tr *Transport) {
			for tr.Send(notices(strings.Repeat("x", 4000))) == nil {
			}
		},
	} {
		ours, _ := tcpPair(t)
		tr := New(ours, Options{Stall: -1})
		began, ended := time.Now(), make(chan struct{})
		go func() { defer close(ended); stuck(tr) }()
		select {
		case <-ended:
			t.Fatalf("%s was not stuck", name)
		case <-time.After(100 * time.Millisecond):
		}
		tr.Abort()
		limit(t, name, func() { <-ended })
		assert.Less(t, time.Since(began), 900*time.Millisecond, name)
	}
}

func TestAbortEndsAllAtOnceInAPipe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		tr := New(ours, Options{Stall: -1})
		began := time.Now()
		go func() { _, err := tr.Receive(); assert.Error(t, err) }()
		go func() { assert.Error(t, tr.Send(notices("x"))) }()
		synctest.Wait()
		tr.Abort()
		synctest.Wait()
		assert.Zero(t, time.Since(began))
		assert.Error(t, tr.Send(notices("x")))
		tr.Close()
		_ = theirs.Close()
	})
}

// What is stuck in the system's own buffers goes, too.
func TestAbortThrowsAwayWhatWasNotTaken(t *testing.T) {
	t.Parallel()
	ours, theirs := tcpPair(t)
	tr := New(ours, Options{})
	require.NoError(t, tr.Send(notices("x")))
	tr.Abort()
	_, err := io.ReadAll(theirs)
	assert.Error(t, err, "an orderly end")
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
		go func() { assert.NoError(t, tr.Send(notices("goodbye"))) }()
		b := make([]byte, len("-- goodbye\n"))
		_, err = io.ReadFull(theirs, b)
		require.NoError(t, err)
		assert.Equal(t, "-- goodbye\n", string(b))
		_, _ = ours.Close(), theirs.Close()
	})
}
