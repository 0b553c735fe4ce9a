//go:build !race

package hub

// The race detector counts allocations of its own, so this is for builds without it.

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"chinwag/protocol"
)

// One line on its way to all members: what is allocated does not depend on how many they are.
func TestADeliveryAllocatesNothing(t *testing.T) {
	for _, members := range []int{2, 500} {
		s := newStage(members)
		e := s.say()
		e.Frame().Text() // encoded once, for the first client that needs it
		s.deliverEntry(e)
		s.broadcast()
		s.flushAll()
		got := testing.AllocsPerRun(100, func() {
			s.deliverEntry(e)
			s.broadcast()
			s.flushAll()
		})
		assert.Equal(t, 1.0, got, "%d members: the slice of the one line that all are told", members)
	}
}

// All that is allocated for a line on its way from its bytes to the sockets: the bytes, the command, twice, since it is
// also that of an intent, and the event. Its share of what is made once for a dozen is less than one more.
func TestALineAllocatesFourObjects(t *testing.T) {
	const lines = 12
	s := newTalk(t, 1, 10, true)
	round := func() {
		s.say(s.speakers[0], lines)
		s.settleAll()
	}
	for range 200 { // the rings are full then
		round()
	}
	got := testing.AllocsPerRun(100, round)
	assert.Less(t, got/lines, 5.0)
}

// The same for the lines of one commit, which go out as one.
func TestABatchIsAllocatedOnce(t *testing.T) {
	for _, members := range []int{2, 500} {
		s := newStage(members)
		e := s.say()
		batch := func() {
			for range 25 {
				s.deliverEntry(e)
			}
			s.broadcast()
			s.flushAll()
		}
		batch()
		got := testing.AllocsPerRun(100, batch)
		assert.Equal(t, 4.0, got, "%d members: the line, its events, its bytes, and the slice that all are given", members)
	}
}

// The hub merges several rooms once for all sessions that hear the same.
func TestAMergeIsAllocatedOnce(t *testing.T) {
	var got []float64
	for _, members := range []int{3, 500} {
		s := newStage(members)
		tea := must(protocol.ParseRoom("tea"))
		for i := range members {
			s.watch(i, tea)
		}
		batch := func() {
			for range 5 {
				s.deliverEntry(s.say())
				s.deliverEntry(s.sayIn(tea))
			}
			s.broadcast()
			s.flushAll()
		}
		batch()
		got = append(got, testing.AllocsPerRun(100, batch))
	}
	assert.Equal(t, got[0], got[1])
}

// An outbox that is written at once holds on to what it needs.
func TestAnOutboxIsReused(t *testing.T) {
	s := newStage(1)
	frames := []*protocol.Frame{s.say().Frame()}
	size := len(frames[0].Text())
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		s.clients[0].out.enqueue(frames, size, 1<<20)
		s.flushAll()
	}))
}
