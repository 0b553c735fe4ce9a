package journal

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/protocol"
	"chinwag/protocol/seedtest"
)

// asked is a store that counts how often it is asked for the last lines.
type asked struct {
	*Memory
	times  int
	before func() // it answers
}

func (s *asked) Newest(streams []Stream, upto uint64, n int) ([]Entry, bool, error) {
	s.times++
	entries, more, err := s.Memory.Newest(streams, upto, n)
	if s.before != nil {
		s.before()
	}
	return entries, more, err
}

// running runs a journal in a bubble, and returns how to commit something.
func running(t *testing.T, s Store) (j *Journal, commit func(...Entry) uint64, stop func()) {
	j = New(s)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); j.Run(ctx) }()
	return j, func(entries ...Entry) uint64 {
			j.Propose(Proposal{Entries: entries})
			require.NoError(t, (<-j.Committed()).Err)
			return s.Head()
		}, func() {
			cancel()
			<-ended
		}
}

func came(st Stream) Entry {
	e := said(st, "")
	e.Event = protocol.Joined{Meta: protocol.MetaOf(e.Event)}
	return e
}

func TestManyWhoComeAskTheStoreOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &asked{Memory: NewMemory(Bounds{})}
		j, commit, stop := running(t, s)
		head := commit(said("#a", "1"), said("#a", "2"), said("#b", "3"))
		last := func(upto uint64) string {
			entries, more, err := j.Newest([]Stream{"#a"}, upto, 2)
			require.NoError(t, err)
			return fmt.Sprint(texts(entries), more)
		}
		for range 10 {
			assert.Equal(t, "[1 2] false", last(head))
			head = commit(came("#a"), said("#b", "elsewhere"))
		}
		assert.Equal(t, 1, s.times)
		head = commit(said("#a", "4"))
		assert.Equal(t, "[2 4] true", last(head))
		assert.Equal(t, "[1 2] false", last(head-1), "of who has asked before")
		assert.Equal(t, 3, s.times)
		time.Sleep(replayTTL + 1)
		last(head)
		assert.Equal(t, 4, s.times, "the store may have pruned some")
		_, err := j.Redact(uuid.New(), []Stream{"#a"}, math.MaxInt64)
		require.NoError(t, err)
		last(head)
		assert.Equal(t, 5, s.times)
		stop()
	})
}

// What is spoken while the store is asked is not held to be before it.
func TestWhatIsSpokenMeanwhileIsNotMissed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &asked{Memory: NewMemory(Bounds{})}
		j, commit, stop := running(t, s)
		head := commit(said("#a", "1"))
		s.before = func() { head = commit(said("#a", "2")) }
		_, _, err := j.Newest([]Stream{"#a"}, head, 9)
		require.NoError(t, err)
		s.before = nil
		entries, _, err := j.Newest([]Stream{"#a"}, head, 9)
		require.NoError(t, err)
		assert.Equal(t, []string{"1", "2"}, texts(entries))
		stop()
	})
}

// Whatever is asked for when, the answer is the store's.
func TestTheLatestAreTheStores(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewMemory(Bounds{})
		j, commit, stop := running(t, s)
		random := rand.New(rand.NewPCG(seedtest.One(t, 1), 2))
		for i := range 3000 {
			st := Stream(fmt.Sprint("#", random.IntN(maxReplays+9)))
			if random.IntN(3) == 0 {
				commit(came(st))
			} else if random.IntN(4) == 0 {
				commit(said(st, fmt.Sprint(i)))
			}
			upto, n := s.Head()-min(s.Head(), uint64(random.IntN(3))), 1+random.IntN(3)
			want, wantMore, _ := s.Newest([]Stream{st}, upto, n)
			got, more, err := j.Newest([]Stream{st}, upto, n)
			require.NoError(t, err)
			require.Equal(t, texts(want), texts(got))
			require.Equal(t, wantMore, more)
		}
		assert.LessOrEqual(t, len(j.replays.replays), maxReplays)
		stop()
	})
}

func texts(entries []Entry) (all []string) {
	for _, e := range entries {
		_, text := protocol.Words(e.Event)
		all = append(all, text.String())
	}
	return all
}
