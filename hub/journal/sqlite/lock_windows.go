package sqlite

import (
	"os"

	"golang.org/x/sys/windows"
)

// lock takes a byte far behind the end, so that others can read who has it.
func lock(f *os.File) error {
	return windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, farBehind())
}

func unlock(f *os.File) error {
	return windows.UnlockFileEx(windows.Handle(f.Fd()), 0, 1, 0, farBehind())
}

func farBehind() *windows.Overlapped { return &windows.Overlapped{OffsetHigh: 1} }
