package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"

	"golang.org/x/term"

	"chinwag/conn/client"
	"chinwag/conn/fault"
	tui "chinwag/conn/screen"
	"chinwag/protocol"
)

// inPipe is join without a screen: for pipes, programs and screen readers.
type inPipe struct {
	in       io.Reader
	out, err io.Writer
	json     bool
	named    bool // somebody chose the nick: not to get it is a failure
	typing   bool // the input is a terminal

	client     *client.Client
	welcome    protocol.Welcome           // owned by show
	echo       atomic.Bool                // show one's own lines, too
	input      *bufio.Reader              // of in; owned by typed
	hand       sync.Mutex                 // held while a command is handed to the client
	over       bool                       // under hand: it is told already what was not sent
	failed     atomic.Bool                // something was refused or lost
	closed     bool                       // nobody reads out any more; owned by join
	secret     bool                       // the next line is a password; owned by typed
	serves     bool                       // a password was sent: we may be an operator; owned by typed
	dark       atomic.Pointer[term.State] // how the terminal was, while it shows nothing of what is typed
	guard      protocol.Guard             // of what is typed
	noPassword atomic.Bool                // the server asks for none: no client becomes an operator there
}

// join takes part until the input has ended and all of it is acknowledged, or
// until the server or a signal ends it.
func (l *inPipe) join(ctx context.Context, o client.Options) error {
	l.client = client.New(o)
	running, cancel := context.WithCancel(context.Background())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- l.client.Run(running) }()
	defer context.AfterFunc(ctx, func() { l.leave(running) })()
	defer l.lighten()
	for e := range l.client.Events() {
		if in, ok := e.(client.Connected); ok {
			l.noPassword.Store(in.NoPassword)
			if !in.Again {
				go l.typed(running) // not waited for: nothing interrupts the reading of standard input
			}
		}
		if b := l.show(e); len(b) > 0 && !l.closed {
			if _, err := l.out.Write(b); err != nil {
				l.deafen(running, err)
			}
		}
	}
	err := <-ended
	l.hand.Lock() // what is in the hand just now cannot be sent any more, and is told first
	l.over = true
	l.hand.Unlock()
	if l.failed.Load() && isDone(err) {
		err = errFailed
	}
	return err
}

// isDone reports whether err would be no failure.
func isDone(err error) bool {
	dismissed, ok := errors.AsType[*client.Dismissed](err)
	return err == nil || ok && dismissed.Reason.ExitCode() == 0
}

// deafen is for when nobody reads the output any more. What comes in is said all
// the same, but nobody goes on to type into the dark.
func (l *inPipe) deafen(ctx context.Context, err error) {
	l.closed = true
	if fault.KindOf(err) != fault.Unread {
		l.failed.Store(true)
		l.aside("what is said cannot be written any more: " + fault.Words(err))
	}
	if l.typing {
		go l.leave(ctx) // ended by cancel at the latest
	}
}

func (l *inPipe) leave(ctx context.Context) { _ = l.client.Send(ctx, protocol.Leave{}) }

// typed does what the input says. At its end it waits for the acknowledgements.
func (l *inPipe) typed(ctx context.Context) {
	l.input = bufio.NewReaderSize(l.in, 32<<10)
	for {
		line, err := l.next(l.input)
		if err != nil && len(line) == 0 {
			break
		}
		if err := l.do(ctx, line); err != nil {
			return
		}
	}
	_ = l.client.Settle(ctx)
	l.leave(ctx)
}

// next is the next line. A password is read from a terminal without its echo.
func (l *inPipe) next(in *bufio.Reader) ([]byte, error) {
	if l.secret && l.typing && in.Buffered() == 0 {
		return l.ask()
	}
	return inputLine(in)
}

func (l *inPipe) ask() ([]byte, error) {
	in := int(os.Stdin.Fd())
	if was, err := term.GetState(in); err == nil {
		l.dark.Store(was)
		defer func() {
			l.dark.Store(nil)
			_ = term.Restore(in, was)
		}()
	}
	darken(in)
	_, _ = io.WriteString(l.err, passwordPrompt)
	line, err := term.ReadPassword(in)
	_, _ = io.WriteString(l.err, "\n")
	return tui.Decode(line), err
}

// lighten gives the terminal its echo back: whoever leaves in the middle of a
// password leaves somebody behind who still reads it.
func (l *inPipe) lighten() {
	if was := l.dark.Load(); was != nil {
		_ = term.Restore(int(os.Stdin.Fd()), was)
		_, _ = io.WriteString(l.err, "\n")
	}
}

// inputLine is the next line without its end; one that is too long for any
// command is cut, and what follows of it dropped.
func inputLine(in *bufio.Reader) ([]byte, error) {
	line, err := in.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		line = bytes.Clone(line)
		for err == bufio.ErrBufferFull {
			_, err = in.ReadSlice('\n')
		}
	}
	return bytes.TrimRight(line, "\r\n"), err
}

// do sends one line of input. An error means that there is nobody to send it to.
func (l *inPipe) do(ctx context.Context, line []byte) error {
	cmd, err := l.parse(line)
	if l.secret {
		return nil // it is sent with the password
	}
	if err == nil && cmd != nil {
		if echo, ok := cmd.(protocol.Echo); ok && !l.json {
			l.echo.Store(echo.On) // the server's echo is the acknowledgement, and stays on
			return nil
		}
		err = l.send(ctx, cmd)
	}
	if refusal, ok := errors.AsType[*protocol.Refusal](err); ok {
		l.refuse(protocol.Refused{Refusal: *refusal})
		return nil
	}
	return err
}

// send hands a command to the client, or says that it could not be sent.
func (l *inPipe) send(ctx context.Context, cmd protocol.Command) error {
	l.hand.Lock()
	defer l.hand.Unlock()
	if l.over {
		return client.ErrEnded
	}
	err := l.client.Send(ctx, cmd)
	switch _, leaves := cmd.(protocol.Leave); {
	case errors.Is(err, client.ErrEnded):
		l.miss(cmd)
		l.missRest()
	case err == nil && leaves:
		l.missRest()
		return client.ErrEnded
	}
	return err
}

// miss tells of a command that was not sent.
func (l *inPipe) miss(cmd protocol.Command) {
	if words := unsent(cmd); words != "" {
		l.failed.Store(true)
		l.aside(words)
	}
}

// missRest tells of the lines after that, as far as they have been read.
func (l *inPipe) missRest() {
	rest, _ := l.input.Peek(l.input.Buffered())
	more := 0
	for line := range bytes.Lines(rest) {
		cmd, _ := l.parse(bytes.TrimRight(line, "\r\n"))
		switch words := unsent(cmd); {
		case words == "":
		case more < missedMax:
			l.miss(cmd)
			more++
		default:
			more++
		}
	}
	if more > missedMax {
		l.aside(fmt.Sprintf("nor were %d lines after it", more-missedMax))
	}
}

const missedMax = 10 // lines that are told one by one

// unsent is what to say of a command for which there is nobody any more; "": it is not missed.
func unsent(cmd protocol.Command) string {
	switch cmd.(type) {
	case nil, protocol.Leave, protocol.Operator:
		return ""
	}
	return client.Undelivered{Command: cmd}.Words()
}

// parse is what a line of input means. After /operator the next one is taken for
// the password, as at every door; a program sends both at once.
func (l *inPipe) parse(line []byte) (protocol.Command, error) {
	if l.secret {
		l.secret, l.serves = false, true
		cmd, err := password(line)
		if err != nil {
			l.guard.Raise() // it may still be typed
		}
		return cmd, err
	}
	if seen := protocol.Visible(line); l.json && bytes.HasPrefix(seen, []byte("{")) {
		cmd, err := protocol.DecodeCommand(seen)
		if _, ok := cmd.(protocol.Operator); ok {
			l.serves = true
		}
		return cmd, err
	}
	cmd, err := l.guard.Parse(string(line))
	if err != nil {
		return nil, err
	}
	if _, ok := cmd.(protocol.Operator); ok {
		if l.secret = !l.noPassword.Load(); !l.secret {
			l.guard.Raise() // it may be typed on blindly
		}
	}
	return meant(cmd, l.serves)
}

// refuse tells of a line of input that was not sent. It is told on standard
// error also to a program, which is told in JSON only what the server says.
func (l *inPipe) refuse(e protocol.Refused) {
	l.failed.Store(true)
	_, _ = l.err.Write(protocol.AppendEvent(nil, e))
}
