package socket

import (
	"errors"
	"io"
	"sync"
	"syscall"
)

// chunkBytes is the most bytes that Reader.Next returns.
const chunkBytes = 4096

var chunks = sync.Pool{New: func() any { return new([chunkBytes]byte) }}

// ErrWouldBlock means that there is no input yet, from a read that does not wait.
var ErrWouldBlock = errors.New("socket: nothing has come yet")

// Reader reads a connection into a buffer that it borrows only while there are bytes in it, so that idle connections
// hold none.
type Reader struct {
	r   io.Reader
	raw syscall.RawConn // nil: r can only be read by waiting

	buf   *[chunkBytes]byte // the bytes that Next returned last; nil: none
	n     int               // of tryRead
	err   error             // of tryRead
	short bool              // tryRead did not fill the buffer: there is no more input just now
	try   func(fd uintptr) bool
}

// NewReader makes a reader of r.
func NewReader(r io.Reader) *Reader {
	in := &Reader{r: r, raw: rawConn(r)}
	in.try = in.tryRead
	return in
}

// RawConn is the socket to wait for after Next has returned ErrWouldBlock; nil: Next waits.
func (in *Reader) RawConn() syscall.RawConn { return in.raw }

// Next returns the next input, at least one byte, valid until it is called again; or the error of reading, and no
// bytes. On a socket it does not wait: see ErrWouldBlock.
func (in *Reader) Next() ([]byte, error) {
	in.freeBuffer()
	switch {
	case in.raw == nil:
		in.takeBuffer()
		n, err := in.r.Read(in.buf[:])
		return in.buf[:n], err
	case in.short:
		in.short = false
		return nil, ErrWouldBlock
	}
	if err := in.raw.Read(in.try); err != nil {
		return nil, err
	}
	if in.buf == nil {
		return nil, in.err
	}
	return in.buf[:in.n], nil
}

func (in *Reader) takeBuffer() { in.buf = chunks.Get().(*[chunkBytes]byte) }

func (in *Reader) freeBuffer() {
	if in.buf != nil {
		chunks.Put(in.buf)
		in.buf = nil
	}
}
