package hub_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/hub"
	"chinwag/hub/hubtest"
	"chinwag/protocol"
)

// enterEnding is EnterFrom(2) for a client whose peer has closed its direction of the connection.
func enterEnding(w *world) *hubtest.Client {
	c := w.NewClient(false)
	c.Identity.From = hubtest.Address(2)
	c.Input = hubtest.Input{Ending: func() bool { return true }}
	c.Connect()
	time.Sleep(time.Second)
	synctest.Wait()
	return c
}

// The session that has the name may have ended its input and still have much to say, or its client may not read:
// another client that asks for the name is answered all the same.
func TestWhoWaitsForANameIsAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.Options{})
		bob := enterEnding(w)
		bob.Do(called("bob"))
		eve := w.EnterFrom(2, hub.Identity{})
		eve.Told()
		eve.Do(called("bob"), say("hello?"))
		assert.Empty(t, eve.Told(), "bob is about to be over")
		time.Sleep(hub.ShortTime)
		synctest.Wait()
		assert.Equal(t, []string{"-- bob is taken: please choose another name"}, eve.Told())
		assert.Contains(t, bob.Told(), "<guest-2> hello?")
		w.Close(bob, eve)
	})
}

// Two sessions that each ask for the other's name, and have both ended their input, do not wait for each other for
// ever.
func TestTwoWhoWaitForEachOthersNames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.Options{})
		people := []*hubtest.Client{enterEnding(w), enterEnding(w)}
		people[0].Do(called("one"))
		people[1].Do(called("two"))
		people[0].Do(called("two"))
		people[1].Do(called("one"))
		for _, p := range people {
			go p.Conn().Detach(t.Context(), protocol.Departed)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		assert.Zero(t, w.Connections())
		w.Close(people...)
	})
}
