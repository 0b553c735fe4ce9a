package fault

import (
	"syscall"

	"golang.org/x/sys/windows"
)

var kinds = map[syscall.Errno]Kind{
	windows.WSAECONNREFUSED:            Refused,
	windows.WSAEHOSTUNREACH:            Unreachable,
	windows.WSAENETUNREACH:             Unreachable,
	windows.WSAENETDOWN:                Unreachable,
	windows.WSAEHOSTDOWN:               Unreachable,
	windows.WSAEAFNOSUPPORT:            Unreachable,
	windows.WSAETIMEDOUT:               Silent,
	windows.ERROR_SEM_TIMEOUT:          Silent,
	windows.WSAECONNRESET:              Broken,
	windows.WSAECONNABORTED:            Broken,
	windows.ERROR_NETNAME_DELETED:      Broken,
	windows.WSAEADDRINUSE:              AddressTaken,
	windows.WSAEADDRNOTAVAIL:           NotHere,
	windows.WSAEACCES:                  Forbidden,
	windows.ERROR_ACCESS_DENIED:        Forbidden,
	windows.ERROR_FILE_NOT_FOUND:       Missing,
	windows.ERROR_PATH_NOT_FOUND:       Missing,
	windows.ERROR_BAD_NETPATH:          Missing,
	windows.ERROR_INVALID_DRIVE:        Missing,
	windows.ERROR_DIRECTORY:            NotFolder,
	syscall.EISDIR:                     Folder,
	windows.ERROR_WRITE_PROTECT:        ReadOnly,
	windows.ERROR_DISK_FULL:            DiskFull,
	windows.ERROR_HANDLE_DISK_FULL:     DiskFull,
	windows.ERROR_CRC:                  DiskFailed,
	windows.ERROR_IO_DEVICE:            DiskFailed,
	windows.ERROR_NOT_READY:            DiskFailed,
	windows.ERROR_GEN_FAILURE:          DiskFailed,
	windows.ERROR_INVALID_NAME:         BadName,
	windows.ERROR_BAD_PATHNAME:         BadName,
	windows.ERROR_FILENAME_EXCED_RANGE: BadName,
	windows.ERROR_TOO_MANY_OPEN_FILES:  TooMany,
	windows.WSAEMFILE:                  TooMany,
	windows.WSAENOBUFS:                 TooMany,
	windows.ERROR_FILE_EXISTS:          Exists,
	windows.ERROR_ALREADY_EXISTS:       Exists,
	windows.ERROR_SHARING_VIOLATION:    Busy,
	windows.ERROR_LOCK_VIOLATION:       Busy,
	windows.ERROR_NOT_ENOUGH_MEMORY:    NoMemory,
	windows.ERROR_OUTOFMEMORY:          NoMemory,
	windows.ERROR_BROKEN_PIPE:          Unread,
	windows.ERROR_NO_DATA:              Unread,
	syscall.EPIPE:                      Unread,
}
