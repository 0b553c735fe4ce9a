// Package stream is what the doors on a socket have in common: how bytes go out,
// and how a connection ends.
//
//	door ─ Write ─> a deadline, and another while something is taken ─> net.Conn
//	       Close ─> end our direction, drain the other for a moment
//	       Abort ─> reset
//
//	   door <─ Next ── a buffer, borrowed while there is something in it <─ net.Conn
//
// It knows nothing about lines or messages.
package stream

import (
	"cmp"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// Stream is the writing half of a connection, and its end.
type Stream struct {
	conn   net.Conn
	stall  time.Duration
	failed error     // owned by whoever writes: a part may be out, so nothing follows it
	until  time.Time // owned by whoever writes: the deadline that is set
	over   atomic.Bool
}

// New makes a stream of a connection. stall is how long the other side may take
// nothing at all, and up to an eighth longer; 0: 30 s; below 0: for ever.
func New(c net.Conn, stall time.Duration) *Stream {
	return &Stream{conn: c, stall: cmp.Or(stall, 30*time.Second)}
}

// Write gives the other side the time that it needs, as long as it takes
// something now and then. After a failure nothing is written any more. It is for
// one goroutine at a time, and eats bufs.
func (s *Stream) Write(bufs *net.Buffers) error {
	for s.failed == nil {
		s.extend()
		n, err := s.writeSome(bufs)
		if err == nil {
			return nil
		}
		s.until = time.Time{} // it has passed, or nothing matters any more
		if n == 0 || s.over.Load() || !errors.Is(err, os.ErrDeadlineExceeded) {
			s.failed = err
		}
	}
	return s.failed
}

// writeSome writes bufs and takes from them what was written. A few small ones go
// out as one: that is cheaper than to tell the system of each.
func (s *Stream) writeSome(bufs *net.Buffers) (int64, error) {
	total := 0
	for _, b := range *bufs {
		total += len(b)
	}
	switch {
	case len(*bufs) == 1:
		return s.writeOne(bufs, (*bufs)[0])
	case total > small:
		return bufs.WriteTo(s.conn)
	}
	one := smalls.Get().(*[small]byte)
	defer smalls.Put(one)
	n := 0
	for _, b := range *bufs {
		n += copy(one[n:], b)
	}
	return s.writeOne(bufs, one[:n])
}

const small = 16 << 10

var smalls = sync.Pool{New: func() any { return new([small]byte) }}

// writeOne writes b, which is what bufs hold.
func (s *Stream) writeOne(bufs *net.Buffers, b []byte) (int64, error) {
	n, err := s.conn.Write(b)
	for left := n; left > 0; {
		first := &(*bufs)[0]
		taken := min(left, len(*first))
		if *first = (*first)[taken:]; len(*first) == 0 {
			*first = nil // what is written is not held
			*bufs = (*bufs)[1:]
		}
		left -= taken
	}
	return int64(n), err
}

// extend sets the deadline of a write. One that was set a moment ago does: a timer
// for each write is a good part of what a small write costs.
func (s *Stream) extend() {
	if s.stall <= 0 || s.over.Load() {
		return
	}
	if now := time.Now(); s.until.Sub(now) < s.stall {
		s.until = now.Add(s.stall + s.stall/8)
		_ = s.conn.SetWriteDeadline(s.until)
	}
}

// Failed is why a Write failed, nil if none did. It is for whoever may write.
func (s *Stream) Failed() error { return s.failed }

// Close implements conn.Transport. Closing a connection on which unread input
// waits would reset it and destroy what the other side has not read yet, so it
// ends its own direction first and drains the other for a moment.
func (s *Stream) Close() {
	if c, ok := s.conn.(interface{ CloseWrite() error }); ok && c.CloseWrite() == nil {
		_ = s.conn.SetReadDeadline(time.Now().Add(time.Second))
		if !s.over.Load() {
			_, _ = io.Copy(io.Discard, s.conn)
		}
	}
	_ = s.conn.Close()
}

// Abort implements conn.Transport. What the other side did not take is thrown
// away: else the system would keep it, and go on trying, for minutes.
func (s *Stream) Abort() {
	s.over.Store(true)
	if c, ok := s.conn.(interface{ SetLinger(int) error }); ok {
		_ = c.SetLinger(0)
	}
	_ = s.conn.SetDeadline(time.Unix(1, 0))
	_ = s.conn.Close()
}
