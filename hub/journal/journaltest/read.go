package journaltest

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

func empty(t *testing.T, newStore Maker) {
	s, _ := newStore(t, 0)
	assert.NotEqual(t, uuid.Nil, s.Epoch())
	assert.Zero(t, s.Head())
	cur := From(0, "#a")
	assert.Empty(t, read(t, s, cur, 0, 10).Entries)
	seq, err := s.SeqBefore(time.Now())
	require.NoError(t, err)
	assert.Zero(t, seq)
	found, _, err := s.Search(t.Context(), []journal.Stream{"#a"}, "x", 9, 10)
	require.NoError(t, err)
	assert.Empty(t, found)
	require.NoError(t, s.Commit(nil, nil))
	assert.Zero(t, s.Head())
}

func merges(t *testing.T, newStore Maker) {
	s, _ := newStore(t, 0)
	Commit(t, s, Said("#a", "1"), Said("#b", "2"), Said("@x", "3"), Said("#a", "4"), Said("#b", "5"))
	cur := From(0, "#a", "@x", "#nowhere")
	assert.Equal(t, []string{"1", "3"}, Texts(read(t, s, cur, 5, 2).Entries))
	assert.Equal(t, uint64(3), cur.Seq)
	assert.Equal(t, []string{"4"}, Texts(read(t, s, cur, 5, 2).Entries))
	assert.Equal(t, uint64(5), cur.Seq, "a short page ends where it was asked to")
	assert.Equal(t, uint64(2), cur.Streams[0].StreamSeq)
}

func bounded(t *testing.T, newStore Maker) {
	s, _ := newStore(t, 0)
	Commit(t, s, Said("#a", "1"), Said("#a", "2"), Said("#a", "3"))
	cur := From(0, "#a")
	assert.Equal(t, []string{"1", "2"}, Texts(read(t, s, cur, 2, 10).Entries))
	assert.Equal(t, uint64(2), cur.Seq)
	assert.Empty(t, read(t, s, From(1<<63+5, "#a"), 1<<63+9, 10).Entries, "a position that nothing ever had")
}

func pruned(t *testing.T, newStore Maker) {
	s, prune := newStore(t, 3)
	for i := range 10 {
		Commit(t, s, Said("#a", fmt.Sprint(i)), Said("#b", "other"))
	}
	prune()
	cur := From(0, "#a")
	p := read(t, s, cur, 20, 10)
	assert.Equal(t, []string{"7", "8", "9"}, Texts(p.Entries))
	assert.Equal(t, 7, p.Pruned)
	assert.False(t, p.AtLeast)
	assert.Zero(t, read(t, s, cur, 20, 10).Pruned, "told once")

	unknown := func(seq uint64) *journal.Cursor {
		return &journal.Cursor{Seq: seq, Streams: []journal.StreamCursor{{Stream: "#a", StreamSeq: journal.SeqUnknown}}}
	}
	assert.True(t, read(t, s, unknown(4), 20, 10).AtLeast)
	assert.False(t, read(t, s, unknown(14), 20, 10).AtLeast, "nothing after this position is gone")
}

func ofOthers(t *testing.T, newStore Maker) {
	s, prune := newStore(t, 3)
	for i := range 10 {
		Commit(t, s, Said("#a", fmt.Sprint(i)), Said("#b", "other"))
	}
	prune()
	cur := &journal.Cursor{Streams: []journal.StreamCursor{{Stream: "#a", End: 4}}}
	assert.Equal(t, 4, read(t, s, cur, 8, 10).Pruned, "what came after the last entry that is ours is not missed")
}

func noStream(t *testing.T, newStore Maker) {
	s, prune := newStore(t, 1)
	Commit(t, s, Said("#a", "1"), Said("#a", "2"))
	prune()
	cur := &journal.Cursor{Streams: []journal.StreamCursor{{}, {Stream: "#a", StreamSeq: 1}, {StreamSeq: 7}, {StreamSeq: journal.SeqUnknown}}}
	p := read(t, s, cur, 2, 10)
	assert.Equal(t, []string{"2"}, Texts(p.Entries))
	assert.Zero(t, p.Pruned)
	assert.False(t, p.AtLeast)
	_, err := s.SeqOfLast([]journal.Stream{"", "#a"}, 2, 3)
	require.NoError(t, err)
	found, _, err := s.Search(t.Context(), []journal.Stream{""}, "2", 2, 3)
	require.NoError(t, err)
	assert.Empty(t, found)
}

func seqOfLast(t *testing.T, newStore Maker) {
	s, _ := newStore(t, 0)
	joined := journal.Entry{Stream: "#a", Event: protocol.Joined{}}
	Commit(t, s, Said("#a", "1"), joined, Said("#a", "2"), joined, Said("@x", "3"), joined)
	for n, want := range map[int]uint64{0: 5, 1: 3, 2: 1, 3: 0, 9: 0} {
		seq, err := s.SeqOfLast([]journal.Stream{"#a", "@x", "#nowhere"}, 6, n)
		require.NoError(t, err)
		assert.Equal(t, want, seq, n)
	}
	seq, err := s.SeqOfLast([]journal.Stream{"#a"}, 2, 1)
	require.NoError(t, err)
	assert.Zero(t, seq, "nothing after upto counts")
	seq, err = s.SeqOfLast(nil, 6, 1)
	require.NoError(t, err)
	assert.Zero(t, seq)

	for n, want := range map[int][]string{0: nil, 1: {"3"}, 2: {"2", "3"}, 3: {"1", "2", "3"}, 9: {"1", "2", "3"}} {
		last, more, err := s.Newest([]journal.Stream{"#a", "@x", "#nowhere", ""}, 6, n)
		require.NoError(t, err)
		assert.Equal(t, want, Texts(last), n)
		assert.Equal(t, n < 3, more, n)
	}
	last, more, err := s.Newest([]journal.Stream{"#a"}, 2, 5)
	require.NoError(t, err)
	assert.Equal(t, []string{"1"}, Texts(last), "nothing after upto counts")
	assert.False(t, more)
}

func seqBefore(t *testing.T, newStore Maker) {
	s, prune := newStore(t, 5)
	start := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for i := range 9 {
		e := Said("#a", "x")
		e.Event = e.Event.WithMeta(protocol.Meta{Time: start.Add(time.Duration(i/2) * time.Minute)})
		Commit(t, s, e)
	}
	prune() // 5 to 9 are left, of the minutes 2, 2, 3, 3, 4
	for minute, want := range map[int]uint64{-1: 0, 0: 0, 2: 0, 3: 6, 4: 8, 5: 9, 60: 9} {
		seq, err := s.SeqBefore(start.Add(time.Duration(minute) * time.Minute))
		require.NoError(t, err)
		assert.Equal(t, want, seq, "minute %d", minute)
	}
}
