//go:build unix

package conn

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// await calls l.read in a goroutine once there is input.
func (l *link) await() {
	if l.poller == nil || !l.poller.await(l) {
		go l.wait()
	}
}

// rouse has l read on without input, now or the next time that it would wait:
// the transport was interrupted.
func (l *link) rouse() {
	if l.poller != nil {
		l.poller.rouse(l)
	}
}

// wait is await without a poller. It runs in a goroutine of its own, since a fresh stack is
// small.
func (l *link) wait() {
	_ = l.transport.Socket().Read(isReadable) // read finds the error again
	l.read()
}

// isReadable reports whether a read would not wait: an end counts, too.
func isReadable(fd uintptr) bool {
	n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 0)
	return n > 0 || err != nil && err != unix.EINTR
}

// hasEnded reports whether the other side has ended its direction, even if input from before is
// unread.
func hasEnded(socket syscall.RawConn) (has bool) {
	err := socket.Control(func(fd uintptr) {
		n, _ := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: endOfInput}}, 0)
		has = n > 0
	})
	return has || err != nil // a closed socket has ended
}

func hasCome(socket syscall.RawConn) (has bool) {
	_ = socket.Control(func(fd uintptr) { has = isReadable(fd) }) // a closed socket has no input
	return has
}
