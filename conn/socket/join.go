package socket

import (
	"net"
	"sync"
)

// maxJoined is the most bytes that are copied together rather than written piece by piece.
const maxJoined = 16 << 10

// joined is the memory for bytes that are copied together. It is pooled, so that idle connections do not hold one.
type joined [maxJoined]byte

var joins = sync.Pool{New: func() any { return new(joined) }}

// join is as many of bufs as fit.
func (j *joined) join(bufs net.Buffers) []byte {
	n := 0
	for _, b := range bufs {
		if n+len(b) > maxJoined {
			break
		}
		n += copy(j[n:], b)
	}
	return j[:n]
}
