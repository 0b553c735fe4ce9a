package sqlite

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	codes "modernc.org/sqlite/lib"

	"chinwag/hub/journal"
	"chinwag/hub/journal/journaltest"
	"chinwag/hub/journal/sqlite/disktest"
	"chinwag/protocol/seedtest"
)

// A power cut at any moment leaves a journal that holds all that was committed, whatever of the rest has reached the
// disk and in whatever order. Without a flush for each commit the last ones may be lost, and nothing else.
func TestAPowerCutLosesNothing(t *testing.T) {
	t.Parallel()
	dice := seedtest.Dice(t)
	for round := range rounds(8) {
		y := []Sync{Full, Normal}[round%2]
		path := newPath(t)
		d := disktest.New(filepath.Dir(path))
		d.PowerOff(40 + dice.IntN(600))
		s := opened(t, path, Options{Sync: y, filing: 1 + dice.IntN(200)})
		safe := 0
		for d.IsOn() {
			in := numbered(int(s.Head())+1, 1+dice.IntN(30))
			require.NoError(t, s.Commit(in, rowsAt(s.Head()+uint64(len(in)))))
			if d.IsOn() && y == Full {
				safe = int(s.Head())
			}
			var err error
			switch dice.IntN(8) {
			case 0:
				err = s.checkpoint()
			case 1, 2:
				_, err = s.index()
			case 3:
				err = s.runStep(lazy, s.fileSome)
			}
			require.NoError(t, err)
		}
		require.NoError(t, s.Close())

		after := newPath(t)
		require.NoError(t, d.PowerCut(filepath.Dir(after), dice))
		left, err := Open(after, Options{})
		require.NoError(t, err)
		got := assertNumbered(t, left)
		assert.GreaterOrEqual(t, got, safe)
		assertRowsAtHead(t, left)
		journaltest.Commit(t, left, numbered(got+1, 5)...)
		require.NoError(t, left.Close())
		r, err := Verify(after)
		require.NoError(t, err)
		assert.Empty(t, r.Problems)
	}
}

// A group costs one flush, however many lines are in it.
func TestACommitIsOneFlush(t *testing.T) {
	path := newPath(t)
	d := disktest.New(filepath.Dir(path))
	s := opened(t, path, Options{})
	journaltest.Commit(t, s, numbered(1, 1)...) // the first makes the WAL
	for _, n := range []int{1, 10, 1000} {
		before := d.Flushes()
		require.NoError(t, s.Commit(numbered(int(s.Head())+1, n), manyRows(n)))
		assert.Equal(t, 1, d.Flushes()-before)
	}
	before := d.Flushes()
	require.NoError(t, s.Commit(nil, manyRows(3)))
	assert.Equal(t, 1, d.Flushes()-before, "rows alone are as safe")
}

// After a failed flush it is unknown what the disk has: no commit succeeds any more, and the next start finds out.
func TestAfterAFailedFlushTheStoreIsBroken(t *testing.T) {
	path := newPath(t)
	d := disktest.New(filepath.Dir(path))
	s := opened(t, path, Options{})
	journaltest.Commit(t, s, numbered(1, 10)...)
	d.Fail(func(op, _ string) int32 {
		if op == "sync" {
			return codes.SQLITE_IOERR_FSYNC
		}
		return codes.SQLITE_OK
	})
	in := numbered(11, 3)
	err := s.Commit(in, nil)
	assert.ErrorIs(t, err, journal.ErrBroken)
	assert.Zero(t, in[0].Seq)
	assert.Equal(t, uint64(10), s.Head())
	d.Fail(nil)
	assert.ErrorIs(t, s.Commit(numbered(11, 1), nil), journal.ErrBroken, "the disk says that all is well, and is not believed")
	assert.Equal(t, 10, assertNumbered(t, s), "nothing of it is seen")
	require.NoError(t, s.Close())

	s = opened(t, path, Options{})
	got := assertNumbered(t, s)
	assert.Contains(t, []int{10, 13}, got)
	journaltest.Commit(t, s, numbered(got+1, 1)...)
}

// The WAL goes to the file between the commits: that flush counts, too.
func TestAFailedFlushOfTheFileIsToldByTheNextCommit(t *testing.T) {
	path := newPath(t)
	d := disktest.New(filepath.Dir(path))
	s := opened(t, path, Options{})
	journaltest.Commit(t, s, numbered(1, 10)...)
	d.Fail(func(op, name string) int32 {
		if op == "sync" && name == filepath.Base(path) {
			return codes.SQLITE_IOERR_FSYNC
		}
		return codes.SQLITE_OK
	})
	assert.ErrorIs(t, s.checkpoint(), journal.ErrBroken)
	d.Fail(nil)
	assert.ErrorIs(t, s.Commit(numbered(11, 1), nil), journal.ErrBroken)
	require.NoError(t, s.Close())
	assert.Equal(t, 10, assertNumbered(t, opened(t, path, Options{})))
}

// A disk that cannot write for a while costs what was said meanwhile, and no more.
func TestTheStoreRecoversWithTheDisk(t *testing.T) {
	t.Parallel()
	for name, rc := range map[string]int32{"full": codes.SQLITE_FULL, "error": codes.SQLITE_IOERR_WRITE, "cut": codes.SQLITE_IOERR_TRUNCATE} {
		t.Run(name, func(t *testing.T) {
			dice := seedtest.Dice(t)
			path := newPath(t)
			d := disktest.New(filepath.Dir(path))
			s := opened(t, path, Options{})
			failed := 0
			for range rounds(15) {
				left := dice.IntN(12) // operations until it fails
				d.Fail(func(op, _ string) int32 {
					if left--; left < 0 && (op == "write" || op == "truncate") {
						return rc
					}
					return codes.SQLITE_OK
				})
				head := s.Head()
				in := numbered(int(head)+1, 1+dice.IntN(200))
				if err := s.Commit(in, rowsAt(head+uint64(len(in)))); err != nil {
					failed++
					require.NotErrorIs(t, err, journal.ErrBroken)
					require.Equal(t, head, s.Head())
				}
				assertRowsAtHead(t, s)
				d.Fail(nil)
				require.NoError(t, s.Commit(numbered(int(s.Head())+1, 1), rowsAt(s.Head()+1)))
			}
			assertNumbered(t, s)
			assertRowsAtHead(t, s)
			require.NoError(t, s.Close())
			s = opened(t, path, Options{})
			assertNumbered(t, s)
			assertRowsAtHead(t, s)
			assert.Greater(t, failed, 2)
		})
	}
}

// A disk that does not take what is filed loses nothing of it.
func TestAFilingThatFailsIsDoneAgain(t *testing.T) {
	path := newPath(t)
	d := disktest.New(filepath.Dir(path))
	t.Cleanup(d.Remove)
	s := still(t, path, Options{Sync: Off, filing: 10})
	journaltest.Commit(t, s, numbered(1, 30)...)
	d.Fail(func(op, _ string) int32 {
		if op == "write" {
			return codes.SQLITE_FULL
		}
		return codes.SQLITE_OK
	})
	require.Error(t, s.fileUpto(s.Head()))
	assert.Equal(t, 30, assertNumbered(t, s))
	for range 3 {
		require.Error(t, s.Commit(numbered(31, 30), nil))
	}
	d.Fail(nil)
	journaltest.Commit(t, s, numbered(31, 30)...)
	require.NoError(t, s.fileUpto(s.Head()))
	assert.Equal(t, 60, assertNumbered(t, s))
	require.NoError(t, s.Close())
	r, err := Verify(path)
	require.NoError(t, err)
	assert.Empty(t, r.Problems)
}
