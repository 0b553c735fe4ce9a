//go:build amd64 || arm64

package socket

import (
	"syscall"
	"unsafe"
)

// send is write(2) for a socket. It does not pass through the system's layer of files, which is a tenth of a small
// write. Package syscall has it only without the number of bytes. Rejected: RawSyscall6. A lone line to a thousand
// clients then takes four fifths of the time, and a flood, which keeps the processor in the system for long, a quarter
// more.
func send(fd int, b []byte) (n int, err error) {
	const flags = syscall.MSG_DONTWAIT | syscall.MSG_NOSIGNAL
	r, _, failed := syscall.Syscall6(syscall.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)), flags, 0, 0)
	if failed != 0 {
		return 0, failed
	}
	return int(r), nil
}
