package conn_test

import (
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/conn"
	"chinwag/conn/conntest"
	"chinwag/hub"
)

var (
	errNoFiles = &net.OpError{Op: "accept", Net: "tcp", Err: os.NewSyscallError("accept4", syscall.EMFILE)}
	errAborted = &net.OpError{Op: "accept", Net: "tcp", Err: os.NewSyscallError("accept4", syscall.ECONNABORTED)}
)

const full = "-- goodbye: the server is full"

func TestG10OutOfFilesTheServerWaitsAndWorksAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newServer(t, hub.Options{}, conn.Options{})
		l := listen(w)
		bob := l.Connect(t, "192.0.2.1")
		bob.Say("hi")
		before := l.Calls()
		l.Fail(errNoFiles)
		time.Sleep(59 * time.Second)
		synctest.Wait()
		assert.Less(t, l.Calls()-before, 75, "it spins")
		assert.Greater(t, l.Calls()-before, 50, "it sleeps")
		assert.Equal(t, 1, w.Log.Count("cannot accept connections"))
		l.Fail(nil)
		time.Sleep(time.Second)
		ann := l.Connect(t, "192.0.2.2")
		assert.Contains(t, ann.Text(), "-- Welcome")
		ann.Say("hi")
		w.End(ann, bob)
	})
}

// Trouble that comes and goes many times a second is one line in the log, too.
func TestG10TroubleOverAndOverDoesNotFillTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newServer(t, hub.Options{}, conn.Options{PerAddressBurst: 1000, PerAddress: 1000})
		l := listen(w)
		for range 100 {
			l.Fail(errNoFiles)
			time.Sleep(6 * time.Millisecond)
			l.Fail(nil)
			time.Sleep(20 * time.Millisecond)
			v := l.Connect(t, "192.0.2.1")
			_ = v.Close()
		}
		assert.LessOrEqual(t, strings.Count(w.Log.Text(), "\n"), 2)
		w.End()
	})
}

func TestG10SilentStrangersGoFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newServer(t, hub.Options{}, conn.Options{})
		l := listen(w)
		op := w.Connect(conntest.Operator())
		stuck := w.Pipe(hub.Identity{})
		time.Sleep(time.Second)
		silent := l.Connect(t, "192.0.2.1")
		time.Sleep(time.Second)
		spoke := l.Connect(t, "192.0.2.1")
		spoke.Say("hi")
		time.Sleep(time.Second)
		later := l.Connect(t, "192.0.2.2")

		l.Fail(errNoFiles) // the oldest does not go, so it is the next one's turn
		time.Sleep(time.Millisecond)
		synctest.Wait()
		assert.False(t, silent.IsClosed())
		time.Sleep(5 * time.Millisecond)
		synctest.Wait()
		assert.True(t, silent.IsClosed(), "one who does not go is in the way")
		assert.Contains(t, silent.Text(), full)
		assert.False(t, later.IsClosed(), "more than need be")
		time.Sleep(time.Minute)
		assert.True(t, later.IsClosed())
		assert.Contains(t, later.Text(), full)
		assert.False(t, spoke.IsClosed())
		assert.False(t, op.IsClosed(), "the operator is no stranger")
		l.Fail(nil)
		_ = stuck.Close()
		w.End(op, silent, spoke, later)
	})
}

// A connection that was reset before it was accepted is no reason to expel other clients.
func TestAConnectionThatCameToNothingCostsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newServer(t, hub.Options{}, conn.Options{})
		l := listen(w)
		silent := l.Connect(t, "192.0.2.1")
		l.Fail(errAborted)
		time.Sleep(time.Second)
		l.Fail(nil)
		time.Sleep(time.Second)
		assert.False(t, silent.IsClosed())
		other := l.Connect(t, "192.0.2.1")
		assert.Contains(t, other.Text(), "-- Welcome")
		w.End(silent, other)
	})
}

func TestTheEndOfTheHubEndsTheTrouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newServer(t, hub.Options{}, conn.Options{})
		l := listen(w)
		l.Fail(errNoFiles)
		w.End() // the listener is not closed, and it neither spins nor stays
		assert.Less(t, l.Calls(), 20)
	})
}
