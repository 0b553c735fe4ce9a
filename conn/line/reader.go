package line

import (
	"io"
	"unicode/utf8"

	"chinwag/conn/socket"
)

// lineReader cuts a stream of bytes into lines. A line ends with LF, CR, CR LF or CR NUL (and a LF after that): all
// that Enter sends in the terminals known. It never holds more than max bytes.
type lineReader struct {
	in     *socket.Reader
	max    int
	answer func(telnet []byte) // sends the answers to the telnet
	broken func() bool         // reports whether the connection broke, although its end looks orderly

	unread []byte // of the last input, not parsed yet
	telnet telnet
	line   []byte
	long   bool // the line is over max: the remainder is dropped
	ended  end  // how the last line ended
	err    error
}

// end says which bytes may still belong to the line end before.
type end byte

const (
	midLine end = iota
	afterCR
	afterCRNUL
)

// next is the next line without its line end, valid until the next call; tooLong says that it is cut. At the end of the
// stream it returns the last line, even without a line end, then the error. A line that a broken connection has cut is
// dropped. On a socket it does not wait: it returns socket.ErrWouldBlock if there is no whole line yet.
func (l *lineReader) next() (line []byte, tooLong bool, err error) {
	for {
		for len(l.unread) > 0 {
			if n := l.telnet.letters(l.unread); n > 0 {
				l.ended = midLine
				l.put(l.unread[:n]...)
				l.unread = l.unread[n:]
				continue
			}
			b := l.unread[0]
			l.unread = l.unread[1:]
			if l.feed(b) {
				if b == '\r' && !utf8.Valid(l.line) {
					l.telnet.askBinary() // most likely a telnet that has dropped a part of a letter
					l.flushTelnet()
				}
				line, tooLong = l.take()
				return line, tooLong, nil
			}
		}
		l.flushTelnet()
		if l.err != nil {
			return l.last()
		}
		var err error
		if l.unread, err = l.in.Next(); err == socket.ErrWouldBlock {
			return nil, false, err
		}
		l.err = err
	}
}

func (l *lineReader) last() ([]byte, bool, error) {
	if l.err == io.EOF && (len(l.line) > 0 || l.long) {
		if l.broken() {
			l.err = io.ErrUnexpectedEOF
			return nil, false, l.err
		}
		line, tooLong := l.take()
		return line, tooLong, nil
	}
	return nil, false, l.err
}

func (l *lineReader) take() (line []byte, tooLong bool) {
	line, tooLong = l.line, l.long
	l.line, l.long = l.line[:0], false
	if cap(l.line) > 4096 {
		l.line = nil // one long line must not cost memory for ever
	}
	return line, tooLong
}

func (l *lineReader) flushTelnet() {
	if len(l.telnet.reply) > 0 {
		l.answer(l.telnet.reply)
		l.telnet.reply = l.telnet.reply[:0]
	}
}

// feed takes one byte and reports whether it ends a line.
func (l *lineReader) feed(b byte) bool {
	switch l.telnet.next(b, endsInsideRune(l.line)) {
	case nothing:
		return false
	case addBoth:
		l.ended = midLine
		l.put(iac)
	case addTorn:
		l.ended = midLine
		l.put(torn[b])
		return false
	case eraseChar:
		_, n := utf8.DecodeLastRune(l.line)
		l.line = l.line[:len(l.line)-n]
		return false
	case eraseLine:
		l.line, l.long = l.line[:0], false
		return false
	}
	ended := l.ended
	l.ended = midLine
	switch {
	case b == '\r':
		l.ended = afterCR
		return true
	case b == '\n':
		return ended == midLine
	case b == 0 && ended == afterCR:
		l.ended = afterCRNUL
		return false
	}
	l.put(b)
	return false
}

// endsInsideRune reports whether the last letter of b is not whole.
func endsInsideRune(b []byte) bool {
	for i := len(b) - 1; i >= max(0, len(b)-3); i-- {
		if utf8.RuneStart(b[i]) {
			return !utf8.FullRune(b[i:])
		}
	}
	return false
}

// put adds to the line as many bytes as max allows.
func (l *lineReader) put(b ...byte) {
	n := min(len(b), l.max-len(l.line))
	l.line = append(l.line, b[:n]...)
	l.long = l.long || n < len(b)
}
