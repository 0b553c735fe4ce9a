package socket

import (
	"net"
	"os"
	"sync"
	"syscall"
)

// descriptor is the number by which the system knows a socket, for writes that do not wait. A closed one may be that of
// another client's socket the next moment. So it is used under a lock, and the Stream, which alone closes its
// connection, tells it before.
//
// Why not syscall.RawConn, which is as safe: its locks, and its look for a deadline, are a tenth of a small write.
type descriptor struct {
	mu     sync.Mutex // held for no longer than a write that does not wait; no other lock is taken under it
	fd     int
	closed bool
}

// open is called once, by New.
func (d *descriptor) open(c syscall.RawConn) {
	d.closed = c == nil || c.Control(func(fd uintptr) { d.fd = int(fd) }) != nil
}

// close returns when no write is under way, and lets none begin.
func (d *descriptor) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
}

// write writes the bytes that the system takes now.
func (d *descriptor) write(b []byte) (n int, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return 0, net.ErrClosed
	}
	for n < len(b) {
		more, err := send(d.fd, b[n:])
		switch {
		case err == nil:
			n += more
		case err == syscall.EAGAIN:
			return n, nil
		case err != syscall.EINTR:
			return n, os.NewSyscallError("write", err)
		}
	}
	return n, nil
}
