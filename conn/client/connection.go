package client

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"time"

	"chinwag/protocol"
)

const (
	connectTime = 15 * time.Second // to dial, to be greeted and to be welcomed
	writeTime   = 30 * time.Second // for the other side to take a piece
	drainTime   = 5 * time.Second  // to read the rest of the input after a failed write
	piece       = 16 << 10         // bytes for one write deadline
	maxGreeting = protocol.MaxText // bytes of the first line, which may be another server's
	maxLine     = 256 << 10        // bytes of a later line
)

// connection is one connection, after its welcome.
type connection struct {
	conn    net.Conn
	in      *bufio.Reader
	welcome protocol.Welcome

	inputs chan input    // unbuffered; reader to Run
	out    chan []byte   // unbuffered; Run to writer
	closed chan struct{} // closed by close
}

type input struct {
	event protocol.Event
	err   error // the end of the connection; it comes last
}

// connect dials, reads the greeting, and says hello if it is chinwag's.
func connect(ctx context.Context, o *Options, hello protocol.Hello) (*connection, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTime)
	defer cancel()
	conn, err := o.Dial(ctx)
	if err != nil {
		return nil, err
	}
	c := &connection{
		conn:   conn,
		in:     bufio.NewReader(conn),
		inputs: make(chan input),
		out:    make(chan []byte),
		closed: make(chan struct{}),
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	err = c.greet(hello)
	if !stop() && err == nil {
		err = errSilent
	}
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	return c, nil
}

// greet reads the first line before it writes anything: on another chat server, every byte would be a message.
func (c *connection) greet(hello protocol.Hello) error {
	first, err := c.line(maxGreeting)
	switch why, away := strings.CutPrefix(string(first), "-- goodbye: "); {
	case away:
		return &RejectedError{why}
	case err == errLongLine, len(first) > 0 && !isChinwag(first):
		return ErrNotChinwag
	case err != nil:
		return err
	}
	if _, err := c.conn.Write(protocol.AppendCommandJSON(nil, hello)); err != nil {
		return err
	}
	for {
		line, err := c.line(maxLine)
		if err != nil {
			return err
		}
		if !protocol.IsJSON(line) {
			if why, away := strings.CutPrefix(string(line), "-- goodbye: "); away {
				return &RejectedError{why}
			}
			continue
		}
		e, err := protocol.DecodeEvent(line)
		if err != nil {
			return err
		}
		switch e := e.(type) {
		case protocol.Welcome:
			c.welcome = e
			return nil
		case protocol.Refused:
			return &RejectedError{e.Text}
		case protocol.Goodbye:
			return sentAway(e)
		}
	}
}

// sentAway is the error for a goodbye in the place of a welcome.
func sentAway(e protocol.Goodbye) error {
	if e.Back == 0 {
		return &GoodbyeError{e}
	}
	return &RejectedError{e.Words()}
}

// isChinwag looks for protocol.Version as a word: chinwag/10 is another one.
func isChinwag(line []byte) bool {
	_, after, found := bytes.Cut(line, []byte(protocol.Version))
	return found && (len(after) == 0 || after[0] < '0' || after[0] > '9')
}

// start runs the reader and the writer until close.
func (c *connection) start(wg *sync.WaitGroup, log *slog.Logger) {
	wg.Go(func() { c.read(log) })
	wg.Go(c.write)
}

// close ends both directions. It must be called once.
func (c *connection) close() {
	close(c.closed)
	_ = c.conn.Close()
}

func (c *connection) read(log *slog.Logger) {
	for {
		line, err := c.line(maxLine)
		h := input{err: err}
		if err == nil {
			if h.event, err = protocol.DecodeEvent(line); err != nil {
				log.Warn("client: an event was not understood", "err", err, "bytes", len(line))
				continue
			}
		}
		select {
		case c.inputs <- h:
		case <-c.closed:
			return
		}
		if h.err != nil {
			return
		}
	}
}

// write sends the bytes that Run gives it. After an error it writes nothing more, but the reader goes on for drainTime:
// there may be a goodbye.
func (c *connection) write() {
	for {
		select {
		case b := <-c.out:
			for len(b) > 0 {
				_ = c.conn.SetWriteDeadline(time.Now().Add(writeTime))
				n, err := c.conn.Write(b[:min(len(b), piece)])
				if err != nil {
					_ = c.conn.SetReadDeadline(time.Now().Add(drainTime))
					return
				}
				b = b[n:]
			}
		case <-c.closed:
			return
		}
	}
}

// line is the next line without its line end. A line that is cut by the end of the stream comes with the error.
func (c *connection) line(most int) ([]byte, error) {
	var line []byte
	for {
		part, err := c.in.ReadSlice('\n')
		if len(line)+len(part) > most+2 {
			return nil, errLongLine
		}
		switch {
		case err == nil && line == nil:
			return bytes.TrimRight(part, "\r\n"), nil // valid until the next call
		case err == nil:
			return bytes.TrimRight(append(line, part...), "\r\n"), nil
		case err != bufio.ErrBufferFull:
			if err == io.EOF && len(line)+len(part) > 0 {
				err = io.ErrUnexpectedEOF
			}
			return append(line, part...), err
		}
		line = append(line, part...)
	}
}
