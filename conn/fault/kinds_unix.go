//go:build unix

package fault

import "syscall"

var kinds = map[syscall.Errno]Kind{
	syscall.ECONNREFUSED:  Refused,
	syscall.EHOSTUNREACH:  Unreachable,
	syscall.ENETUNREACH:   Unreachable,
	syscall.ENETDOWN:      Unreachable,
	syscall.EHOSTDOWN:     Unreachable,
	syscall.EAFNOSUPPORT:  Unreachable,
	syscall.ETIMEDOUT:     Silent,
	syscall.ECONNRESET:    Broken,
	syscall.ECONNABORTED:  Broken,
	syscall.EADDRINUSE:    AddressTaken,
	syscall.EADDRNOTAVAIL: NotHere,
	syscall.EACCES:        Forbidden,
	syscall.EPERM:         Forbidden,
	syscall.ENOENT:        Missing,
	syscall.ENOTDIR:       NotFolder,
	syscall.EISDIR:        Folder,
	syscall.EROFS:         ReadOnly,
	syscall.ENOSPC:        DiskFull,
	syscall.EDQUOT:        DiskFull,
	syscall.EFBIG:         DiskFull, // or more than the file system holds in one file
	syscall.EIO:           DiskFailed,
	syscall.ENXIO:         DiskFailed,
	syscall.ENODEV:        DiskFailed,
	syscall.ENAMETOOLONG:  BadName,
	syscall.EILSEQ:        BadName,
	syscall.ELOOP:         Links,
	syscall.EMFILE:        TooMany,
	syscall.ENFILE:        TooMany,
	syscall.ENOBUFS:       TooMany,
	syscall.EEXIST:        Exists,
	syscall.EBUSY:         Busy,
	syscall.ETXTBSY:       Busy,
	syscall.ENOMEM:        NoMemory,
	syscall.EPIPE:         Unread,
}
