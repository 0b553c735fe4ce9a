package socket

import (
	"net"
	"sync"
	"syscall"
)

// small is the most bytes that are copied together rather than written piece by piece.
const small = 16 << 10

// attempt is the state of one write. It is pooled, so that idle connections do not hold one.
type attempt struct {
	joined [small]byte

	b   []byte
	n   int
	err error
	try func(fd uintptr) bool // w.once: made for each write, it would cost an allocation
}

var attempts = sync.Pool{New: func() any {
	w := new(attempt)
	w.try = w.once
	return w
}}

func (w *attempt) giveBack() {
	w.b, w.err = nil, nil
	attempts.Put(w)
}

// join is as many of bufs as fit.
func (w *attempt) join(bufs net.Buffers) []byte {
	n := 0
	for _, b := range bufs {
		if n+len(b) > small {
			break
		}
		n += copy(w.joined[n:], b)
	}
	return w.joined[:n]
}

// write writes what the system takes of b at once.
func (w *attempt) write(c syscall.RawConn, b []byte) (n int, err error) {
	w.b, w.n, w.err = b, 0, nil
	if err := c.Write(w.try); err != nil {
		return 0, err
	}
	return w.n, w.err
}
