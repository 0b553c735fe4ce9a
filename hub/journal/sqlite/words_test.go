package sqlite

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/hub/journal/journaltest"
)

// withWords is the path of a closed journal with words: lines "tea 1" to "tea 9", all indexed.
func withWords(t *testing.T) string {
	path := newPath(t)
	s := opened(t, path, Options{})
	for i := range 9 {
		journaltest.Commit(t, s, journaltest.Said("#a", fmt.Sprint("tea ", i+1)))
	}
	assert.Len(t, teas(t, s), 9)
	require.NoError(t, s.Close())
	return path
}

func teas(t *testing.T, s *Store) []string {
	t.Helper()
	found, looked, err := s.Search(t.Context(), []journal.Stream{"#a"}, "tea", s.Head(), 99)
	require.NoError(t, err)
	assert.Equal(t, s.Head(), looked)
	return journaltest.Texts(found)
}

func onWords(t *testing.T, path, statements string) {
	t.Helper()
	var w wordsFile
	w.path = wordsPath(path)
	require.NoError(t, w.connect(t.Context()))
	defer w.close()
	_, err := w.conn.ExecContext(t.Context(), statements)
	require.NoError(t, err)
}

// The file with the words is used as it is where it is the journal's, and made again where it is not.
func TestTheWordsAreMadeAgain(t *testing.T) {
	t.Parallel()
	damage := func(at int64) func(t *testing.T, path string) {
		return func(t *testing.T, path string) {
			f, err := os.OpenFile(wordsPath(path), os.O_RDWR, 0)
			require.NoError(t, err)
			_, err = f.WriteAt(bytes.Repeat([]byte{0xA5}, 4096), at)
			require.NoError(t, err)
			require.NoError(t, f.Close())
		}
	}
	for name, c := range map[string]struct {
		harm func(t *testing.T, path string)
		kept bool
	}{
		"nothing": {func(*testing.T, string) {}, true},
		"lost":    {func(t *testing.T, path string) { require.NoError(t, os.Remove(wordsPath(path))) }, false},
		"empty":   {func(t *testing.T, path string) { require.NoError(t, os.Truncate(wordsPath(path), 0)) }, false},
		"cut":     {func(t *testing.T, path string) { require.NoError(t, os.Truncate(wordsPath(path), 4096)) }, false},
		"no database": {func(t *testing.T, path string) {
			require.NoError(t, os.WriteFile(wordsPath(path), []byte("words"), 0o600))
		}, false},
		"damaged header":  {damage(0), false},
		"damaged table":   {damage(4096), false},
		"newer":           {func(t *testing.T, path string) { onWords(t, path, fmt.Sprint("PRAGMA user_version=", wordsVersion+1)) }, false},
		"older":           {func(t *testing.T, path string) { onWords(t, path, fmt.Sprint("PRAGMA user_version=", wordsVersion-1)) }, false},
		"another's":       {func(t *testing.T, path string) { onWords(t, path, "UPDATE state SET id=x'00'") }, false},
		"beyond the head": {func(t *testing.T, path string) { onWords(t, path, "UPDATE state SET indexed=10") }, false},
		"another past":    {func(t *testing.T, path string) { onWords(t, path, "UPDATE state SET time=time+1") }, false},
		"no table":        {func(t *testing.T, path string) { onWords(t, path, "DROP TABLE words") }, false},
		"no state":        {func(t *testing.T, path string) { onWords(t, path, "DELETE FROM state") }, false},
	} {
		t.Run(name, func(t *testing.T) {
			path := withWords(t)
			c.harm(t, path)
			s := still(t, path, Options{})
			assert.Equal(t, c.kept, s.indexed.Load() == 9)
			assert.Equal(t, !c.kept, s.marked.Load(), "what was lost may have had redacted words")
			assert.Len(t, teas(t, s), 9)
			r, err := Verify(path)
			require.NoError(t, err)
			assert.Empty(t, r.Problems)
			assert.Equal(t, uint64(9), r.Indexed)
			if info, err := os.Stat(wordsPath(path)); assert.NoError(t, err) && runtime.GOOS != "windows" {
				assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
			}
		})
	}
}

// Damage that shows only while the server runs.
func TestHarmedWordsAreMadeAgainAtOnce(t *testing.T) {
	t.Parallel()
	s := still(t, withWords(t), Options{})
	_, err := s.words.conn.ExecContext(t.Context(), "DROP TABLE words")
	require.NoError(t, err)
	journaltest.Commit(t, s, journaltest.Said("#a", "tea 10"))
	assert.Len(t, teas(t, s), 10)
}

// Where there is no room for words, or no file can be made, lines are recorded and taken out as ever.
func TestTheJournalDoesWithoutWords(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	require.NoError(t, os.MkdirAll(filepath.Join(wordsPath(path), "in the way"), 0o700))
	s := still(t, path, Options{})
	bob := uuid.New()
	journaltest.Commit(t, s, journaltest.SaidBy(bob, "#a", "tea"), journaltest.Said("#a", "more tea"))
	found, looked, err := s.Search(t.Context(), []journal.Stream{"#a"}, "tea", s.Head(), 9)
	require.NoError(t, err)
	assert.Empty(t, found)
	assert.Zero(t, looked, "it says that it has not looked")
	n, err := s.Redact(bob, []journal.Stream{"#a"}, 0)
	require.NoError(t, err)
	assert.Zero(t, n)
	carol := uuid.New()
	journaltest.Commit(t, s, journaltest.SaidBy(carol, "#a", "secret tea"))
	n, err = s.Redact(carol, []journal.Stream{"#a"}, math.MaxInt64)
	require.NoError(t, err)
	assert.Equal(t, 1, n)
	require.NoError(t, os.RemoveAll(wordsPath(path)))
	assert.Equal(t, []string{"tea", "more tea"}, teas(t, s), "it is tried again")

	_, err = s.words.conn.ExecContext(t.Context(), "PRAGMA max_page_count=1")
	require.NoError(t, err)
	journaltest.Commit(t, s, journaltest.Said("#a", "tea "+hanLine(1300)))
	_, err = s.index()
	require.Error(t, err, "the disk is full")
	n, err = s.Redact(bob, []journal.Stream{"#a"}, math.MaxInt64)
	require.NoError(t, err)
	assert.Equal(t, 1, n)
	if s.words.conn != nil {
		_, err = s.words.conn.ExecContext(t.Context(), "PRAGMA max_page_count=100000")
		require.NoError(t, err)
	}
	assert.Len(t, teas(t, s), 2)
}

// Words go from the index first, and that is flushed: a process that is killed between the two leaves none behind.
func TestWordsGoFirst(t *testing.T) {
	t.Parallel()
	path := withWords(t)
	s := still(t, path, Options{})
	rows, _, err := s.rows(stepBytes, entryAt, 1, int64(5))
	require.NoError(t, err)
	s.words.mu.Lock()
	require.NoError(t, s.dropWords(rows, true))
	s.words.mu.Unlock()
	require.NoError(t, s.Close()) // as if killed
	s = still(t, path, Options{})
	assert.True(t, s.marked.Load())
	assert.NotContains(t, teas(t, s), "tea 5")
	n, err := s.Redact(rowsAuthor(t, s, 5), []journal.Stream{"#a"}, math.MaxInt64)
	require.NoError(t, err)
	assert.Equal(t, 1, n)
	require.NoError(t, s.anew())
	assert.Len(t, teas(t, s), 8)
}

func rowsAuthor(t *testing.T, s *Store, seq uint64) uuid.UUID {
	page, err := s.Tail(seq-1, 1)
	require.NoError(t, err)
	return page[0].Author
}

// Words that another program folded in another way are indexed again, and searches say meanwhile how far they looked.
func TestWordsOfAnotherFoldingAreIndexedAgain(t *testing.T) {
	path := newPath(t)
	s := still(t, path, Options{})
	journaltest.Commit(t, s, journaltest.Said("#a", "ＡＢＣ"), journaltest.Said("#a", "abc"))
	_, err := s.index()
	require.NoError(t, err)
	require.NoError(t, s.mark())
	_, err = s.words.conn.ExecContext(t.Context(), fmt.Sprintf("PRAGMA user_version=%d; INSERT INTO words (rowid, stream, text) VALUES (9, 's1', 'abc')", wordsVersion-1))
	require.NoError(t, err)
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
