package conn_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/conn"
	"chinwag/hub"
)

const full = "-- goodbye: the server is full"

func TestG10OutOfFilesTheServerWaitsAndWorksAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newHouse(t, hub.Options{}, conn.Options{})
		l, door := w.open()
		bob := l.knock(t, "192.0.2.1")
		bob.say("hi")
		before := l.called()
		l.fail(errNoFiles)
		time.Sleep(59 * time.Second)
		synctest.Wait()
		assert.Less(t, l.called()-before, 75, "it spins")
		assert.Greater(t, l.called()-before, 50, "it sleeps")
		assert.Equal(t, 1, w.log.count("cannot accept connections"))
		l.fail(nil)
		time.Sleep(time.Second)
		ann := l.knock(t, "192.0.2.2")
		assert.Contains(t, ann.text(), "-- Welcome")
		ann.say("hi")
		door.Close()
		w.leave(ann, bob)
	})
}

// Trouble that comes and goes many times a second is one line in the log, too.
func TestG10TroubleOverAndOverDoesNotFillTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newHouse(t, hub.Options{}, conn.Options{PerAddressBurst: 1000, PerAddress: 1000})
		l, door := w.open()
		for range 100 {
			l.fail(errNoFiles)
			time.Sleep(6 * time.Millisecond)
			l.fail(nil)
			time.Sleep(20 * time.Millisecond)
			v := l.knock(t, "192.0.2.1")
			_ = v.Close()
		}
		assert.LessOrEqual(t, strings.Count(w.log.b.String(), "\n"), 2)
		door.Close()
		w.leave()
	})
}

func TestG10SilentStrangersGoFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newHouse(t, hub.Options{}, conn.Options{})
		l, door := w.open()
		op := w.come(anOperator(t))
		stuck := w.stuck()
		time.Sleep(time.Second)
		silent := l.knock(t, "192.0.2.1")
		time.Sleep(time.Second)
		spoke := l.knock(t, "192.0.2.1")
		spoke.say("hi")
		time.Sleep(time.Second)
		later := l.knock(t, "192.0.2.2")

		l.fail(errNoFiles) // the oldest does not go, so it is the next one's turn
		time.Sleep(time.Millisecond)
		synctest.Wait()
		assert.False(t, silent.isOver())
		time.Sleep(5 * time.Millisecond)
		synctest.Wait()
		assert.True(t, silent.isOver(), "one who does not go is in the way")
		assert.Contains(t, silent.text(), full)
		assert.False(t, later.isOver(), "more than need be")
		time.Sleep(time.Minute)
		assert.True(t, later.isOver())
		assert.Contains(t, later.text(), full)
		assert.False(t, spoke.isOver())
		assert.False(t, op.isOver(), "the operator is no stranger")
		l.fail(nil)
		door.Close()
		_ = stuck.Close()
		w.leave(op, silent, spoke, later)
	})
}

// A connection that was reset before it was accepted is no reason to expel other clients.
func TestAConnectionThatCameToNothingCostsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newHouse(t, hub.Options{}, conn.Options{})
		l, door := w.open()
		silent := l.knock(t, "192.0.2.1")
		l.fail(errAborted)
		time.Sleep(time.Second)
		l.fail(nil)
		time.Sleep(time.Second)
		assert.False(t, silent.isOver())
		other := l.knock(t, "192.0.2.1")
		assert.Contains(t, other.text(), "-- Welcome")
		door.Close()
		w.leave(silent, other)
	})
}

func TestTheEndOfTheHubEndsTheTrouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newHouse(t, hub.Options{}, conn.Options{})
		l, _ := w.open()
		l.fail(errNoFiles)
		w.end() // the listener is not closed, and it neither spins nor stays
		assert.Less(t, l.called(), 20)
	})
}
