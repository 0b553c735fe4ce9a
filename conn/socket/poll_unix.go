//go:build unix

package socket

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// WaitReadable waits until a read of c would not wait. The read finds the error, if there is one.
func WaitReadable(c syscall.RawConn) { _ = c.Read(isReadable) }

// IsReadable reports whether a read of c would not wait: an end counts, too. A closed socket has no input.
func IsReadable(c syscall.RawConn) (is bool) {
	_ = c.Control(func(fd uintptr) { is = isReadable(fd) })
	return is
}

func isReadable(fd uintptr) bool {
	n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 0)
	return n > 0 || err != nil && err != unix.EINTR
}

// PeerEnded reports whether the other side has ended its direction, even if input from before is unread. A closed
// socket has ended.
func (s *Stream) PeerEnded() (has bool) {
	if s.raw == nil {
		return false
	}
	err := s.raw.Control(func(fd uintptr) {
		n, _ := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: endOfInput}}, 0)
		has = n > 0
	})
	return has || err != nil
}
