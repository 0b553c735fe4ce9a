package screen

import (
	"io"
	"os"
	"strings"

	"github.com/rivo/uniseg"
	"golang.org/x/term"
	"golang.org/x/text/transform"
)

// Input is what somebody types on f, in UTF-8, where f is a terminal; else it is f itself. What is no letter in the
// terminal's character set comes as bytes that are not UTF-8, so that it is refused and not taken for what was typed, and a
// line whose end the terminal may have cut off is longer than any that can be said.
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

// cookedMax is how many bytes of a line a terminal that edits lines by itself hands over, on Linux; it forgets what is
// typed after them, without a word.
const cookedMax = 4095

// cookedLines makes each line that may have been cut too long.
type cookedLines struct {
	from   io.Reader
	length int    // of the line that has begun
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

// Keys is what somebody types on the terminal f, in UTF-8, for those who edit it themselves: Unreadable stands for what is no
// letter.
func Keys(f *os.File) io.Reader {
	c, _ := localeCharset() // of what is not known, UTF-8 is hoped for
	return transform.NewReader(f, c.NewDecoder())
}

// Decode is one line that was typed on a terminal and not read through Input.
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

// Output writes UTF-8 to f in the character set of f, where that is a terminal of another one; else it is f itself. Each
// Write is of whole characters; for what cannot be written stands a question mark.
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
