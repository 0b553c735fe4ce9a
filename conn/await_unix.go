//go:build unix

package conn

import "golang.org/x/sys/unix"

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
	_ = l.transport.Socket().Read(func(fd uintptr) bool {
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 0)
		return n > 0 || err != nil && err != unix.EINTR
	}) // an error is found by whoever reads
	l.read()
}
