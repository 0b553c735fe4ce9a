package hub_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub"
	"chinwag/hub/hubtest"
	"chinwag/hub/journal"
	"chinwag/protocol"
)

// unforgetting is a store out of which nothing can be taken.
type unforgetting struct{ journal.Store }

func (unforgetting) Redact(uuid.UUID, []journal.Stream, uint64) (int, error) {
	return 0, errDisk
}

// A member whose words could not be taken out is told just that, and when to try again.
func TestWhatCouldNotBeForgottenIsTold(t *testing.T) {
	inWorld(t, hubtest.Setup{Store: unforgetting{journal.NewMemory(journal.Bounds{})}}, 1, false, func(_ *world, people []*hubtest.Client) {
		people[0].Send(say("hello"))
		people[0].Send(protocol.Redact{Sure: true})
		synctest.Wait()
		told := last(people[0].Told())
		assert.Contains(t, told, "could not be taken out of the history")
		assert.Contains(t, told, "in a minute")
	})
}

// Words are taken out of the journal also where the client that asked for it is gone by then.
func TestWordsGoThoughTheirAuthorIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, hub.Options{})
		ann := w.Enter(hub.Identity{})
		ann.Do(say("a secret"))
		w.Store.Hold()
		ann.Send(protocol.Redact{Sure: true})
		synctest.Wait()
		ann.Leave()
		w.Store.Release()
		time.Sleep(time.Second)
		synctest.Wait()
		w.holdsNoSecret(t)
		w.Close(ann)
	})
}

// holdsNoSecret holds that the journal has not the word in it.
func (w *world) holdsNoSecret(t *testing.T) {
	left, err := w.Store.Tail(0, 100)
	require.NoError(t, err)
	for _, e := range left {
		_, words := protocol.Words(e.Event)
		assert.NotContains(t, words.String(), "secret")
	}
}

// Words are taken out of the journals of all nodes, also of one that says its last word just then.
func TestWordsGoFromANodeThatStops(t *testing.T) {
	inNodes(t, 2, func(t *testing.T, ns *nodes) {
		ann := ns.enter(0, "ann")
		ann.Do(say("a secret"))
		ns.link(1).Pause()
		ann.Send(protocol.Redact{Sure: true})
		synctest.Wait()
		ns.all[1].Stop()
		synctest.Wait()
		ns.link(1).Resume()
		ns.all[1].Wait()
		require.NoError(t, ns.all[1].Err)
		for _, w := range ns.all {
			w.holdsNoSecret(t)
		}
		ann.Leave()
	})
}
