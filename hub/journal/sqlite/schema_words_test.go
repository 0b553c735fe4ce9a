package sqlite

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/hub/journal/journaltest"
)

// Words that another program folded in another way are indexed again, and searches say meanwhile how far they looked.
func TestWordsOfAnotherFoldingAreIndexedAgain(t *testing.T) {
	path := newPath(t)
	s := still(t, path, Options{})
	journaltest.Commit(t, s, journaltest.Said("#a", "ＡＢＣ"), journaltest.Said("#a", "abc"))
	_, err := s.index()
	require.NoError(t, err)
	require.NoError(t, s.mark())
	for _, do := range []string{"UPDATE meta SET folding=folding-1", "INSERT INTO words (rowid, stream, text) VALUES (9, 's1', 'abc')"} {
		_, err = s.w.conn.ExecContext(t.Context(), do)
		require.NoError(t, err)
	}
	require.NoError(t, s.Close())

	s = still(t, path, Options{})
	assert.Zero(t, s.indexed.Load())
	assert.True(t, s.marked.Load(), "the scrub that was due is still due")
	found, looked, err := s.Search(hasty{t.Context()}, []journal.Stream{"#a"}, "abc", 2, 9)
	require.NoError(t, err)
	assert.Empty(t, found)
	assert.Zero(t, looked)
	found, _, err = s.Search(t.Context(), []journal.Stream{"#a"}, "abc", 9, 9)
	require.NoError(t, err)
	assert.Equal(t, []string{"ＡＢＣ", "abc"}, journaltest.Texts(found))
}
