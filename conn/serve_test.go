package conn_test

import (
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/conn"
	"chinwag/conn/conntest"
	"chinwag/conn/line"
	"chinwag/hub"
)

func TestTheEndOfTheInputIsAnOrderlyEnd(t *testing.T) {
	t.Parallel()
	w := newServer(t, hub.Options{}, conn.Options{})
	addr := w.Listen()
	ann, bob := conntest.DialAs(t, addr, "ann"), conntest.DialAs(t, addr, "bob")
	bob.Say("hello", "/who", "half a line")
	_, err := bob.Write([]byte("no newline"))
	require.NoError(t, err)
	require.NoError(t, bob.Conn.(*net.TCPConn).CloseWrite())
	assert.NoError(t, bob.Wait())
	assert.True(t, strings.HasSuffix(bob.Text(), "ann, bob\n-- goodbye: see you\n"), bob.Text())
	ann.Until("<bob> no newline\n-- bob left\n")
	conntest.Ends("the server", func() { w.End() })
}

func TestHalfALineThenAResetIsNotSaid(t *testing.T) {
	t.Parallel()
	w := newServer(t, hub.Options{}, conn.Options{})
	addr := w.Listen()
	ann, bob := conntest.DialAs(t, addr, "ann"), conntest.DialAs(t, addr, "bob")
	bob.Say("whole")
	ann.Until("<bob> whole")
	_, err := bob.Write([]byte("half"))
	require.NoError(t, err)
	require.NoError(t, bob.Conn.(*net.TCPConn).SetLinger(0))
	_ = bob.Close()
	ann.Until("-- bob left (the connection broke)\n")
	assert.NotContains(t, ann.Text(), "half")
	conntest.Ends("the server", func() { w.End() })
}

func TestWhoIsTurnedAwayReadsWhy(t *testing.T) {
	t.Parallel()
	w := newServer(t, hub.Options{}, conn.Options{PerAddress: 1})
	addr := w.Listen()
	_ = conntest.DialAs(t, addr, "ann")
	for range 5 {
		c, err := net.Dial("tcp", addr.String())
		require.NoError(t, err)
		_, err = c.Write([]byte(strings.Repeat("typed before it was read\n", 1000)))
		require.NoError(t, err)
		v := conntest.NewClient(t, c)
		assert.NoError(t, v.Wait(), "a reset")
		assert.Equal(t, tooMany, v.Text())
		_ = c.Close()
	}
	conntest.Ends("the server", func() { w.End() })
}

func TestG6WhoTakesNothingIsSaidToBeStalled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newServer(t, hub.Options{}, conn.Options{})
		ann := w.ConnectAs("ann")
		stuck := w.Pipe(hub.Identity{})
		_, err := stuck.Read(make([]byte, 1000)) // the greeting, and no more
		require.NoError(t, err)
		time.Sleep(time.Second)
		synctest.Wait()
		assert.Contains(t, ann.Text(), "-- guest-2 joined")
		began := time.Now()
		for i := range 30 {
			ann.Say("hello")
			synctest.Wait()
			assert.False(t, strings.Contains(ann.Text(), "left"), "after %d s", i)
			time.Sleep(time.Second)
		}
		time.Sleep(4 * time.Second) // up to an eighth more
		synctest.Wait()
		assert.Less(t, time.Since(began), 35*time.Second)
		assert.Contains(t, ann.Text(), "-- guest-2 left (took nothing for too long)")
		_ = stuck.Close()
		w.End(ann)
	})
}

// A visitor whose end has come does not take the last words of others with it.
func TestAFloodBeforeQuitDoesNotDestroyTheGoodbye(t *testing.T) {
	t.Parallel()
	w := newServer(t, hub.Options{}, conn.Options{})
	addr := w.Listen()
	bob := conntest.DialAs(t, addr, "bob")
	bob.Say("/quit")
	_, _ = bob.Write([]byte(strings.Repeat("never read\n", 10000)))
	assert.NoError(t, bob.Wait())
	assert.True(t, strings.HasSuffix(bob.Text(), "-- goodbye: see you\n"), bob.Text())
	_ = bob.Close()
	conntest.Ends("the server", func() { w.End() })
}

func TestAStoppedHubTakesNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newServer(t, hub.Options{}, conn.Options{})
		w.End()
		ours, theirs := net.Pipe()
		v := conntest.NewClient(t, ours)
		assert.ErrorIs(t, w.Conn().Serve(line.New(theirs, line.Options{}), hub.Identity{}), hub.ErrStopped)
		v.Wait()
		assert.True(t, v.IsClosed())
	})
}
