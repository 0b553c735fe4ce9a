package journaltest

import (
	"fmt"
	"math"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// tail: the entries of all streams after a position come in order, whole, as many as are asked for.
func tail(t *testing.T, newStore Maker) {
	s, _ := newStore(t, 0)
	assert.Empty(t, tailOf(t, s, 0, 9))
	bob := uuid.New()
	var in []journal.Entry
	for i := range 4 {
		in = append(in, Commit(t, s, Said("#a", fmt.Sprint(i)), Said("@x", fmt.Sprint(i)), SaidBy(bob, "#b", "secret"), joined("#desk"))...)
	}
	assert.Equal(t, in, tailOf(t, s, 0, 99))
	assert.Equal(t, in[5:9], tailOf(t, s, 5, 4))
	assert.Equal(t, in[14:], tailOf(t, s, 14, 99))
	assert.Empty(t, tailOf(t, s, 16, 99))
	assert.Empty(t, tailOf(t, s, 1<<63+5, 99))
	assert.Empty(t, tailOf(t, s, 0, 0))

	_, err := s.Redact(bob, []journal.Stream{"#b"}, math.MaxInt64)
	require.NoError(t, err)
	got := tailOf(t, s, 10, 1)
	assert.Equal(t, protocol.Redacted{Meta: protocol.MetaOf(in[10].Event), From: protocol.MustNick("bob")}, got[0].Event)
	assert.Equal(t, journal.Stream("#b"), got[0].Stream)
	assert.Equal(t, bob, got[0].Author)

	var more []journal.Entry
	for i := range 1500 { // more than is read at once
		more = append(more, Said(journal.Stream(fmt.Sprint("#", i)), "x"))
	}
	Commit(t, s, more...)
	assert.Equal(t, more[1:1400], tailOf(t, s, more[0].Seq, 1399))

	few, prune := newStore(t, 3)
	for i := range 6 {
		Commit(t, few, Said("#a", fmt.Sprint(i)), Said("#b", fmt.Sprint(i)))
	}
	prune()
	assert.Equal(t, []string{"3", "3", "4"}, Texts(tailOf(t, few, 4, 3)), "what is gone is passed over")
}

func tailOf(t testing.TB, s journal.Store, after uint64, limit int) []journal.Entry {
	t.Helper()
	entries, err := s.Tail(after, limit)
	require.NoError(t, err)
	return entries
}
