//go:build unix

package stream

import (
	"io"
	"os"
	"syscall"
)

const canTry = true

// look reads what is there: data, an end, an error or nothing. It is never to be
// called again by the system.
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
		in.short = in.n < Chunk
		return true
	}
	in.giveBack()
	switch err {
	case nil:
		in.err = io.EOF
	case syscall.EAGAIN:
		in.err = ErrNothing
	default:
		in.err = os.NewSyscallError("read", err)
	}
	return true
}

// once writes what is taken now. It is never to be called again by the system.
func (w *attempt) once(fd uintptr) bool {
	for w.err == nil && w.n < len(w.b) {
		n, err := syscall.Write(int(fd), w.b[w.n:])
		switch {
		case err == nil:
			w.n += n
		case err == syscall.EAGAIN:
			return true
		case err != syscall.EINTR:
			w.err = os.NewSyscallError("write", err)
		}
	}
	return true
}
