package sqlite

import (
	"bytes"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/hub/journal/journaltest"
)

func TestRowsAndTheKeyAreThereAgain(t *testing.T) {
	path := newPath(t)
	s := opened(t, path, Options{})
	key := s.Key()
	assert.NotZero(t, key)
	require.NoError(t, s.Commit(numbered(1, 3), []journal.Row{journaltest.Row(2, "two"), journaltest.Row(1, "one")}))
	require.NoError(t, s.Commit(nil, []journal.Row{journaltest.Row(1, "other")}))
	require.NoError(t, s.Close())

	s = opened(t, path, Options{})
	assert.Equal(t, key, s.Key())
	assert.Equal(t, []journal.Row{journaltest.Row(1, "other"), journaltest.Row(2, "two")}, journaltest.Rows(t, s))
	assert.Equal(t, 3, assertNumbered(t, s))
}

// A journal from before there were rows has none, and a key of its own.
func TestAFileWithoutRowsIsBroughtForward(t *testing.T) {
	path := newPath(t)
	s := opened(t, path, Options{})
	journaltest.Commit(t, s, numbered(1, 100)...)
	require.NoError(t, s.Close())
	makeOlder(t, path, rowsSchema-1)
	s = opened(t, path, Options{})
	assert.NotZero(t, s.Key())
	assert.Empty(t, journaltest.Rows(t, s))
	assert.Equal(t, 100, assertNumbered(t, s))
	require.NoError(t, s.Commit(nil, []journal.Row{journaltest.Row(1, "one")}))
	assert.FileExists(t, fmt.Sprintf("%s.v%d.bak", path, rowsSchema-1))
}

// Rows stand in no export, and an import has none; nor does it take what has some for empty.
func TestRowsAreNotExported(t *testing.T) {
	path := newPath(t)
	s := opened(t, path, Options{})
	require.NoError(t, s.Commit(numbered(1, 100), []journal.Row{journaltest.Row(1, "xyzzy")}))
	require.NoError(t, s.Close())
	for _, f := range []Format{JSON, Text} {
		var out bytes.Buffer
		require.NoError(t, Export(path, &out, f))
		assert.NotContains(t, out.String(), "xyzzy")
		if f == JSON {
			to := newPath(t)
			require.NoError(t, imported(to, &out))
			again := opened(t, to, Options{})
			assert.Empty(t, journaltest.Rows(t, again))
			assert.NotEqual(t, s.Key(), again.Key())
			assert.Equal(t, 100, assertNumbered(t, again))
		}
	}
	report, err := Verify(path)
	require.NoError(t, err)
	assert.Empty(t, report.Problems)

	path = newPath(t)
	s = opened(t, path, Options{})
	require.NoError(t, s.Commit(nil, []journal.Row{journaltest.Row(1, "xyzzy")}))
	require.NoError(t, s.Close())
	assert.ErrorContains(t, imported(path, bytes.NewReader(nil)), "has entries already")
}

// What a row was goes with it: nothing of it is left in the file when the WAL is empty.
func TestARowThatIsGoneIsOverwritten(t *testing.T) {
	path := newPath(t)
	s := opened(t, path, Options{})
	require.NoError(t, s.Commit(nil, []journal.Row{journaltest.Row(1, "xyzzy"), journaltest.Row(2, "xyzzy and more")}))
	require.NoError(t, s.Commit(nil, []journal.Row{journaltest.Row(1, "b"), {ID: 2}}))
	require.NoError(t, s.Close())
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.False(t, bytes.Contains(b, []byte("xyzzy")))
}

// manyRows are so many rows of 500 bytes.
func manyRows(n int) (rows []journal.Row) {
	for i := range n {
		rows = append(rows, journal.Row{ID: int64(i + 1), Value: bytes.Repeat([]byte{byte(i)}, 500)})
	}
	return rows
}

// What a start pays for the rows of 20,000 sessions.
func BenchmarkRows(b *testing.B) {
	s := opened(b, newPath(b), Options{})
	require.NoError(b, s.Commit(nil, manyRows(20_000)))
	for b.Loop() {
		n := 0
		if err := s.Rows(func(journal.Row) error { n++; return nil }); err != nil || n != 20_000 {
			b.Fatal(err)
		}
	}
}

// What a row of 500 bytes, one of 20,000, adds to a group of so many entries.
func BenchmarkCommitRows(b *testing.B) {
	for _, group := range []int{1, 64} {
		for _, changed := range []int{0, 1, 64} {
			b.Run(fmt.Sprintf("lines=%d/rows=%d", group, changed), func(b *testing.B) {
				s, in, rows := still(b, newPath(b), Options{}), lines(group), manyRows(20_000)
				require.NoError(b, s.Commit(nil, rows))
				b.ReportAllocs()
				for n := 0; b.Loop(); n++ {
					some := make([]journal.Row, changed)
					for i := range some {
						some[i] = rows[(n*changed+i)*7919%len(rows)]
					}
					if err := s.Commit(anew(in), some); err != nil {
						b.Fatal(err)
					}
					if n%200 == 199 {
						b.StopTimer()
						require.NoError(b, s.checkpoint())
						b.StartTimer()
					}
				}
			})
		}
	}
}

// 20,000 rows are a small part of the second that a start may take.
func TestManyRowsAreReadAtOnce(t *testing.T) {
	s := opened(t, newPath(t), Options{Sync: Off})
	in := manyRows(20_000)
	require.NoError(t, s.Commit(nil, in))
	start := time.Now()
	got := journaltest.Rows(t, s)
	took := time.Since(start)
	require.Len(t, got, len(in))
	assert.Equal(t, in[777], got[777])
	assert.Less(t, took, 10*time.Second, "a tenth of a second where nothing else goes on")
}

// rowsAt are rows that belong to a journal with that head.
func rowsAt(head uint64) (rows []journal.Row) {
	for _, id := range []int64{1, int64(2 + head%50), 1 << 40} {
		rows = append(rows, journaltest.Row(id, fmt.Sprintf("%-500d", head)))
	}
	return append(rows, journal.Row{ID: int64(2 + (head+25)%50)})
}

// assertRowsAtHead checks that the last rows that are there came with the last entries.
func assertRowsAtHead(t testing.TB, s *Store) {
	t.Helper()
	all := journaltest.Rows(t, s)
	if len(all) == 0 {
		assert.Zero(t, s.Head())
		return
	}
	head := rowsAt(s.Head())
	assert.Equal(t, head[0], all[0])
	assert.Equal(t, head[2], all[len(all)-1])
	assert.Contains(t, all, head[1])
	for _, r := range all {
		assert.NotEqual(t, head[3].ID, r.ID, "it was deleted")
	}
}
