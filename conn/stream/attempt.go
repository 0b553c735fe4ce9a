package stream

import (
	"net"
	"sync"
	"syscall"
)

// small is how much is copied together rather than written piece by piece.
const small = 16 << 10

// attempt is what a write needs for as long as it lasts, and no connection holds.
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
