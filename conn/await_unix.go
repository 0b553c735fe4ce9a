//go:build unix

package conn

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// await has l read on when something has come.
func (l *link) await() {
	if l.poller == nil || !l.poller.await(l) {
		go l.wait()
	}
}

// rouse has l read on in any case, now or the next time that it would wait:
// reading has been ended.
func (l *link) rouse() {
	if l.poller != nil {
		l.poller.rouse(l)
	}
}

// wait is await where there is no poller. It has a fresh stack, and uses little of
// it.
func (l *link) wait() {
	_ = l.transport.Socket().Read(isReadable) // an error is found by whoever reads
	l.read()
}

// isReadable reports whether there is something to read: an end is something, too.
func isReadable(fd uintptr) bool {
	n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 0)
	return n > 0 || err != nil && err != unix.EINTR
}

// hasEnded reports whether the other side has ended its direction, whatever it sent
// before that.
func hasEnded(socket syscall.RawConn) (has bool) {
	err := socket.Control(func(fd uintptr) {
		n, _ := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: endOfInput}}, 0)
		has = n > 0
	})
	return has || err != nil // what is closed has ended
}

func hasCome(socket syscall.RawConn) (has bool) {
	_ = socket.Control(func(fd uintptr) { has = isReadable(fd) }) // what is closed has nothing
	return has
}
