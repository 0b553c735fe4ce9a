package stream

import (
	"io"
	"sync"
	"syscall"
)

// Chunk is the most bytes that Reader.Next returns.
const Chunk = 4096

var chunks = sync.Pool{New: func() any { return new([Chunk]byte) }}

// Reader reads a connection into a buffer that it borrows only while there is
// something in it, so that thousands of silent connections hold none.
type Reader struct {
	r   io.Reader
	raw syscall.RawConn // nil: r cannot tell that there is something to read

	buf *[Chunk]byte // what Next returned last; nil: nothing
	n   int          // of look
	err error        // of look
	try func(fd uintptr) bool
}

// NewReader makes a reader of r. If r is a socket it waits without a buffer.
func NewReader(r io.Reader) *Reader {
	in := &Reader{r: r, raw: rawConn(r)}
	in.try = in.look
	return in
}

// Next is what comes next, at least one byte, valid until it is called again; or
// the error of reading, with nothing.
func (in *Reader) Next() ([]byte, error) {
	in.giveBack()
	if in.raw == nil {
		in.borrow()
		n, err := in.r.Read(in.buf[:])
		return in.buf[:n], err
	}
	if err := in.raw.Read(in.try); err != nil {
		return nil, err
	}
	if in.buf == nil {
		return nil, in.err
	}
	return in.buf[:in.n], nil
}

func (in *Reader) borrow() { in.buf = chunks.Get().(*[Chunk]byte) }

func (in *Reader) giveBack() {
	if in.buf != nil {
		chunks.Put(in.buf)
		in.buf = nil
	}
}
