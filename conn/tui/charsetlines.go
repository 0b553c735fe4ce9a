package tui

import (
	"io"
	"os"
	"strings"

	"github.com/rivo/uniseg"
	"golang.org/x/term"
	"golang.org/x/text/transform"
)

// Input is the input of f in UTF-8, if f is a terminal; else it is f itself. Bytes that are no letter in the terminal's
// character set stay bytes that are not UTF-8, so that the line is refused and not said with other letters. A line
// whose end the terminal may have cut off is made longer than any that can be said, so that it is refused, too.
func Input(f *os.File) io.Reader {
	if !term.IsTerminal(int(f.Fd())) {
		return f
	}
	c, err := localeCharset()
	if err != nil || c.table == nil {
		return &cookedLines{from: f}
	}
	return transform.NewReader(&cookedLines{from: f}, c.lineDecoder())
}

// cookedMax is how many bytes of a line a terminal in canonical mode passes on, on Linux; it drops the rest without an
// error.
const cookedMax = 4095

// cookedLines makes each line too long that may have been cut.
type cookedLines struct {
	from   io.Reader
	length int    // of the current line
	ready  []byte // to be read
	err    error
}

func (l *cookedLines) Read(b []byte) (int, error) {
	for len(l.ready) == 0 && l.err == nil {
		var n int
		n, l.err = l.from.Read(b)
		for _, c := range b[:n] {
			if c != '\n' {
				l.length++
			} else {
				if l.length >= cookedMax {
					l.ready = append(l.ready, "  "...)
				}
				l.length = 0
			}
			l.ready = append(l.ready, c)
		}
	}
	if len(l.ready) == 0 {
		return 0, l.err
	}
	n := copy(b, l.ready)
	l.ready = l.ready[n:]
	return n, nil
}

// Keys is the input of the terminal f in UTF-8, for callers that edit the line themselves: Unreadable stands for bytes
// that are no letter.
func Keys(f *os.File) io.Reader {
	c, _ := localeCharset() // if it is unknown, UTF-8 is the best guess
	return transform.NewReader(f, c.NewDecoder())
}

// Decode decodes one line that was typed on a terminal and not read through Input.
func Decode(line []byte) []byte {
	c, err := localeCharset()
	if err != nil || c.table == nil {
		return line
	}
	decoded, _, err := transform.Bytes(c.lineDecoder(), line)
	if err != nil {
		return line
	}
	return decoded
}

func (c charset) lineDecoder() transform.Transformer {
	return lineDecoder{tableDecoder{c.table.NewDecoder().Transformer, "\xff\xff\xff"}}
}

// Output writes UTF-8 to f in the character set of f, if that is a terminal with another one; else it is f itself. Each
// Write must be of whole characters; a character that f does not have becomes a question mark.
func Output(f *os.File) io.Writer {
	c, err := localeCharset()
	if err != nil || c.table == nil || !term.IsTerminal(int(f.Fd())) {
		return f
	}
	return encodingWriter{f, c}
}

type encodingWriter struct {
	w io.Writer
	c charset
}

func (w encodingWriter) Write(b []byte) (int, error) {
	if _, err := w.w.Write(w.c.encode(string(b))); err != nil {
		return 0, err
	}
	return len(b), nil
}

func (c charset) encode(text string) (encoded []byte) {
	encoder := c.NewEncoder()
	for _, char := range clusters(text) {
		b, err := encoder.Bytes([]byte(char))
		if err != nil {
			b = []byte(strings.Repeat("?", max(1, uniseg.StringWidth(char))))
		}
		encoded = append(encoded, b...)
	}
	return encoded
}
