package line

import (
	"bytes"
	"io"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"chinwag/protocol"

	"chinwag/conn/socket"
)

// pieces is a stream that arrives in these packets, and then ends with err.
type pieces struct {
	parts [][]byte
	err   error // nil: io.EOF
}

func packets(parts ...string) *pieces {
	p := &pieces{}
	for _, s := range parts {
		p.parts = append(p.parts, []byte(s))
	}
	return p
}

func (p *pieces) Read(b []byte) (int, error) {
	if len(p.parts) == 0 {
		if p.err != nil {
			return 0, p.err
		}
		return 0, io.EOF
	}
	n := copy(b, p.parts[0])
	if p.parts[0] = p.parts[0][n:]; len(p.parts[0]) == 0 {
		p.parts = p.parts[1:]
	}
	return n, nil
}

// readLine is what lines.next gave.
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

// tcpPair is a connection over loopback: ours and the other side's.
func tcpPair(t *testing.T) (ours, theirs *net.TCPConn) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = l.Close() }()
	c, err := net.Dial("tcp", l.Addr().String())
	require.NoError(t, err)
	s, err := l.Accept()
	require.NoError(t, err)
	t.Cleanup(func() { _, _ = c.Close(), s.Close() })
	return s.(*net.TCPConn), c.(*net.TCPConn)
}

// notices are lines that say these words.
func notices(words ...string) (lines []*protocol.Frame) {
	for _, w := range words {
		lines = append(lines, protocol.NewFrame(protocol.Notice{Text: protocol.MustText(w)}))
	}
	return lines
}

// fakeConn reads from in, and keeps what is written.
type fakeConn struct {
	net.Conn
	in  io.Reader
	out bytes.Buffer
}

func (c *fakeConn) Read(b []byte) (int, error)       { return c.in.Read(b) }
func (c *fakeConn) Write(b []byte) (int, error)      { return c.out.Write(b) }
func (c *fakeConn) SetWriteDeadline(time.Time) error { return nil }

func isWhole() bool { return false }
