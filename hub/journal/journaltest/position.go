package journaltest

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// at is a line whose position is given.
func at(seq uint64, st journal.Stream, text string) journal.Entry {
	e := Said(st, text)
	stamp := protocol.MetaOf(e.Event)
	stamp.Seq = seq
	e.Seq, e.Event = seq, e.Event.WithMeta(stamp)
	return e
}

// given: positions that are the next are taken as they are, in one commit with those that are not given.
func given(t *testing.T, newStore Maker) {
	s, _ := newStore(t, 0)
	in := []journal.Entry{at(1, "#a", "1"), Said("#a", "2"), at(3, "#b", "3"), at(4, "#a", "4")}
	event := in[3].Event
	Commit(t, s, in...)
	assert.Equal(t, event, in[3].Event)
	assert.Equal(t, []uint64{1, 2, 3, 4}, seqs(in))
	assert.Equal(t, []uint64{1, 2, 1, 3}, []uint64{in[0].StreamSeq, in[1].StreamSeq, in[2].StreamSeq, in[3].StreamSeq})
	assert.Equal(t, in, read(t, s, From(0, "#a", "#b"), 4, 9).Entries)
	assert.Equal(t, uint64(4), s.Head())
}

// misplaced: a position that is not the next commits nothing of its group, and says which it is.
func misplaced(t *testing.T, newStore Maker) {
	s, _ := newStore(t, 0)
	Commit(t, s, Said("#a", "1"))
	unlike := at(3, "#a", "x")
	unlike.Seq = 2
	for wrong, in := range map[string][]journal.Entry{
		"an entry of #a has 1, and the next is 2": {at(1, "#a", "again")},
		"an entry of #a has 3, and the next is 2": {at(3, "#a", "too far")},
		"an entry of #b has 2, and the next is 3": {Said("#a", "fits"), at(2, "#b", "does not")},
		"an entry of #a has 4, and the next is 3": {at(2, "#a", "fits"), at(4, "#a", "a gap"), at(3, "#a", "and back")},
		"the event of an entry at 2 says 3":       {unlike},
	} {
		first := in[0]
		err := s.Commit(in, nil)
		require.ErrorIs(t, err, journal.ErrPosition)
		assert.ErrorContains(t, err, wrong)
		assert.Equal(t, first, in[0], "it has no place")
		assert.Equal(t, uint64(1), s.Head())
	}
	assert.Equal(t, uint64(2), Commit(t, s, at(2, "#a", "2"))[0].StreamSeq, "nothing of that was counted")
	assert.Equal(t, []string{"1", "2"}, Texts(read(t, s, From(0, "#a", "#b"), 9, 9).Entries))
}

func seqs(entries []journal.Entry) (all []uint64) {
	for i := range entries {
		all = append(all, entries[i].Seq)
	}
	return all
}
