package journaltest

import (
	"bytes"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
)

// Row is a row with a value.
func Row(id int64, value string) journal.Row { return journal.Row{ID: id, Value: []byte(value)} }

// Rows are all rows of a store.
func Rows(t testing.TB, s journal.Store) (all []journal.Row) {
	t.Helper()
	require.NoError(t, s.Rows(func(r journal.Row) error {
		all = append(all, r)
		return nil
	}))
	return all
}

// rows: a row is what the last commit made of it, and all come back in the order of their IDs.
func rows(t *testing.T, newStore Maker) {
	s, _ := newStore(t, 0)
	assert.Empty(t, Rows(t, s))
	in := []journal.Entry{Said("#a", "1")}
	require.NoError(t, s.Commit(in, []journal.Row{Row(1<<40, "far"), Row(7, "seven"), Row(2, "two")}))
	assert.Equal(t, uint64(1), in[0].Seq)
	assert.Equal(t, []journal.Row{Row(2, "two"), Row(7, "seven"), Row(1<<40, "far")}, Rows(t, s))

	long := string(bytes.Repeat([]byte{0, 0xff, 'x'}, 10_000))
	require.NoError(t, s.Commit(nil, []journal.Row{{ID: 7}, Row(2, long), {ID: 99}, Row(3, "")}))
	assert.Equal(t, []journal.Row{Row(2, long), Row(3, ""), Row(1<<40, "far")}, Rows(t, s), "also without entries")
	assert.Equal(t, uint64(1), s.Head(), "a row has no position")

	require.NoError(t, s.Commit(nil, []journal.Row{Row(2, "a"), {ID: 3}, Row(2, "b"), {ID: 2}, Row(2, "c")}))
	assert.Equal(t, []journal.Row{Row(2, "c"), Row(1<<40, "far")}, Rows(t, s), "the last of each")
	require.NoError(t, s.Commit(nil, nil))
	assert.Equal(t, s.Key(), s.Key())
	other, _ := newStore(t, 0)
	assert.NotEqual(t, s.Key(), other.Key())
}

// together: rows and entries are committed together or not at all.
func together(t *testing.T, newStore Maker) {
	s, _ := newStore(t, 0)
	require.NoError(t, s.Commit([]journal.Entry{Said("#a", "1")}, []journal.Row{Row(1, "one")}))
	err := s.Commit([]journal.Entry{at(3, "#a", "a gap")}, []journal.Row{Row(1, "other"), Row(2, "new")})
	require.ErrorIs(t, err, journal.ErrPosition)
	for _, id := range []int64{0, -1} {
		in := []journal.Entry{Said("#a", "2")}
		require.ErrorIs(t, s.Commit(in, []journal.Row{Row(1, "other"), Row(id, "x")}), journal.ErrRow)
		assert.Zero(t, in[0].Seq)
	}
	assert.Equal(t, []journal.Row{Row(1, "one")}, Rows(t, s))
	assert.Equal(t, uint64(1), s.Head())
}

// ownRows: a caller that commits or reads a row may overwrite its bytes, and may end the reading.
func ownRows(t *testing.T, newStore Maker) {
	s, _ := newStore(t, 0)
	in := []journal.Row{Row(1, "one"), Row(2, "two")}
	require.NoError(t, s.Commit(nil, in))
	clear(in[0].Value)
	got := Rows(t, s)
	assert.Equal(t, []journal.Row{Row(1, "one"), Row(2, "two")}, got)
	clear(got[0].Value)
	assert.Equal(t, Row(1, "one"), Rows(t, s)[0])
	enough, n := errors.New("enough"), 0
	assert.ErrorIs(t, s.Rows(func(journal.Row) error { n++; return enough }), enough)
	assert.Equal(t, 1, n)
}
