package sqlite

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/hub/journal/journaltest"
)

// A full disk refuses lines, and takes them again when there is room.
func TestAFullDiskIsToldAndOver(t *testing.T) {
	s := opened(t, newPath(t), Options{})
	journaltest.Commit(t, s, numbered(1, 10)...)
	limit := func(pages string) {
		_, err := s.w.conn.ExecContext(t.Context(), "PRAGMA max_page_count="+pages)
		require.NoError(t, err)
	}
	limit("1") // no more than there are
	in := numbered(11, 5000)
	require.Error(t, s.Commit(nil, manyRows(5000)))
	assert.Empty(t, journaltest.Rows(t, s), "rows are as before")
	err := s.Commit(in, []journal.Row{journaltest.Row(1, "with them")})
	require.Error(t, err)
	assert.Empty(t, journaltest.Rows(t, s))
	assert.NotErrorIs(t, err, journal.ErrBroken)
	assert.Zero(t, in[0].Seq)
	assert.Equal(t, 10, assertNumbered(t, s))
	limit("1000000")
	in = journaltest.Commit(t, s, numbered(11, 500)...)
	assert.Equal(t, uint64(11), in[0].Seq)
	assert.Equal(t, 510, assertNumbered(t, s))
}

// A line that another program keeps us from writing is refused; the next is not.
func TestAnotherWriterIsWaitedForAndThenRefused(t *testing.T) {
	path := newPath(t)
	s := opened(t, path, Options{})
	journaltest.Commit(t, s, numbered(1, 10)...)
	_, err := s.w.conn.ExecContext(t.Context(), "PRAGMA busy_timeout=1")
	require.NoError(t, err)
	_, err = s.checkpoints.ExecContext(t.Context(), "BEGIN IMMEDIATE")
	require.NoError(t, err)
	assert.ErrorContains(t, s.Commit(numbered(11, 1), nil), "locked")
	_, err = s.checkpoints.ExecContext(t.Context(), "ROLLBACK")
	require.NoError(t, err)
	journaltest.Commit(t, s, numbered(11, 1)...)
	assert.Equal(t, 11, assertNumbered(t, s))
	assert.False(t, isFinal(errors.New("x")))
}
