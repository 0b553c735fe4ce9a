package main

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

	"github.com/spf13/pflag"
	"golang.org/x/term"

	"chinwag/conn/fault"
	"chinwag/conn/raw"
	"chinwag/conn/tui"
	"chinwag/protocol"
)

// bareTalk is join --bare: the other half of a connection without any framing.
//
//	input ─ typed: each line one send, without its end ─> server
//	output <─ show: each read a line of its own on a terminal, else the bytes <─ Messages
//
// Typing never waits for an answer.
type bareTalk struct {
	in       io.Reader
	out, err io.Writer
	typing   bool // the input is a terminal
	shown    bool // the output is one

	conn     net.Conn
	heard    *raw.Reader
	gone     chan struct{} // closed by missed: the server has ended
	typist   chan struct{} // closed by typed: all the input is sent, or cannot be
	finished atomic.Bool   // the input has ended: the talk ends when nothing comes any more
	lost     atomic.Bool   // a line could not be sent, or shown
	closed   bool          // out has no reader any more; owned by talk
}

const (
	bareConnect = 15 * time.Second
	// apart is the time between two lines: the server would read two at once as one
	// message. An answer is no sign to go on, since it may belong to another line.
	apart = 100 * time.Millisecond
	// How long an answer may take after the end of the input: a person may have to type it.
	// At a terminal the end of the input means to leave.
	bareRest, bareRestTyping = 30 * time.Second, time.Second
)

// runBare is join --bare. It rejects all flags that need the protocol; --plain is accepted, and
// changes nothing.
func runBare(ctx context.Context, f *pflag.FlagSet, args []string) error {
	for _, name := range []string{"nick", "nick-or-guest", "room", "replay", "json", "once"} {
		if f.Changed(name) {
			return &exitError{exitUsage, fmt.Errorf("--bare knows nothing but words: it cannot go with --%s", name)}
		}
	}
	addr, err := address(args)
	if err != nil {
		return &exitError{exitUsage, err}
	}
	ctx, stop := untilGone(ctx)
	defer stop()
	c, err := (&net.Dialer{Timeout: bareConnect}).DialContext(ctx, "tcp", addr)
	switch {
	case ctx.Err() != nil:
		return nil
	case err != nil:
		return &exitError{exitNobody, fmt.Errorf("cannot connect to %s: %s: %s", addr, fault.Words(err), whatNext(addr, err))}
	}
	b := bareTalk{
		in: tui.Input(os.Stdin), out: tui.Output(os.Stdout), err: tui.Output(os.Stderr),
		typing: term.IsTerminal(int(os.Stdin.Fd())), shown: term.IsTerminal(int(os.Stdout.Fd())),
	}
	return ending(addr, b.talk(ctx, c))
}

// talk runs until the server or a signal ends the connection, or nothing
// more comes after the end of the input.
func (b *bareTalk) talk(ctx context.Context, c net.Conn) error {
	b.conn, b.heard = c, raw.NewReader(c)
	b.gone, b.typist = make(chan struct{}), make(chan struct{})
	defer c.Close()
	defer context.AfterFunc(ctx, func() { _ = c.Close() })()
	go b.typed() // not waited for: nothing interrupts the reading of standard input
	err := b.listen()
	switch {
	case ctx.Err() != nil, errors.Is(err, net.ErrClosed): // ended from this side
		return nil
	case errors.Is(err, os.ErrDeadlineExceeded):
	case errors.Is(err, io.EOF):
		b.missed()
	default:
		return fmt.Errorf("the connection broke: %s", fault.Words(err))
	}
	if b.lost.Load() {
		return errFailed
	}
	return nil
}

// listen shows messages until the connection ends, and returns why.
func (b *bareTalk) listen() error {
	for first := true; ; first = false {
		message, more, err := b.heard.Next()
		if err != nil {
			return err
		}
		if first && bytes.HasPrefix(message, []byte("-- Welcome to "+protocol.Version)) {
			b.aside("this door of a chinwag server wants lines, and hears nothing of what is sent without their ends: leave --bare out")
		}
		b.show(message, more)
		if b.finished.Load() {
			b.stay()
		}
	}
}

// missed gives typed a moment to say that there is input which the server has not taken.
func (b *bareTalk) missed() {
	close(b.gone)
	select {
	case <-b.typist:
	case <-time.After(apart):
	}
}

// stay sets how long listen waits for another message after the end of the input.
func (b *bareTalk) stay() {
	rest := bareRest
	if b.typing {
		rest = bareRestTyping
	}
	b.heard.Until(time.Now().Add(rest))
}

// typed sends the input, and tells the server of its end.
func (b *bareTalk) typed() {
	defer close(b.typist)
	in := bufio.NewReaderSize(b.in, 32<<10)
	var next time.Time // when the next line may be sent
	for {
		line, err := in.ReadSlice('\n') // a line longer than the buffer is sent in parts
		line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
		switch {
		case b.typing && len(line) > protocol.MaxText:
			b.unsent("a line was longer than a terminal takes in, and its end is lost")
		case len(line) > 0:
			if !b.send(line, next) {
				return
			}
			next = time.Now().Add(apart)
		}
		if err != nil && err != bufio.ErrBufferFull {
			break
		}
	}
	b.finished.Store(true)
	b.stay()
	if c, ok := b.conn.(interface{ CloseWrite() error }); ok {
		_ = c.CloseWrite()
	}
}

// send sends a line at a time or later, and reports whether it was sent.
func (b *bareTalk) send(line []byte, at time.Time) bool {
	select {
	case <-b.gone:
	case <-time.After(time.Until(at)):
	}
	select {
	case <-b.gone:
		b.unsent("the server has ended the connection")
		return false
	default:
	}
	if _, err := b.conn.Write(line); err != nil {
		if !errors.Is(err, net.ErrClosed) {
			b.unsent(fault.Words(err))
		}
		return false
	}
	return true
}

func (b *bareTalk) unsent(why string) {
	b.lost.Store(true)
	b.aside("not everything could be sent: " + why)
}

// show prints a message: on a terminal without control characters and on a line of its own, else as it came.
func (b *bareTalk) show(message []byte, more bool) {
	if b.closed {
		return
	}
	if b.shown {
		message = readable(message, more)
	}
	if _, err := b.out.Write(message); err != nil {
		b.closed = true // a pipe is still sent to its end; at a terminal the talk ends, since no answer can be seen
		if fault.KindOf(err) != fault.Unread {
			b.lost.Store(true)
			b.aside("what comes cannot be written any more: " + fault.Words(err))
		}
		if b.typing {
			_ = b.conn.Close()
		}
	}
}

// readable is a message as it may be shown on a terminal. It ends the last line, unless there
// is more of it, so that the next typed line begins at the margin.
func readable(message []byte, more bool) (shown []byte) {
	for ; len(message) > 0; message = message[raw.LineEnd(message):] {
		var line []byte
		line, message = raw.CutLine(message)
		for len(line) > 0 {
			var text protocol.Text
			text, line = raw.Words(line, protocol.MaxText)
			shown = append(shown, text.String()...)
		}
		if len(message) > 0 || !more {
			shown = append(shown, '\n')
		}
	}
	return shown
}

func (b *bareTalk) aside(words string) { _, _ = io.WriteString(b.err, "-- "+words+"\n") }
