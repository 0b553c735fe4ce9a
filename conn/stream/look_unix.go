//go:build unix

package stream

import (
	"io"
	"os"
	"syscall"
)

const canLook = true

// look reads what is there, and reports whether there was anything: data, an end
// or an error.
func (in *Reader) look(fd uintptr) bool {
	in.borrow()
	var err error
	for {
		in.n, err = syscall.Read(int(fd), in.buf[:])
		if err != syscall.EINTR {
			break
		}
	}
	if in.n > 0 {
		return true
	}
	in.giveBack()
	switch err {
	case nil:
		in.err = io.EOF
	case syscall.EAGAIN:
		return false
	default:
		in.err = os.NewSyscallError("read", err)
	}
	return true
}
