package hub

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
)

// aReader is a client in a hub whose goroutine is the test: nothing is written, so the
// test asks what a writer would ask, whenever it likes.
func aReader() (*run, *member, *Client) {
	r := newRun(New(journal.New(journal.NewMemory(journal.Bounds{})), Options{}))
	c := newClient(r.hub)
	m := r.newMember(c, Identity{})
	c.out.items = nil // the greeting
	return r, m, c
}

// readings are those that wait in the outbox.
func readings(c *Client) (all []*behind) {
	for _, it := range c.out.items {
		if it.aside != nil && it.behind != nil {
			all = append(all, it.behind)
		}
	}
	return all
}

// asks whether a reading that is at the head makes its member live.
func asks(r *run, c *Client, b *behind) caughtUp {
	answer := make(chan caughtUp, 1)
	r.handle(catchUp{c, b.reading, r.head, answer})
	return <-answer
}

// A writer can come to the end of one reading while the hub has put the next into
// the outbox already. If it were live then, the next reading and the live feed would
// both tell what comes.
func TestOnlyTheLastReadingMakesAMemberLive(t *testing.T) {
	r, m, c := aReader()
	r.fallBehind(m, r.cursor(m))
	r.fallBehind(m, r.cursor(m))
	both := readings(c)
	require.Len(t, both, 2)
	assert.False(t, asks(r, c, both[0]).live)
	assert.False(t, m.live)
	assert.True(t, asks(r, c, both[1]).live)
	assert.True(t, m.live)
}

// The reading of the guest that a connection began as says nothing about the session
// that the connection is now.
func TestTheReadingOfAGuestEndsWithTheGuest(t *testing.T) {
	r, guest, c := aReader()
	r.fallBehind(guest, r.cursor(guest))
	old := readings(c)[0]
	_, m, _ := aReader()
	r.add(m)
	m.client, c.member = c, m
	r.begin(c, 0)
	assert.False(t, asks(r, c, old).live)
	assert.False(t, m.live)
}
