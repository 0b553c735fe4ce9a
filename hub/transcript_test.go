package hub_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"

	"chinwag/hub"
	"chinwag/hub/hubtest"
	"chinwag/hub/journal"
	"chinwag/protocol"
)

// countingStore counts what is read of it.
type countingStore struct {
	journal.Store
	entries, pages atomic.Int64
}

func (s *countingStore) Read(cur *journal.Cursor, upto uint64, limit int) (journal.Page, error) {
	p, err := s.Store.Read(cur, upto, limit)
	s.entries.Add(int64(len(p.Entries)))
	s.pages.Add(1)
	return p, err
}

// read is how many entries were read since the last time.
func (s *countingStore) read() int64 { return s.entries.Swap(0) }

// A transcript, and what is shown of an older visitor, is read by number: of what others have said meanwhile next to
// nothing is read, whatever has become of the conversation.
func TestATranscriptIsReadByNumber(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &countingStore{Store: journal.NewMemory(journal.Bounds{Lines: -1, Bytes: -1})}
		w := newWorldOn(t, hubtest.Setup{Store: store, Options: hub.Options{Replay: 5}})
		bystander := w.come(false, hub.Identity{Operator: true, Nick: hubtest.Nick("bystander")})
		bystander.Do(protocol.Duty{})
		ann := w.come(true, hub.Identity{Nick: hubtest.Nick("ann"), From: hubtest.Address(1)})
		bob := w.come(true, hub.Identity{Nick: hubtest.Nick("bob"), From: hubtest.Address(2)})
		ann.Do(protocol.Desk{})
		bob.Do(protocol.Desk{})
		const parts = 10
		for i := range parts {
			says(ann, fmt.Sprint("ann ", i))
			for j := range 200 {
				says(bob, fmt.Sprint("noise ", i, " ", j))
			}
		}
		op := w.come(true, hub.Identity{Operator: true, Nick: hubtest.Nick("late")})
		op.Text()
		store.read()
		op.Do(protocol.Take{Ticket: 1})
		seen := op.Text()
		assert.Contains(t, seen, "[@1 ann] ann 9")
		assert.NotContains(t, seen, "noise")
		assert.Less(t, store.read(), int64(40), "to show the last 5 lines")

		whole := func(when string, most int64) {
			t.Helper()
			store.read()
			op.Do(protocol.Transcript{Ticket: 1})
			seen := op.Text()
			for i := range parts {
				assert.Contains(t, seen, fmt.Sprintf("[@1 ann] ann %d\n", i), when)
			}
			assert.Contains(t, seen, "@1 ann waits at the desk\n", when)
			assert.NotContains(t, seen, "noise", when)
			assert.True(t, strings.HasSuffix(seen, "-- end of history"), when)
			assert.Less(t, store.read(), most, when)
		}
		whole("open", 100)
		op.Do(protocol.Close{Ticket: 1})
		op.Text()
		whole("closed", 100)
		for i := range 1000 {
			says(bob, fmt.Sprint("noise after that ", i))
		}
		op.Text()
		w.ForgetTrail(1)
		whole("of long ago", 200*parts+100)
		op.Do(protocol.Transcript{Ticket: 77})
		assert.Contains(t, op.Text(), "there has been no visitor @77")
		assert.Zero(t, store.read(), "there never was one of that number")
		w.Close(ann, bob, op, bystander)
	})
}
