// Package socket is the common part of the transports on a socket: how bytes go in and out, and how a connection ends.
//
//	transport ─ TryWrite ─> what the system takes at once ───────────────────> net.Conn
//	            Write ─> a deadline, and another while something is taken ───> net.Conn
//	            Close ─> end our direction, drain the other for a moment
//	            Abort ─> reset
//
//	transport <─ Next ── a buffer, borrowed while there are bytes in it <───── net.Conn
//
// It knows nothing about lines or messages.
package socket

import (
	"cmp"
	"errors"
	"io"
	"net"
	"os"
	"sync/atomic"
	"syscall"
	"time"
)

// Stream is the writing half of a connection, and its end.
type Stream struct {
	conn    net.Conn
	raw     syscall.RawConn // nil: conn cannot be written to without waiting
	at      descriptor      // of raw
	stall   time.Duration
	aborted atomic.Bool

	// owned by the goroutine that writes
	unwritten net.Buffers // the bytes that a TryWrite could not write
	failed    error       // of the first failed write: a part may be out, so nothing follows it
	deadline  time.Time   // the deadline that is set
}

// DefaultStall is the default of New's stall.
const DefaultStall = 30 * time.Second

// New makes a stream of a connection. stall is how long the other side may take nothing at all, and up to an eighth
// longer; 0: DefaultStall; below 0: for ever. Until its last TryWrite only the stream may close the connection.
func New(c net.Conn, stall time.Duration) *Stream {
	s := &Stream{conn: c, raw: rawConn(c), stall: cmp.Or(stall, DefaultStall)}
	s.at.open(s.raw)
	return s
}

// rawConn is c for reads and writes that do not wait; nil: c has none.
func rawConn(c any) syscall.RawConn {
	if s, ok := c.(syscall.Conn); ok && canTry {
		if raw, err := s.SyscallConn(); err == nil {
			return raw
		}
	}
	return nil
}

// CanTryWrite reports whether TryWrite can be used.
func (s *Stream) CanTryWrite() bool { return s.raw != nil }

// TryWrite writes the bytes that the system takes at once, and reports whether that is all. The rest goes out before
// any later TryWrite or Write. It is for the goroutine that may call Write.
func (s *Stream) TryWrite(bufs *net.Buffers) (all bool, err error) {
	s.prependUnwritten(bufs)
	for s.failed == nil && len(*bufs) > 0 {
		var n int
		var all bool
		n, all, s.failed = s.tryWriteSome(*bufs)
		if consume(bufs, n); !all {
			break
		}
	}
	s.unwritten = append(s.unwritten, *bufs...)
	return len(*bufs) == 0 && s.failed == nil, s.failed
}

// tryWriteSome writes the first of bufs, or a few small ones as one.
func (s *Stream) tryWriteSome(bufs net.Buffers) (n int, all bool, err error) {
	b := bufs[0]
	if len(bufs) > 1 && len(b)+len(bufs[1]) <= maxJoined {
		j := joins.Get().(*joined)
		defer joins.Put(j)
		b = j.join(bufs)
	}
	n, err = s.at.write(b)
	return n, n == len(b), err
}

// prependUnwritten puts what a TryWrite has left before bufs.
func (s *Stream) prependUnwritten(bufs *net.Buffers) {
	if len(s.unwritten) > 0 {
		*bufs = append(s.unwritten, *bufs...)
		s.unwritten = nil
	}
}

// HasUnwritten reports whether a TryWrite has left bytes.
func (s *Stream) HasUnwritten() bool { return len(s.unwritten) > 0 }

// Write writes bufs, and waits for as long as the other side takes some bytes within each stall. After a failure it
// writes nothing more. It is for one goroutine at a time, and consumes bufs.
func (s *Stream) Write(bufs *net.Buffers) error {
	s.prependUnwritten(bufs)
	for s.failed == nil && len(*bufs) > 0 {
		s.extend()
		n, err := s.writeSome(bufs)
		if err == nil {
			return nil
		}
		s.deadline = time.Time{} // it has passed, or this is the last write
		if n == 0 || s.aborted.Load() || !errors.Is(err, os.ErrDeadlineExceeded) {
			s.failed = err
		}
	}
	return s.failed
}

// writeSome writes bufs and takes from them the bytes written. A few small buffers go out as one: copying is cheaper
// than a vectored write of each.
func (s *Stream) writeSome(bufs *net.Buffers) (int64, error) {
	b := (*bufs)[0]
	switch {
	case len(*bufs) == 1:
	case length(*bufs) > maxJoined:
		return bufs.WriteTo(s.conn)
	default:
		j := joins.Get().(*joined)
		defer joins.Put(j)
		b = j.join(*bufs)
	}
	n, err := s.conn.Write(b)
	consume(bufs, n)
	return int64(n), err
}

func length(bufs net.Buffers) (n int) {
	for _, b := range bufs {
		n += len(b)
	}
	return n
}

// consume takes from bufs the bytes written.
func consume(bufs *net.Buffers, written int) {
	for written > 0 {
		first := &(*bufs)[0]
		n := min(written, len(*first))
		if *first = (*first)[n:]; len(*first) == 0 {
			*first = nil // bytes written are not held in memory
			*bufs = (*bufs)[1:]
		}
		written -= n
	}
}

// extend sets the deadline of a write. It keeps one that was set a moment ago: a timer for each write is a good part of
// the cost of a small write.
func (s *Stream) extend() {
	if s.stall <= 0 || s.aborted.Load() {
		return
	}
	if now := time.Now(); s.deadline.Sub(now) < s.stall {
		s.deadline = now.Add(s.stall + s.stall/8)
		_ = s.conn.SetWriteDeadline(s.deadline)
	}
}

// Failed is why a Write or a TryWrite failed, nil if none did. It is for the goroutine that may write.
func (s *Stream) Failed() error { return s.failed }

// Close implements conn.Transport. Closing a connection with unread input would reset it and destroy bytes that the
// other side has not read yet, so Close ends its own direction first and drains the other for a second at most.
func (s *Stream) Close() {
	if c, ok := s.conn.(interface{ CloseWrite() error }); ok && c.CloseWrite() == nil {
		_ = s.conn.SetReadDeadline(time.Now().Add(time.Second))
		if !s.aborted.Load() {
			_, _ = io.Copy(io.Discard, s.conn)
		}
	}
	s.close()
}

// Abort implements conn.Transport. Bytes that the other side did not take are thrown away: else the system would keep
// them, and go on trying, for minutes.
func (s *Stream) Abort() {
	s.aborted.Store(true)
	if c, ok := s.conn.(interface{ SetLinger(int) error }); ok {
		_ = c.SetLinger(0)
	}
	_ = s.conn.SetDeadline(time.Unix(1, 0))
	s.close()
}

func (s *Stream) close() {
	s.at.close()
	_ = s.conn.Close()
}
