package sqlite

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// noRoom are the errors of the system for a disk or a quota that is full.
var noRoom = map[syscall.Errno]bool{
	windows.ERROR_DISK_FULL:           true,
	windows.ERROR_HANDLE_DISK_FULL:    true,
	windows.ERROR_DISK_QUOTA_EXCEEDED: true,
}
