package raw

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync/atomic"
	"time"

	"chinwag/conn/fault"
	"chinwag/protocol"
)

// Client is the other half of a connection without any framing.
//
//	In ─ sendAll: each line one write, without its end ─> server
//	Out <─ show: each read a line of its own on a terminal, else the bytes <─ Reader
//
// Typing never waits for an answer.
type Client struct {
	In       io.Reader
	Out, Err io.Writer // what comes, and what went wrong
	Typing   bool      // In is a terminal
	Shown    bool      // Out is one

	conn         net.Conn
	reader       *Reader
	ended        chan struct{} // closed by waitForSender: the server has ended
	sent         chan struct{} // closed by sendAll: all the input is sent, or cannot be
	inputEnded   atomic.Bool   // Run ends when nothing comes any more
	lost         atomic.Bool   // a line could not be sent, or shown
	outputClosed bool          // Out has no reader any more; owned by Run
}

// ErrLost means that something could not be sent or shown. Err has been told what.
var ErrLost = errors.New("raw: something was not sent or not shown")

const (
	// lineGap is the time between two lines: the server would read two at once as one message. An answer is no sign to
	// go on, since it may belong to another line.
	lineGap = 100 * time.Millisecond
	// How long an answer may take after the end of the input: a person may have to type it. At a terminal the end of
	// the input means to leave.
	lingerTimeout, lingerTyping = 30 * time.Second, time.Second
)

// Run talks to a server until that or ctx ends the connection, or nothing more comes after the end of the input. It
// closes the connection.
func (c *Client) Run(ctx context.Context, server net.Conn) error {
	c.conn, c.reader = server, newReader(server)
	c.ended, c.sent = make(chan struct{}), make(chan struct{})
	defer server.Close()
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	go c.sendAll() // not waited for: nothing interrupts the reading of standard input
	err := c.receive()
	switch {
	case ctx.Err() != nil, errors.Is(err, net.ErrClosed): // ended from this side
		return nil
	case errors.Is(err, os.ErrDeadlineExceeded):
	case errors.Is(err, io.EOF):
		c.waitForSender()
	default:
		return fmt.Errorf("the connection broke: %s", fault.Words(err))
	}
	if c.lost.Load() {
		return ErrLost
	}
	return nil
}

// receive shows messages until the connection ends, and returns why.
func (c *Client) receive() error {
	for first := true; ; first = false {
		message, more, err := c.reader.Next()
		if err != nil {
			return err
		}
		if first && bytes.HasPrefix(message, []byte("-- Welcome to "+protocol.Version)) {
			c.tell("this door of a chinwag server wants lines, and hears nothing of what is sent without their ends: leave --bare out")
		}
		c.show(message, more)
		if c.inputEnded.Load() {
			c.setLinger()
		}
	}
}

// waitForSender gives sendAll a moment to say that there is input which the server has not taken.
func (c *Client) waitForSender() {
	close(c.ended)
	select {
	case <-c.sent:
	case <-time.After(lineGap):
	}
}

// setLinger sets how long receive waits for another message after the end of the input.
func (c *Client) setLinger() {
	linger := lingerTimeout
	if c.Typing {
		linger = lingerTyping
	}
	c.reader.Until(time.Now().Add(linger))
}

// sendAll sends the input, and tells the server of its end.
func (c *Client) sendAll() {
	defer close(c.sent)
	in := bufio.NewReaderSize(c.In, 32<<10)
	var next time.Time // when the next line may be sent
	for {
		line, err := in.ReadSlice('\n') // a line longer than the buffer is sent in parts
		line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
		switch {
		case c.Typing && len(line) > protocol.MaxText:
			c.tellUnsent("a line was longer than a terminal takes in, and its end is lost")
		case len(line) > 0:
			if !c.send(line, next) {
				return
			}
			next = time.Now().Add(lineGap)
		}
		if err != nil && err != bufio.ErrBufferFull {
			break
		}
	}
	c.inputEnded.Store(true)
	c.setLinger()
	if half, ok := c.conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
}

// send sends a line at a time or later, and reports whether it was sent.
func (c *Client) send(line []byte, at time.Time) bool {
	select {
	case <-c.ended:
	case <-time.After(time.Until(at)):
	}
	select {
	case <-c.ended:
		c.tellUnsent("the server has ended the connection")
		return false
	default:
	}
	if _, err := c.conn.Write(line); err != nil {
		if !errors.Is(err, net.ErrClosed) {
			c.tellUnsent(fault.Words(err))
		}
		return false
	}
	return true
}

func (c *Client) tellUnsent(why string) {
	c.lost.Store(true)
	c.tell("not everything could be sent: " + why)
}

// show prints a message: on a terminal without control characters and on a line of its own, else as it came.
func (c *Client) show(message []byte, more bool) {
	if c.outputClosed {
		return
	}
	if c.Shown {
		message = readable(message, more)
	}
	if _, err := c.Out.Write(message); err != nil {
		c.outputClosed = true // a pipe is still sent to its end; at a terminal Run ends, since no answer can be seen
		if fault.KindOf(err) != fault.Unread {
			c.lost.Store(true)
			c.tell("what comes cannot be written any more: " + fault.Words(err))
		}
		if c.Typing {
			_ = c.conn.Close()
		}
	}
}

// readable is a message as it may be shown on a terminal. It ends the last line, unless there is more of it, so that
// the next typed line begins at the margin.
func readable(message []byte, more bool) (shown []byte) {
	for ; len(message) > 0; message = message[lineEnd(message):] {
		var line []byte
		line, message = cutLine(message)
		for len(line) > 0 {
			var text protocol.Text
			text, line = textOf(line, protocol.MaxText)
			shown = append(shown, text.String()...)
		}
		if len(message) > 0 || !more {
			shown = append(shown, '\n')
		}
	}
	return shown
}

func (c *Client) tell(words string) { _, _ = io.WriteString(c.Err, "-- "+words+"\n") }
