package line

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/conn/conntest"
)

// A close with unread input is a reset, which destroys what was not read yet.
func TestG8WhatWasSentArrivesAlthoughInputWaits(t *testing.T) {
	t.Parallel()
	ours, theirs := conntest.TCPPair(t)
	_, err := theirs.Write([]byte(strings.Repeat("never read\n", 10000)))
	require.NoError(t, err)
	tr := New(ours, Options{})
	require.NoError(t, tr.Send(conntest.Notices("goodbye")))
	go func() { _, _ = theirs.Write([]byte("nor is this\n")) }()
	closed := make(chan struct{})
	go func() { defer close(closed); tr.Close() }()
	got, err := io.ReadAll(theirs)
	assert.NoError(t, err)
	assert.Equal(t, "-- goodbye\n", string(got))
	_ = theirs.Close()
	conntest.Ends("Close", func() { <-closed })
}

// The same where most of what was sent is still on this side.
func TestG8WhatIsOnItsWayArrivesAlthoughInputWaits(t *testing.T) {
	ours, theirs := conntest.TCPPair(t)
	_, _ = ours.SetWriteBuffer(1<<20), theirs.SetReadBuffer(4096)
	_, err := theirs.Write([]byte("never read\n"))
	require.NoError(t, err)
	tr := New(ours, Options{})
	lines := conntest.Notices(strings.Repeat("x", 4000), strings.Repeat("y", 4000), "goodbye")
	for range 5 {
		require.NoError(t, tr.Send(lines))
	}
	closed := make(chan struct{})
	go func() { defer close(closed); tr.Close() }()
	conntest.AwaitBlocked(t, conntest.InIO, "socket.(*Stream).Close")
	got, err := io.ReadAll(theirs)
	assert.NoError(t, err)
	assert.Len(t, got, 5*(2*4000+3*len("-- \n")+len("goodbye")))
	_ = theirs.Close()
	conntest.Ends("Close", func() { <-closed })
}

func TestCloseWaitsForAMomentAtMost(t *testing.T) {
	t.Parallel()
	ours, _ := conntest.TCPPair(t) // the other side never closes
	began := time.Now()
	conntest.Ends("Close", New(ours, Options{}).Close)
	assert.Less(t, time.Since(began), 1500*time.Millisecond)
}

func TestCloseDoesNotReadForEver(t *testing.T) {
	t.Parallel()
	ours, theirs := conntest.TCPPair(t)
	go func() {
		for b := make([]byte, 1<<16); ; {
			if _, err := theirs.Write(b); err != nil {
				return
			}
		}
	}()
	began := time.Now()
	conntest.Ends("Close", New(ours, Options{}).Close)
	assert.Less(t, time.Since(began), 2*time.Second)
}

func TestCloseIsQuickWhenTheOtherSideHasGone(t *testing.T) {
	t.Parallel()
	ours, theirs := conntest.TCPPair(t)
	_ = theirs.Close()
	began := time.Now()
	conntest.Ends("Close", New(ours, Options{}).Close)
	assert.Less(t, time.Since(began), 500*time.Millisecond)
}
