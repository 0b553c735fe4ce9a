// Package console is the door of the operator who sits at the server's own
// standard input and output, where those are pipes or files: plain lines, as
// nc would bring them.
//
//	stdin  ─> stdio.Read ─┐
//	                      ├─ plain.Transport, the operator's role
//	stdout <─ stdio.Write ┘
//
// The end of the input is not the end of the console: what is said in the room
// goes on to be printed, and the operator is off duty at the desk.
package console

import (
	"io"
	"net"
	"sync"
	"time"

	"chinwag/conn/plain"
)

// New makes the console's transport of in and out, which stay open when it is
// closed. One goroutine reads from in until its end, another writes to out:
// nothing can take a read or a write of those back, so they are the only ones
// here that nobody waits for.
func New(in io.Reader, out io.Writer) *plain.Transport {
	r, w := io.Pipe()
	s := &stdio{r: r, lines: make(chan []byte), written: make(chan result, 1), closed: make(chan struct{})}
	go func() {
		_, _ = io.Copy(w, in)
		// What was typed last may have no end; and who cannot type any more cannot
		// answer visitors.
		_, _ = w.Write([]byte("\n/duty off\n"))
		// No Close: at the end of the input the reader goes on to wait.
	}()
	go s.print(out)
	return plain.New(s, plain.Options{Stall: -1})
}

// stdio is standard input and output, dressed as a connection.
type stdio struct {
	r       *io.PipeReader
	lines   chan []byte   // closed by nobody
	written chan result   // capacity 1: whoever prints does not wait for who has given up
	closed  chan struct{} // closed by the first Close
	once    sync.Once
}

// result is what a write came to.
type result struct {
	n   int
	err error
}

// print writes to out what Write is given.
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

// Write gives up when the console is closed, so that a pipe which nobody reads
// does not hold the server. The bytes are a line's, which never change.
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

// SetReadDeadline is only ever used to end reading.
func (s *stdio) SetReadDeadline(time.Time) error { return s.r.Close() }

func (s *stdio) SetDeadline(time.Time) error      { return s.Close() } // only ever used to end all
func (s *stdio) SetWriteDeadline(time.Time) error { return nil }
func (s *stdio) LocalAddr() net.Addr              { return stdioAddr{} }
func (s *stdio) RemoteAddr() net.Addr             { return stdioAddr{} }

type stdioAddr struct{}

func (stdioAddr) Network() string { return "stdio" }
func (stdioAddr) String() string  { return "console" }
