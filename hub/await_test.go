package hub

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

var isEnding = Identity{Ending: func() bool { return true }}

// The one who has the name may have ended its input and still have much to say, or be one
// who does not read: whoever asks for the name is answered all the same.
func TestWhoWaitsForANameIsAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(journal.Bounds{}, Options{})
		bob := w.from(t, 2, isEnding)
		bob.does(called("bob"))
		eve := w.from(t, 2, Identity{})
		eve.told()
		eve.does(called("bob"), say("hello?"))
		assert.Empty(t, eve.told(), "bob is about to be over")
		time.Sleep(shortTime)
		synctest.Wait()
		assert.Equal(t, []string{"-- bob is taken: please choose another name"}, eve.told())
		assert.Contains(t, bob.told(), "<guest-2> hello?")
		w.close(bob, eve)
	})
}

// Two who each ask for the other's name, and have both ended their input, do not wait for
// each other for ever.
func TestTwoWhoWaitForEachOthersNames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(journal.Bounds{}, Options{})
		people := []*persona{w.from(t, 2, isEnding), w.from(t, 2, isEnding)}
		people[0].does(called("one"))
		people[1].does(called("two"))
		people[0].does(called("two"))
		people[1].does(called("one"))
		for _, p := range people {
			go p.client.Close(t.Context(), protocol.Quit)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		w.inspect(func(r *run) { assert.Empty(t, r.clients) })
		w.close(people...)
	})
}
