package line

import (
	"io"

	"chinwag/conn/socket"
)

// readLine is what lineReader.next gave.
type readLine struct {
	text string
	long bool
}

// readAll reads to the end: the lines, what the telnet was told, and how it ended.
func readAll(r io.Reader, max int) (got []readLine, told string, err error) {
	l := lineReader{in: socket.NewReader(r), max: max, answer: func(b []byte) { told += string(b) }, broken: isWhole}
	for {
		line, long, err := l.next()
		if err != nil {
			return got, told, err
		}
		got = append(got, readLine{string(line), long})
	}
}

// texts are the lines that were not too long.
func texts(lines []readLine) (s []string) {
	for _, l := range lines {
		if !l.long {
			s = append(s, l.text)
		}
	}
	return s
}

func isWhole() bool { return false }
