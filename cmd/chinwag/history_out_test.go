//go:build unix

package main

import (
	"io/fs"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/hub/journal/journaltest"
	"chinwag/hub/journal/sqlite"
)

// unwritable is a standard output that takes nothing.
type unwritable struct{ why error }

func (u unwritable) Write([]byte) (int, error) {
	return 0, &fs.PathError{Op: "write", Path: "/dev/stdout", Err: u.why}
}

// A fault of the place that an export goes to is not told as one of the journal, and the end of its reader is not told.
func TestAnExportThatCannotBeWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "chinwag.db")
	s, err := sqlite.Open(path, sqlite.Options{})
	require.NoError(t, err)
	require.NoError(t, s.Commit([]journal.Entry{journaltest.Said("#a", "hello")}, nil))
	require.NoError(t, s.Close())
	for verb, what := range map[string]string{"export": "the export", "verify": "what verify has found"} {
		for why, want := range map[syscall.Errno]string{
			syscall.EPIPE:       "",
			syscall.ENOSPC:      what + " is not whole, for the disk that it goes to is full: please make room there, and begin again",
			syscall.EIO:         what + " is not whole, for it cannot be written: the disk has failed: please write it to another place",
			syscall.Errno(4242): what + " is not whole, for it cannot be written: the system refuses it, with its error number 4242: please write it to another place",
		} {
			root := rootCommand()
			root.SetOut(unwritable{why})
			root.SetArgs([]string{"history", verb, path})
			code, said := exitCodeOf(root.Execute())
			assert.Equal(t, exitFailed, code)
			assert.Equal(t, want, said)
		}
	}
}
