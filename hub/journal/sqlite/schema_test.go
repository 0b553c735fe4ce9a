package sqlite

import (
	"fmt"
	"math"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/hub/journal/journaltest"
	"chinwag/protocol"
)

func TestANewerFileIsRefused(t *testing.T) {
	path := newPath(t)
	s, err := open(path, Options{}, append(migrations[:len(migrations):len(migrations)], "CREATE TABLE future (x)"))
	require.NoError(t, err)
	require.NoError(t, s.Close())
	_, err = Open(path, Options{})
	assert.ErrorContains(t, err, "was written by a newer chinwag")
}

// Each version of the schema leads to the last, and the file as it was is kept.
func TestAnOlderFileIsBroughtForward(t *testing.T) {
	t.Parallel()
	future := append(migrations[:len(migrations):len(migrations)], "CREATE TABLE moods (x)", "CREATE INDEX of_moods ON moods(x)")
	broken := append(future[:len(future)-1:len(future)-1], "CREATE TABLE whims (x); CREATE TABLE whims (x)")
	for version := 1; version < len(future); version++ {
		path := newPath(t)
		s, err := open(path, Options{}, future[:max(version, len(migrations))])
		require.NoError(t, err)
		journaltest.Commit(t, s, numbered(1, 50)...)
		was := contents{version, 50, s.Epoch()}
		require.NoError(t, s.Close())
		makeOlder(t, path, version)

		_, err = open(path, Options{}, broken)
		require.Error(t, err)
		assert.Equal(t, was, contentsOf(t, path), "all or nothing")

		s, err = open(path, Options{}, future)
		require.NoError(t, err)
		journaltest.Commit(t, s, numbered(51, 5)...)
		assert.Equal(t, 55, assertNumbered(t, s))
		require.NoError(t, s.Close())

		assert.Equal(t, was, contentsOf(t, fmt.Sprintf("%s.v%d.bak", path, version)))
	}
}

// A file of the first schema, which had an index of all entries and two more, is the same journal without.
func TestAFileWithThreeIndexesIsBroughtForward(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := opened(t, path, Options{})
	ann, bob := uuid.New(), uuid.New()
	for i := range 200 {
		journaltest.Commit(t, s, journaltest.SaidBy(bob, "#a", fmt.Sprint("tea ", i)), journaltest.SaidBy(ann, "#a", "cake"),
			journal.Entry{Stream: "#a", Author: ann, Event: protocol.Joined{From: protocol.MustNick("ann")}}, journaltest.SaidBy(bob, "#b", "elsewhere"))
	}
	_, _, err := s.Search(t.Context(), []journal.Stream{"#a"}, "tea", s.Head(), 1)
	require.NoError(t, err)
	want := everything(t, s, "#a", "#b")
	require.Len(t, want, 800)
	require.NoError(t, s.Close())
	makeOlder(t, path, 1)

	s = opened(t, path, Options{})
	assert.Empty(t, indexesOf(t, s))
	assert.FileExists(t, path+".v1.bak")
	got := everything(t, s, "#a", "#b")
	require.Len(t, got, 800)
	for i := range want {
		require.Equal(t, want[i], got[i], "what was spoken and what was not, in one order")
	}
	found, _, err := s.Search(t.Context(), []journal.Stream{"#a"}, "tea 7", s.Head(), 9)
	require.NoError(t, err)
	assert.Len(t, found, 1)

	n, err := s.Redact(bob, []journal.Stream{"#a"}, math.MaxInt64)
	require.NoError(t, err)
	assert.Equal(t, 200, n)
	journaltest.Commit(t, s, journaltest.SaidBy(bob, "#a", "tea again"))
	require.NoError(t, s.Close())
	s = opened(t, path, Options{Lines: 100})
	pruneAll(t, s)
	p, err := s.Read(journaltest.From(0, "#a"), s.Head(), 500)
	require.NoError(t, err)
	assert.Equal(t, 451, p.Pruned)
	assert.Equal(t, want[len(want)-2].Seq, p.Entries[len(p.Entries)-2].Seq)
	assert.Len(t, p.Entries, 150, "a hundred lines, and who came meanwhile")
	require.NoError(t, s.Close())
	r, err := Verify(path)
	require.NoError(t, err)
	assert.Empty(t, r.Problems)
}

// indexesOf are the indexes of entries, by name.
func indexesOf(t *testing.T, s *Store) (names []string) {
	t.Helper()
	rows, err := s.w.conn.QueryContext(t.Context(), "SELECT name FROM pragma_index_list('entries') ORDER BY name")
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var name string
		require.NoError(t, rows.Scan(&name))
		names = append(names, name)
	}
	require.NoError(t, rows.Err())
	return names
}
