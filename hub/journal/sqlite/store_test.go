package sqlite

import (
	"database/sql"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"chinwag/hub/journal"
	"chinwag/hub/journal/journaltest"
	"chinwag/protocol"
)

func TestSQLiteIsAStore(t *testing.T) {
	t.Parallel()
	journaltest.Run(t, func(t testing.TB, lines int) (journal.Store, func()) {
		s := opened(t, newPath(t), Options{Lines: lines})
		return s, func() { pruneAll(t, s) }
	})
}

func newPath(t testing.TB) string { return filepath.Join(t.TempDir(), "chinwag.db") }

// opened is a store that is closed with the test.
func opened(t testing.TB, path string, o Options) *Store {
	t.Helper()
	s, err := Open(path, o)
	require.NoError(t, err)
	t.Cleanup(func() {
		if s.stop.Err() == nil {
			assert.NoError(t, s.Close())
		}
	})
	return s
}

func pruneAll(t testing.TB, s *Store) {
	t.Helper()
	for _, step := range []func() (bool, error){s.pruneSome, s.pruneStreams} {
		for more := true; more; {
			var err error
			more, err = step()
			require.NoError(t, err)
		}
	}
}

// everything is what the journal holds of these streams.
func everything(t testing.TB, s journal.Store, streams ...journal.Stream) (entries []journal.Entry) {
	t.Helper()
	cur := journaltest.From(0, streams...)
	for cur.Seq < s.Head() {
		p, err := s.Read(cur, s.Head(), 100)
		require.NoError(t, err)
		entries = append(entries, p.Entries...)
	}
	return entries
}

// numbered are lines that say their place: the first one is from.
func numbered(from, n int) (entries []journal.Entry) {
	for i := range n {
		st := journal.Stream([]string{"#a", "#b", "@x"}[(from+i)%3])
		entries = append(entries, journaltest.Said(st, strconv.Itoa(from+i)))
	}
	return entries
}

// assertNumbered checks that the journal is a run of numbered lines from 1 on,
// each once, in order and in its place, and returns how many they are.
func assertNumbered(t testing.TB, s journal.Store) int {
	t.Helper()
	all := everything(t, s, "#a", "#b", "@x")
	nth := map[journal.Stream]uint64{}
	for i, e := range all {
		nth[e.Stream]++
		_, words := protocol.Words(e.Event)
		require.Equal(t, strconv.Itoa(i+1), words.String())
		require.Equal(t, uint64(i+1), e.Seq)
		require.Equal(t, nth[e.Stream], e.StreamSeq)
	}
	require.Equal(t, uint64(len(all)), s.Head())
	return len(all)
}

func TestTheJournalIsThereAgain(t *testing.T) {
	path := newPath(t)
	s := opened(t, path, Options{})
	epoch := s.Epoch()
	journaltest.Commit(t, s, numbered(1, 500)...)
	require.NoError(t, s.Close())
	info, err := os.Stat(path)
	require.NoError(t, err)
	if runtime.GOOS != "windows" {
		assert.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "private lines are in it")
	}

	s = opened(t, path, Options{})
	assert.Equal(t, epoch, s.Epoch())
	assert.Equal(t, 500, assertNumbered(t, s))
	in := journaltest.Commit(t, s, numbered(501, 2)...)
	assert.Equal(t, uint64(501), in[0].Seq)
	assert.Equal(t, uint64(167), in[0].StreamSeq)
	assert.Equal(t, 502, assertNumbered(t, s))
}

func TestClosedIsClosed(t *testing.T) {
	others := goleak.IgnoreCurrent()
	s := opened(t, newPath(t), Options{})
	require.NoError(t, s.Close())
	assert.ErrorIs(t, s.Commit(numbered(1, 1), nil), errClosed)
	_, err := s.Read(journaltest.From(0, "#a"), 1, 1)
	assert.ErrorIs(t, err, errClosed)
	goleak.VerifyNone(t, others)
}

// The counters of many streams are not all held in memory.
func TestManyStreamsCostNoMemory(t *testing.T) {
	t.Parallel()
	s := opened(t, newPath(t), Options{Sync: Off})
	for range 2 {
		var in []journal.Entry
		for i := range maxStreams + 10 {
			in = append(in, journaltest.Said(journal.Stream(fmt.Sprint("#", i)), "x"))
		}
		journaltest.Commit(t, s, in...)
		assert.LessOrEqual(t, len(s.streams), maxStreams)
	}
	last := journaltest.Commit(t, s, journaltest.Said("#7", "x"))
	assert.Equal(t, uint64(3), last[0].StreamSeq)
}

// Readers see what is committed, whatever is being written, and no commit waits for them.
func TestReadersAndTheWriterDoNotWait(t *testing.T) {
	s := opened(t, newPath(t), Options{})
	journaltest.Commit(t, s, numbered(1, 300)...)
	s.writing.Lock()
	_, err := s.w.begin.Exec()
	require.NoError(t, err)
	_, err = s.w.conn.ExecContext(t.Context(), "DELETE FROM entries")
	require.NoError(t, err)
	assert.Equal(t, 300, assertNumbered(t, s), "what is not committed is not there")
	_, err = s.w.rollback.Exec()
	require.NoError(t, err)
	s.writing.Unlock()

	require.NoError(t, s.withReader(func(r *reader) error {
		_, err := r.conn.ExecContext(t.Context(), "SELECT count(*) FROM entries") // its moment begins
		require.NoError(t, err)
		journaltest.Commit(t, s, numbered(301, 10)...)
		return err
	}))
	assert.Equal(t, 310, assertNumbered(t, s))
}

func TestTwoOnOneFile(t *testing.T) {
	path := newPath(t)
	opened(t, path, Options{})
	_, err := Open(path, Options{})
	assert.ErrorContains(t, err, fmt.Sprintf("another chinwag (process %d) has %s open", os.Getpid(), path))
}

func TestWhatIsNoJournalIsLeftAlone(t *testing.T) {
	for name, content := range map[string]string{"text": "Dear diary, today I bought a hat.", "short": "x", "zeros": string(make([]byte, 8192))} {
		path := newPath(t)
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		_, err := Open(path, Options{})
		assert.ErrorContains(t, err, "is not a chinwag journal, so it is left alone", name)
		got, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, content, string(got), name)
	}
	path := newPath(t)
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	_, err = db.Exec("CREATE TABLE recipes (name TEXT)")
	require.NoError(t, err)
	require.NoError(t, db.Close())
	_, err = Open(path, Options{})
	assert.ErrorContains(t, err, "is not a chinwag journal")
}

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
		s, err := open(path, Options{}, future[:version])
		require.NoError(t, err)
		epoch := s.Epoch()
		journaltest.Commit(t, s, numbered(1, 50)...)
		require.NoError(t, s.Close())

		_, err = open(path, Options{}, broken)
		require.Error(t, err)
		s, err = open(path, Options{}, future[:version])
		require.NoError(t, err, "all or nothing")
		require.NoError(t, s.Close())

		s, err = open(path, Options{}, future)
		require.NoError(t, err)
		journaltest.Commit(t, s, numbered(51, 5)...)
		assert.Equal(t, 55, assertNumbered(t, s))
		require.NoError(t, s.Close())

		old, err := open(fmt.Sprintf("%s.v%d.bak", path, version), Options{}, future[:version])
		require.NoError(t, err)
		assert.Equal(t, epoch, old.Epoch())
		assert.Equal(t, 50, assertNumbered(t, old))
		require.NoError(t, old.Close())
	}
}

// A file of the first schema, which had an index of all entries and one by author,
// is the same journal with one index for each entry.
func TestAFileWithThreeIndexesIsBroughtForward(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s, err := open(path, Options{}, migrations[:1])
	require.NoError(t, err)
	assert.Equal(t, []string{"entries_of_stream", "spoken_by_author", "spoken_in_stream"}, indexesOf(t, s))
	ann, bob := uuid.New(), uuid.New()
	for i := range 200 {
		journaltest.Commit(t, s, journaltest.SaidBy(bob, "#a", fmt.Sprint("tea ", i)), journaltest.SaidBy(ann, "#a", "cake"),
			journal.Entry{Stream: "#a", Author: ann, Event: protocol.Joined{From: journaltest.Nick("ann")}}, journaltest.SaidBy(bob, "#b", "elsewhere"))
	}
	_, _, err = s.Search(t.Context(), []journal.Stream{"#a"}, "tea", s.Head(), 1)
	require.NoError(t, err)
	want := everything(t, s, "#a", "#b")
	require.Len(t, want, 800)
	require.NoError(t, s.Close())

	s = opened(t, path, Options{})
	assert.Equal(t, []string{"spoken_in_stream", "unspoken_in_stream"}, indexesOf(t, s))
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
