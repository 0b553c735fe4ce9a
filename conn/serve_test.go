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
	"chinwag/conn/line"
	"chinwag/hub"
)

// street is a house whose door stands open on loopback.
func street(t *testing.T, ho hub.Options, co conn.Options) (w *house, addr string, door *conn.Listener) {
	w = newHouse(t, ho, co)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	door = w.server.NewListener(l, func(c net.Conn) conn.Transport { return line.New(c, line.Options{}) }, hub.Identity{})
	w.served.Go(func() { assert.NoError(t, door.Serve()) })
	return w, l.Addr().String(), door
}

// walkIn connects and takes a name.
func walkIn(t *testing.T, addr, nick string) *visitor {
	c, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	v := visit(t, c)
	v.say("/nick "+nick, "/ping")
	v.until("-- pong")
	return v
}

func TestTheEndOfTheInputIsAnOrderlyEnd(t *testing.T) {
	t.Parallel()
	w, addr, door := street(t, hub.Options{}, conn.Options{})
	ann, bob := walkIn(t, addr, "ann"), walkIn(t, addr, "bob")
	bob.say("hello", "/who", "half a line")
	_, err := bob.Write([]byte("no newline"))
	require.NoError(t, err)
	require.NoError(t, bob.Conn.(*net.TCPConn).CloseWrite())
	bob.read.Wait()
	assert.NoError(t, bob.err)
	assert.True(t, strings.HasSuffix(bob.text(), "ann, bob\n-- goodbye: see you\n"), bob.text())
	ann.until("<bob> no newline\n-- bob left\n")
	door.Close()
	hangs("the house", w.end)
}

func TestHalfALineThenAResetIsNotSaid(t *testing.T) {
	t.Parallel()
	w, addr, door := street(t, hub.Options{}, conn.Options{})
	ann, bob := walkIn(t, addr, "ann"), walkIn(t, addr, "bob")
	bob.say("whole")
	ann.until("<bob> whole")
	_, err := bob.Write([]byte("half"))
	require.NoError(t, err)
	require.NoError(t, bob.Conn.(*net.TCPConn).SetLinger(0))
	_ = bob.Close()
	ann.until("-- bob left (the connection broke)\n")
	assert.NotContains(t, ann.text(), "half")
	door.Close()
	hangs("the house", w.end)
}

func TestWhoIsTurnedAwayReadsWhy(t *testing.T) {
	t.Parallel()
	w, addr, door := street(t, hub.Options{}, conn.Options{PerAddress: 1})
	_ = walkIn(t, addr, "ann")
	for range 5 {
		c, err := net.Dial("tcp", addr)
		require.NoError(t, err)
		_, err = c.Write([]byte(strings.Repeat("typed before it was read\n", 1000)))
		require.NoError(t, err)
		v := visit(t, c)
		v.read.Wait()
		assert.NoError(t, v.err, "a reset")
		assert.Equal(t, tooMany, v.text())
		_ = c.Close()
	}
	door.Close()
	hangs("the house", w.end)
}

func TestG6WhoTakesNothingIsSaidToBeStalled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newHouse(t, hub.Options{}, conn.Options{})
		ann := w.named("ann")
		stuck := w.stuck()
		_, err := stuck.Read(make([]byte, 1000)) // the greeting, and no more
		require.NoError(t, err)
		time.Sleep(time.Second)
		synctest.Wait()
		assert.Contains(t, ann.text(), "-- guest-2 joined")
		began := time.Now()
		for i := range 30 {
			ann.say("hello")
			synctest.Wait()
			assert.False(t, strings.Contains(ann.text(), "left"), "after %d s", i)
			time.Sleep(time.Second)
		}
		time.Sleep(4 * time.Second) // up to an eighth more
		synctest.Wait()
		assert.Less(t, time.Since(began), 35*time.Second)
		assert.Contains(t, ann.text(), "-- guest-2 left (took nothing for too long)")
		_ = stuck.Close()
		w.leave(ann)
	})
}

// A visitor whose end has come does not take the last words of others with it.
func TestAFloodBeforeQuitDoesNotDestroyTheGoodbye(t *testing.T) {
	t.Parallel()
	w, addr, door := street(t, hub.Options{}, conn.Options{})
	bob := walkIn(t, addr, "bob")
	bob.say("/quit")
	_, _ = bob.Write([]byte(strings.Repeat("never read\n", 10000)))
	bob.read.Wait()
	assert.NoError(t, bob.err)
	assert.True(t, strings.HasSuffix(bob.text(), "-- goodbye: see you\n"), bob.text())
	_ = bob.Close()
	door.Close()
	hangs("the house", w.end)
}

func TestAStoppedHubTakesNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newHouse(t, hub.Options{}, conn.Options{})
		w.end()
		ours, theirs := net.Pipe()
		v := visit(t, ours)
		assert.ErrorIs(t, w.server.Serve(line.New(theirs, line.Options{}), hub.Identity{}), hub.ErrStopped)
		v.read.Wait()
		assert.True(t, v.isOver())
	})
}
