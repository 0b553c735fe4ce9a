package sqlite

import (
	"os"

	"golang.org/x/sys/windows"
)

// lock takes a byte far behind the end, so that others can read who has it.
func lock(f *os.File) error {
	at := &windows.Overlapped{OffsetHigh: 1}
	return windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, at)
}
