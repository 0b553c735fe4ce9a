package hubtest_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/hub"
	"chinwag/hub/hubtest"
	"chinwag/protocol"
)

// How a test of a hub looks: sessions enter, their clients type lines, and others are told of them.
func Example() {
	var t *testing.T // a test's own
	synctest.Test(t, func(t *testing.T) {
		w := hubtest.New(t, hubtest.Setup{})
		ann, bob := w.Enter(hub.Identity{}), w.Enter(hub.Identity{})
		ann.Type("/nick ann", "hello")
		bob.Await("<ann> hello")
		w.Close(ann, bob)
	})
}

func TestWhatIsTypedAndWhatIsJSON(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := hubtest.New(t, hubtest.Setup{})
		ann, bob := w.Enter(hub.Identity{}), w.NewClient(true)
		bob.Connect()
		synctest.Wait()
		ann.Told()
		ann.Type("/nick ann", "hello")
		bob.Type(`{"type":"say","id":"1","text":"hello, ann"}`)
		assert.Equal(t, []string{"-- you are now ann", "<guest-2> hello, ann"}, ann.Told())
		bob.Await("<ann> hello")
		w.Close(ann, bob)
	})
}

func TestAStoreHoldsAndFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := hubtest.New(t, hubtest.Setup{})
		ann, bob := w.Enter(hub.Identity{}), w.Enter(hub.Identity{})
		bob.Told()
		w.Store.Hold()
		ann.Type("one")
		ann.Type("two")
		assert.Empty(t, bob.Told())
		w.Store.Let(nil)
		assert.Equal(t, []string{"<guest-1> one"}, bob.Told(), "the next is held")
		w.Store.Open(errors.New("disk full"))
		assert.Empty(t, bob.Told())
		ann.Await("could not be recorded")
		ann.Type("three")
		assert.Equal(t, []string{"<guest-1> three"}, bob.Told())
		w.Store.Fail(errors.New("disk full"))
		ann.Type("four")
		w.Store.Fail(nil)
		w.Store.Release()
		assert.Empty(t, bob.Told())
		var said []string
		for _, e := range w.Store.Entries() {
			if s, ok := e.Event.(protocol.Said); ok {
				said = append(said, s.Text.String())
			}
		}
		assert.Equal(t, []string{"one", "three"}, said)
		w.Close(ann, bob)
	})
}

func TestARestartIsOnTheSameJournal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := hubtest.New(t, hubtest.Setup{})
		ann := w.Enter(hub.Identity{})
		ann.Type("in the first life")
		w.Restart(hub.Options{})
		ann.Wait()
		bob := w.Enter(hub.Identity{})
		bob.Await("in the first life")
		w.Close(ann, bob)
	})
}

func TestWhoIsPausedReadsLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := hubtest.New(t, hubtest.Setup{})
		ann, bob := w.Enter(hub.Identity{}), w.Enter(hub.Identity{})
		bob.Told()
		bob.Pause()
		ann.Type("hello")
		time.Sleep(time.Minute)
		assert.Empty(t, bob.Told())
		bob.Resume()
		bob.Await("hello")
		w.Close(ann, bob)
	})
}
