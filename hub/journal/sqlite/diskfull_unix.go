//go:build unix

package sqlite

import "syscall"

// noRoom are the errors of the system for a disk or a quota that is full.
var noRoom = map[syscall.Errno]bool{
	syscall.ENOSPC: true,
	syscall.EDQUOT: true,
	syscall.EFBIG:  true, // for one file
}
