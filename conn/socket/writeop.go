package socket

import (
	"net"
	"sync"
	"syscall"
)

// maxJoined is the most bytes that are copied together rather than written piece by piece.
const maxJoined = 16 << 10

// writeOp is the state of one write. It is pooled, so that idle connections do not hold one.
type writeOp struct {
	joined [maxJoined]byte

	b   []byte
	n   int
	err error
	try func(fd uintptr) bool // w.tryWrite: made for each write, it would cost an allocation
}

var writeOps = sync.Pool{New: func() any {
	w := new(writeOp)
	w.try = w.tryWrite
	return w
}}

func (w *writeOp) free() {
	w.b, w.err = nil, nil
	writeOps.Put(w)
}

// join is as many of bufs as fit.
func (w *writeOp) join(bufs net.Buffers) []byte {
	n := 0
	for _, b := range bufs {
		if n+len(b) > maxJoined {
			break
		}
		n += copy(w.joined[n:], b)
	}
	return w.joined[:n]
}

// write writes what the system takes of b at once.
func (w *writeOp) write(c syscall.RawConn, b []byte) (n int, err error) {
	w.b, w.n, w.err = b, 0, nil
	if err := c.Write(w.try); err != nil {
		return 0, err
	}
	return w.n, w.err
}
