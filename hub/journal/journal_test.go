package journal

import (
	"context"
	"errors"
	"strconv"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"

	"chinwag/protocol"
)

// slowStore commits when it is told to.
type slowStore struct {
	*Memory
	groups [][]Entry
	goOn   chan error
}

func (s *slowStore) Commit(entries []Entry, rows []Row) error {
	s.groups = append(s.groups, append([]Entry(nil), entries...))
	if err := <-s.goOn; err != nil {
		return err
	}
	return s.Memory.Commit(entries, rows)
}

func TestWhatWaitsIsCommittedTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &slowStore{Memory: NewMemory(Bounds{}), goOn: make(chan error)}
		j := New(s)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); j.Run(ctx) }()

		j.Propose(Proposal{Entries: []Entry{said("#a", "1")}})
		synctest.Wait()
		for i := range 3 {
			j.Propose(Proposal{Entries: []Entry{said("#a", strconv.Itoa(i)), said("#b", "y")}})
		}
		s.goOn <- nil
		first := <-j.Committed()
		assert.Len(t, first.Proposals, 1)
		assert.Equal(t, uint64(1), first.Proposals[0].Entries[0].Seq, "a proposal comes back with its positions")

		s.goOn <- errors.New("disk full")
		second := <-j.Committed()
		assert.Error(t, second.Err)
		assert.Len(t, second.Proposals, 3, "all that waited while the first was committed")
		for i, p := range second.Proposals {
			assert.Equal(t, said("#a", strconv.Itoa(i)).Event.(protocol.Said).Text, p.Entries[0].Event.(protocol.Said).Text, "in order")
		}
		assert.Len(t, s.groups[1], 6)

		j.Propose(Proposal{Entries: []Entry{said("#a", "of what has not happened")}})
		synctest.Wait()
		assert.Len(t, s.groups, 2, "nothing is committed after a failure")
		j.Resume()
		j.Propose(Proposal{Entries: []Entry{said("#a", "5")}})
		s.goOn <- nil
		third := <-j.Committed()
		assert.NoError(t, third.Err, "a store that recovers goes on")
		assert.Equal(t, uint64(2), third.Proposals[0].Entries[0].Seq)
		cancel()
		<-ended
	})
}

func TestStreamsKnowTheirSession(t *testing.T) {
	e := said("", "x")
	id, ok := Mailbox(e.Author).Session()
	assert.True(t, ok)
	assert.Equal(t, e.Author, id)
	for _, st := range []Stream{"", Everybody, OfRoom(protocol.Lobby), "@", "@bob"} {
		_, ok := st.Session()
		assert.False(t, ok, st)
	}
}
