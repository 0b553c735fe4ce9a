package raw

import (
	"errors"
	"net"
	"os"
	"sync"
	"time"
	"unicode/utf8"

	"chinwag/protocol"
)

// partialTimeout is how long Next waits for the rest of a letter that was cut in two. A lost segment comes again after
// 200 ms at the earliest, often after a second.
const partialTimeout = 3 * time.Second

// Reader reads a connection on which one read is one message. It never holds more than its buffer. Make it with
// newReader.
type Reader struct {
	conn    net.Conn
	buf     [protocol.MaxText]byte
	partial []byte // of buf: the first bytes of a letter whose rest has not come yet
	err     error  // returned after the last message

	mu                   sync.Mutex // the deadline, of which there are two
	end, partialDeadline time.Time  // zero: none
}

// newReader makes a reader of a connection.
func newReader(c net.Conn) *Reader { return &Reader{conn: c} }

// Next is the next message as it came, valid until the next call. more says that it most likely goes on: it filled the
// buffer, or ended in the middle of a letter. Next returns whole letters at once. The first bytes of a cut letter begin
// the next message, or are a message by themselves if nothing comes within partialTimeout. Bytes before an end or a
// break are a message, too; then comes the error.
func (r *Reader) Next() (message []byte, more bool, err error) {
	n := copy(r.buf[:], r.partial)
	r.partial = nil
	for r.err == nil {
		r.waitFor(n > 0)
		got, err := r.conn.Read(r.buf[n:])
		n += got
		late := r.isLate(err)
		if !late {
			r.err = err
		}
		switch open := unfinished(r.buf[:n]); {
		case late && n > 0:
			return r.buf[:n], false, nil
		case r.err == nil && open < n:
			r.partial = r.buf[n-open : n]
			return r.buf[:n-open], open > 0 || n == len(r.buf), nil
		}
	}
	if n > 0 {
		return r.buf[:n], false, nil
	}
	return nil, false, r.err
}

// Until ends reading at a time. It may be called from any goroutine.
func (r *Reader) Until(end time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.end = end
	r.set()
}

// waitFor sets the deadline of the next read: partialTimeout if a part of a letter is held.
func (r *Reader) waitFor(rest bool) {
	if !rest && r.partialDeadline.IsZero() {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.partialDeadline = time.Time{}
	if rest {
		r.partialDeadline = time.Now().Add(partialTimeout)
	}
	r.set()
}

func (r *Reader) set() {
	at := r.end
	if at.IsZero() || !r.partialDeadline.IsZero() && r.partialDeadline.Before(at) {
		at = r.partialDeadline
	}
	_ = r.conn.SetReadDeadline(at)
}

// isLate reports whether err means that the rest of a letter did not come, and not that Until has ended the reading.
func (r *Reader) isLate(err error) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return errors.Is(err, os.ErrDeadlineExceeded) && (r.end.IsZero() || time.Now().Before(r.end))
}

// unfinished is how many bytes at the end of b are the beginning of a rune.
func unfinished(b []byte) int {
	for i := 1; i < utf8.UTFMax && i <= len(b); i++ {
		if at := b[len(b)-i:]; utf8.RuneStart(at[0]) {
			if utf8.FullRune(at) {
				return 0
			}
			return i
		}
	}
	return 0
}
