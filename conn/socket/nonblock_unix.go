//go:build unix

package socket

import (
	"io"
	"os"
	"syscall"
)

const canTry = true

// tryRead reads once without waiting: data, an end, an error or nothing. It returns true so that RawConn.Read does not
// wait and call it again.
func (in *Reader) tryRead(fd uintptr) bool {
	in.takeBuffer()
	var err error
	for {
		in.n, err = syscall.Read(int(fd), in.buf[:])
		if err != syscall.EINTR {
			break
		}
	}
	if in.n > 0 {
		in.short = in.n < chunkBytes
		return true
	}
	in.freeBuffer()
	switch err {
	case nil:
		in.err = io.EOF
	case syscall.EAGAIN:
		in.err = ErrWouldBlock
	default:
		in.err = os.NewSyscallError("read", err)
	}
	return true
}
