package sqlite

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"

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

// assertNumbered checks that the journal is a run of numbered lines from 1 on, each once, in order and in its place,
// and returns how many they are.
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
		assert.LessOrEqual(t, len(s.streams.byName), maxStreams+s.streams.unfiled)
		require.NoError(t, s.fileUpto(s.Head()))
		journaltest.Commit(t, s, journaltest.Said("#7", "x"))
		assert.LessOrEqual(t, len(s.streams.byName), maxStreams+1)
	}
	last := journaltest.Commit(t, s, journaltest.Said("#7", "x"))
	assert.Equal(t, uint64(5), last[0].StreamSeq)
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
