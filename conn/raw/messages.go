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

// patience is how long Next waits for the rest of a letter that was cut in two. A lost segment
// comes again after 200 ms at the earliest, often after a second.
const patience = 3 * time.Second

// Reader reads a connection on which one read is one message. It never holds
// more than its buffer. Make it with Read.
type Reader struct {
	conn net.Conn
	buf  [protocol.MaxText]byte
	cut  []byte // of buf: the first bytes of a letter whose rest has not come yet
	err  error  // returned after the last message

	mu        sync.Mutex // the deadline, of which there are two
	end, hold time.Time  // zero: none
}

// NewReader makes the messages of a connection.
func NewReader(c net.Conn) *Reader { return &Reader{conn: c} }

// Next is the next message as it came, valid until the next call. more says that
// it most likely goes on: it filled the buffer, or ended in the middle of a letter. Next returns whole
// letters at once. The first bytes of a cut letter begin the next message, or
// are a message by themselves if nothing comes within patience. Bytes before an
// end or a break are a message, too; then comes the error.
func (m *Reader) Next() (message []byte, more bool, err error) {
	n := copy(m.buf[:], m.cut)
	m.cut = nil
	for m.err == nil {
		m.waitFor(n > 0)
		got, err := m.conn.Read(m.buf[n:])
		n += got
		late := m.isLate(err)
		if !late {
			m.err = err
		}
		switch open := unfinished(m.buf[:n]); {
		case late && n > 0:
			return m.buf[:n], false, nil
		case m.err == nil && open < n:
			m.cut = m.buf[n-open : n]
			return m.buf[:n-open], open > 0 || n == len(m.buf), nil
		}
	}
	if n > 0 {
		return m.buf[:n], false, nil
	}
	return nil, false, m.err
}

// Until ends reading at a time. It may be called from any goroutine.
func (m *Reader) Until(end time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.end = end
	m.set()
}

// waitFor sets the deadline of the next read: patience if a part of a letter is held.
func (m *Reader) waitFor(rest bool) {
	if !rest && m.hold.IsZero() {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.hold = time.Time{}
	if rest {
		m.hold = time.Now().Add(patience)
	}
	m.set()
}

func (m *Reader) set() {
	at := m.end
	if at.IsZero() || !m.hold.IsZero() && m.hold.Before(at) {
		at = m.hold
	}
	_ = m.conn.SetReadDeadline(at)
}

// isLate reports whether err means that the rest of a letter did not come,
// and not that Until has ended the reading.
func (m *Reader) isLate(err error) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return errors.Is(err, os.ErrDeadlineExceeded) && (m.end.IsZero() || time.Now().Before(m.end))
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
