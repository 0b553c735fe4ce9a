package hub_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"

	"chinwag/hub"
	"chinwag/hub/hubtest"
	"chinwag/protocol"
)

// A client hangs up, and its session is resumed and loses that connection, too, before any of it is recorded. The end
// of the first connection does not release the name then, since the second one broke.
func TestAnEndThatIsRecordedLateGivesUpNoName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.Options{})
		bob := newFailingClient(w)
		bob.does(t, called("bob"), say("one"), say("two"), say("three"), say("four")) // no short caller
		synctest.Wait()
		code := hubtest.Text(bob.Code())
		w.Store.Hold()
		bob.Close(protocol.Departed)
		synctest.Wait()
		back := newFailingClient(w)
		back.does(t, protocol.Resume{Code: code})
		synctest.Wait()
		back.Conn().Discard()
		back.Conn().Detach(hubtest.Ended, protocol.Lost)
		synctest.Wait()
		w.Store.Open(nil)
		held := w.SessionOf(code.String())
		assert.NotZero(t, held)
		assert.False(t, held.Released)
		assert.Equal(t, held, w.Owner(hubtest.Nick("bob")))
		again := newFailingClient(w)
		again.does(t, protocol.Resume{Code: code})
		again.Await("You are bob in #lobby")
		w.Close(bob.Client, back.Client, again.Client)
	})
}
