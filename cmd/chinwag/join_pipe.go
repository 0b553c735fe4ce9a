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
	"chinwag/conn/tui"
	"chinwag/conn/tui/chat"
	"chinwag/protocol"
)

// inPipe is join without a screen: for pipes, programs and screen readers.
type inPipe struct {
	in       io.Reader
	out, err io.Writer
	json     bool
	named    bool // the nick was chosen: not to get it is a failure
	typing   bool // the input is a terminal

	client  *client.Client
	welcome protocol.Welcome           // owned by show
	echo    atomic.Bool                // show the client's own lines, too
	input   *bufio.Reader              // of in; owned by typed
	hand    sync.Mutex                 // held while a command is handed to the client
	over    bool                       // under hand: the client has ended, and takes no more commands
	failed  atomic.Bool                // something was rejected or lost
	writing sync.Mutex                 // to out: a rejected line of input is told between two events
	closed  bool                       // under writing: out has no reader any more
	secret  bool                       // the next line is a password; owned by typed
	serves  bool                       // a password was sent: we may be an operator; owned by typed
	dark    atomic.Pointer[term.State] // the state to restore, while the echo is off
	guard   protocol.Guard             // against passwords in the input
	roster  chat.Roster                // the client's rooms and their members
}

// join runs until the input has ended and all of it is acknowledged, or
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
			l.roster.Enter(in.Welcome)
			if !in.Again {
				go l.typed(running) // not waited for: nothing interrupts the reading of standard input
			}
		}
		l.tell(running, l.show(e))
	}
	err := <-ended
	l.hand.Lock() // waits for a command that is being handed over: it cannot be sent any more, and is told first
	l.over = true
	l.hand.Unlock()
	l.writing.Lock() // held to the end, so that no rejected line of input comes after endLine
	defer l.writing.Unlock()
	if l.failed.Load() && isDone(err) {
		err = errFailed
	}
	if l.json {
		l.write(running, endLine(o.Addr, err))
	}
	l.closed = true
	return err
}

// tell writes b to the output, if that has a reader.
func (l *inPipe) tell(ctx context.Context, b []byte) {
	l.writing.Lock()
	defer l.writing.Unlock()
	l.write(ctx, b)
}

// write is tell for a caller that holds writing.
func (l *inPipe) write(ctx context.Context, b []byte) {
	if len(b) == 0 || l.closed {
		return
	}
	if _, err := l.out.Write(b); err != nil {
		l.deafen(ctx, err)
	}
}

// isDone reports whether err is a normal end.
func isDone(err error) bool {
	dismissed, ok := errors.AsType[*client.GoodbyeError](err)
	return err == nil || ok && dismissed.Reason.ExitCode() == 0
}

// deafen is called when the output has no reader any more. A pipe is still sent to its
// end; at a terminal the client leaves, since no answer can be seen.
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

func (l *inPipe) leave(ctx context.Context) { _ = l.client.Send(ctx, protocol.Quit{}) }

// typed sends the input. At its end it waits for the acknowledgements.
func (l *inPipe) typed(ctx context.Context) {
	l.input = bufio.NewReaderSize(l.in, maxInput)
	for {
		line, err := l.next(l.input)
		if err != nil && len(line) == 0 {
			break
		}
		if err := l.do(ctx, line); err != nil {
			return
		}
	}
	_ = l.client.Flush(ctx)
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
	_, _ = io.WriteString(l.err, chat.PasswordPrompt)
	line, err := term.ReadPassword(in)
	_, _ = io.WriteString(l.err, "\n")
	return tui.Decode(line), err
}

// lighten gives the terminal its echo back. When the client ends in the middle of a
// password, typed is still in the read that would restore the echo.
func (l *inPipe) lighten() {
	if was := l.dark.Load(); was != nil {
		_ = term.Restore(int(os.Stdin.Fd()), was)
		_, _ = io.WriteString(l.err, "\n")
	}
}

// maxInput is one byte more than a line of input has, with its end.
const maxInput = 32 << 10

// inputLine is the next line without its end. It cuts a line that is too long for any
// command to maxInput, and drops the rest.
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

// do sends one line of input. An error means that the client has ended.
func (l *inPipe) do(ctx context.Context, line []byte) error {
	cmd, err := l.parse(line)
	if l.secret {
		return nil // /operator is sent with the password, the next line
	}
	if err == nil && cmd != nil {
		if echo, ok := cmd.(protocol.Echo); ok && !l.json {
			l.echo.Store(echo.On) // the server's echo is the acknowledgement, and stays on
			return nil
		}
		err = l.send(ctx, cmd)
	}
	if refusal, ok := errors.AsType[*protocol.Refusal](err); ok {
		_, ref := protocol.Split(cmd)
		if bad, ok := errors.AsType[*protocol.CommandRefused](err); ok {
			ref = bad.Ref
		}
		l.refuse(ctx, protocol.Refused{Refusal: *refusal.In(l.roster.Place()), Ref: ref})
		return nil
	}
	return err
}

// send hands a command to the client, or tells that it could not be sent.
func (l *inPipe) send(ctx context.Context, cmd protocol.Command) error {
	l.hand.Lock()
	defer l.hand.Unlock()
	if l.over {
		return client.ErrEnded
	}
	err := l.client.Send(ctx, cmd)
	bare, _ := protocol.Split(cmd)
	switch _, leaves := bare.(protocol.Quit); {
	case errors.Is(err, client.ErrEnded):
		l.miss(ctx, cmd)
		l.missRest(ctx)
	case err == nil && leaves:
		l.missRest(ctx)
		return client.ErrEnded
	}
	return err
}

// miss tells of a command that was not sent.
func (l *inPipe) miss(ctx context.Context, cmd protocol.Command) {
	if unsent(cmd) != "" {
		l.tell(ctx, l.undelivered(client.Undelivered{Command: cmd}))
	}
}

// missRest tells of the lines after it, as far as they are buffered.
func (l *inPipe) missRest(ctx context.Context) {
	rest, _ := l.input.Peek(l.input.Buffered())
	more := 0
	for line := range bytes.Lines(rest) {
		cmd, _ := l.parse(bytes.TrimRight(line, "\r\n"))
		switch words := unsent(cmd); {
		case words == "":
		case more < missedMax, l.json:
			l.miss(ctx, cmd)
			more++
		default:
			more++
		}
	}
	if more > missedMax && !l.json {
		l.aside(fmt.Sprintf("nor were %d lines after it", more-missedMax))
	}
}

const missedMax = 10 // lines that a person is told of one by one

// unsent is what to tell of a command that came after the end of the client; "": nothing.
func unsent(cmd protocol.Command) string {
	switch bare, _ := protocol.Split(cmd); bare.(type) {
	case nil, protocol.Quit, protocol.Operator:
		return ""
	}
	return client.Undelivered{Command: cmd}.Words()
}

// parse parses a line of input. The line after /operator is the password, as in
// every transport; a program sends both in one command.
func (l *inPipe) parse(line []byte) (protocol.Command, error) {
	if l.secret {
		l.secret, l.serves = false, true
		return l.guard.ParsePassword(line)
	}
	if seen := protocol.Visible(line); l.json && bytes.HasPrefix(seen, []byte("{")) {
		if len(line) == maxInput {
			return nil, protocol.RefuseLine(tooLongInput, seen)
		}
		cmd, err := protocol.DecodeCommand(seen)
		bare, _ := protocol.Split(cmd)
		if _, ok := bare.(protocol.Operator); ok {
			l.serves = true
		}
		return cmd, err
	}
	cmd, err := l.guard.Parse(string(line))
	if err != nil {
		return nil, err
	}
	if _, ok := cmd.(protocol.Operator); ok {
		if l.secret = !l.roster.HasNoPassword(); !l.secret {
			l.guard.Raise() // a password may follow all the same
		}
	}
	return chat.ReplyOrSay(cmd, l.serves)
}

var tooLongInput = protocol.Refuse("line-too-long", "that line is longer than %d bytes, the most that a line of JSON has here, so it was not sent: please send it in parts", maxInput-1)

// refuse tells of a line of input that was not sent: to a program in JSON, in the form of the
// server's own refusals.
func (l *inPipe) refuse(ctx context.Context, e protocol.Refused) {
	l.failed.Store(true)
	if l.json {
		l.tell(ctx, protocol.AppendEventJSON(nil, e))
		return
	}
	_, _ = l.err.Write(protocol.AppendEvent(nil, e))
}
