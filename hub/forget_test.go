package hub

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// unforgetting is a store out of which nothing can be taken.
type unforgetting struct{ journal.Store }

func (unforgetting) Forget(uuid.UUID, []journal.Stream) (int, error) {
	return 0, errors.New("disk full")
}

// A member whose words could not be taken out is told just that, and when to try again.
func TestWhatCouldNotBeForgottenIsTold(t *testing.T) {
	begin := func() *world {
		w := plainWorld()
		w.truth.Store = unforgetting{w.truth.Store}
		return w
	}
	inWorld(t, begin, 1, false, func(_ *world, people []*persona) {
		people[0].wants <- say("hello")
		people[0].wants <- protocol.Forget{Sure: true}
		synctest.Wait()
		told := last(people[0].told())
		assert.Contains(t, told, "could not be taken out of the record")
		assert.Contains(t, told, "in a minute")
	})
}
