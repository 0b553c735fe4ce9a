package sqlite

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	codes "modernc.org/sqlite/lib"

	"chinwag/hub/journal/journaltest"
	"chinwag/hub/journal/sqlite/disktest"
)

// olderFile is a journal of an older version, of which no copy can be written: that fails so.
func olderFile(t *testing.T, version int, fails int32) (path string) {
	path = newPath(t)
	s := opened(t, path, Options{})
	journaltest.Commit(t, s, numbered(1, 100)...)
	require.NoError(t, s.Close())
	makeOlder(t, path, version)
	d := disktest.New(filepath.Dir(path))
	t.Cleanup(d.Remove)
	d.Fail(func(op, name string) int32 {
		if op == "write" && strings.HasSuffix(name, ".tmp") {
			return fails
		}
		return codes.SQLITE_OK
	})
	return path
}

// Where there is no room for a copy, a journal is brought forward without one if nothing in it is moved by that, and
// the log says so once.
func TestAFileIsBroughtForwardWhereThereIsNoRoomForACopy(t *testing.T) {
	path := olderFile(t, rowsSchema-1, codes.SQLITE_FULL)
	var log bytes.Buffer
	o := Options{Log: slog.New(slog.NewTextHandler(&log, nil))}
	s := opened(t, path, o)
	assert.Equal(t, 100, assertNumbered(t, s))
	assert.Equal(t, 1, strings.Count(log.String(), "without a copy"))
	require.NoError(t, s.Close())
	opened(t, path, o)
	assert.Equal(t, 1, strings.Count(log.String(), "without a copy"))
	left, err := filepath.Glob(path + ".v*")
	require.NoError(t, err)
	assert.Empty(t, left, "what was begun of a copy takes no room")
}

// For any other reason, and where something is moved, the start is refused, and the file is as it was.
func TestAFileIsNotBroughtForwardWithoutACopyOtherwise(t *testing.T) {
	for version, fails := range map[int]int32{rowsSchema - 1: codes.SQLITE_IOERR_WRITE, rowsSchema - 2: codes.SQLITE_FULL} {
		path := olderFile(t, version, fails)
		before, err := os.ReadFile(path)
		require.NoError(t, err)
		_, err = Open(path, Options{})
		require.Error(t, err)
		after, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, before, after)
		left, err := filepath.Glob(path + ".v*")
		require.NoError(t, err)
		assert.Empty(t, left)
	}
}

func TestWhatMeansThatThereIsNoRoom(t *testing.T) {
	path := newPath(t)
	for errno, want := range map[syscall.Errno]bool{syscall.ENOSPC: true, syscall.EDQUOT: true, syscall.EACCES: false, syscall.EROFS: false, syscall.EIO: false} {
		err := fmt.Errorf("no copy: %w", &os.PathError{Op: "open", Path: path, Err: errno})
		assert.Equal(t, want, isNoRoom(err, path), errno)
	}
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	assert.NoError(t, probe(path))
	if _, err := os.Stat("/dev/full"); err == nil {
		assert.True(t, isNoRoom(probe("/dev/full"), path))
	}
}
