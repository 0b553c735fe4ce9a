//go:build unix

package sqlite

import "syscall"

// noRoom are the errors with which a system says that there is none.
var noRoom = map[syscall.Errno]bool{
	syscall.ENOSPC: true,
	syscall.EDQUOT: true,
	syscall.EFBIG:  true, // for one file
}
