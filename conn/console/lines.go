package console

import (
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"chinwag/conn"
	"chinwag/conn/line"
	"chinwag/hub"
)

// NewLines is a console in lines, as from nc. The log goes to log. With hints, Hint prints.
func NewLines(in io.Reader, out, log io.Writer, hints bool) Console {
	return &lines{none: none{log}, in: in, out: out, hints: hints}
}

type lines struct {
	none
	in    io.Reader
	out   io.Writer
	hints bool
}

func (l *lines) Serve(s *conn.Server, h *hub.Hub) error {
	_ = s.Serve(resident{newTransport(l.in, l.out)}, identity(false))
	<-h.Done() // the end of the input leaves the server running
	return nil
}

func (l *lines) Hint(plain, raw []net.Addr) bool {
	if !l.hints {
		return false
	}
	for _, words := range connectHint(plain, raw, localAddresses()) {
		fmt.Fprintf(l.out, "-- %s\n", words)
	}
	return true
}

// newTransport makes a transport of in and out, which stay open when it is closed. One goroutine reads from in until
// its end, another writes to out. A read or a write of those cannot be interrupted, so these are the only goroutines
// here without an owner that waits for them.
func newTransport(in io.Reader, out io.Writer) *line.Transport {
	r, w := io.Pipe()
	s := &stdio{r: r, lines: make(chan []byte), written: make(chan result, 1), closed: make(chan struct{})}
	go func() {
		_, _ = io.Copy(w, in)
		// The last line may have no line end. An operator without input cannot answer visitors.
		_, _ = w.Write([]byte("\n/duty off\n"))
		// w stays open: an end would end the transport.
	}()
	go s.print(out)
	return line.New(s, line.Options{Stall: -1})
}

// stdio is standard input and output, dressed as a connection.
type stdio struct {
	r       *io.PipeReader
	lines   chan []byte   // never closed
	written chan result   // capacity 1: print does not wait for a Write that has given up
	closed  chan struct{} // closed by the first Close
	once    sync.Once
}

// result is the outcome of a write.
type result struct {
	n   int
	err error
}

// print writes the bytes of Write to out.
func (s *stdio) print(out io.Writer) {
	for {
		select {
		case b := <-s.lines:
			n, err := out.Write(b)
			s.written <- result{n, err}
		case <-s.closed:
			return
		}
	}
}

func (s *stdio) Read(b []byte) (int, error) { return s.r.Read(b) }

// Write gives up when the console is closed, so that a pipe without a reader does not hold the server. print may still
// use b then: a line's bytes never change.
func (s *stdio) Write(b []byte) (int, error) {
	select {
	case s.lines <- b:
	case <-s.closed:
		return 0, net.ErrClosed
	}
	select {
	case r := <-s.written:
		return r.n, r.err
	case <-s.closed:
		return 0, net.ErrClosed
	}
}

func (s *stdio) Close() error {
	s.once.Do(func() { close(s.closed) })
	return s.r.Close()
}

// SetReadDeadline closes the input: the transport uses it only to end reading.
func (s *stdio) SetReadDeadline(time.Time) error { return s.r.Close() }

func (s *stdio) SetDeadline(time.Time) error    { return s.Close() } // the transport uses it only to abort
func (*stdio) SetWriteDeadline(time.Time) error { return nil }
func (*stdio) LocalAddr() net.Addr              { return stdioAddr{} }
func (*stdio) RemoteAddr() net.Addr             { return stdioAddr{} }

type stdioAddr struct{}

func (stdioAddr) Network() string { return "stdio" }
func (stdioAddr) String() string  { return "console" }
