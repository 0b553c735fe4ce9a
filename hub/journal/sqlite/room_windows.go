package sqlite

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// noRoom are the errors with which a system says that there is none.
var noRoom = map[syscall.Errno]bool{
	windows.ERROR_DISK_FULL:           true,
	windows.ERROR_HANDLE_DISK_FULL:    true,
	windows.ERROR_DISK_QUOTA_EXCEEDED: true,
}
