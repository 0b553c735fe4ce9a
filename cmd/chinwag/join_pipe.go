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

// pipeClient is join without a screen: for pipes, programs and screen readers.
type pipeClient struct {
	in       io.Reader
	out, err io.Writer
	json     bool
	named    bool // the nick was chosen: not to get it is a failure
	typing   bool // the input is a terminal

	client       *client.Client
	welcome      protocol.Welcome           // owned by show
	echo         atomic.Bool                // show the client's own lines, too
	input        *bufio.Reader              // of in; owned by sendInput
	sending      sync.Mutex                 // held while a command is handed to the client
	ended        bool                       // under sending: the client has ended, and takes no more commands
	failed       atomic.Bool                // something was rejected or lost
	writing      sync.Mutex                 // to out: a rejected line of input is told between two events
	reporting    sync.Mutex                 // to err
	outputClosed bool                       // under writing: out has no reader any more
	secret       bool                       // the next line is a password; owned by sendInput
	operator     bool                       // a password was sent: we may be an operator; owned by sendInput
	ttyState     atomic.Pointer[term.State] // the state to restore, while the echo is off
	guard        protocol.Guard             // against passwords in the input
	roster       chat.Roster                // the client's rooms and their members
}

// run sends and shows until the input has ended and all of it is acknowledged, or until the server or a signal ends it.
func (p *pipeClient) run(ctx context.Context, o client.Options) error {
	p.client = client.New(o)
	running, cancel := context.WithCancel(context.Background())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- p.client.Run(running) }()
	defer context.AfterFunc(ctx, func() { p.leave(running) })()
	defer p.restoreEcho()
	for e := range p.client.Events() {
		if in, ok := e.(client.Connected); ok {
			p.roster.Enter(in.Welcome)
			if !in.Again {
				go p.sendInput(running) // not waited for: nothing interrupts the reading of standard input
			}
		}
		p.write(running, p.show(e))
	}
	err := <-ended
	p.sending.Lock() // waits for a command that is being handed over: it cannot be sent any more, and is told first
	p.ended = true
	p.sending.Unlock()
	p.writing.Lock() // held to the end, so that no rejected line of input comes after endLine
	defer p.writing.Unlock()
	if p.failed.Load() && isDone(err) {
		err = errFailed
	}
	if p.json {
		p.writeLocked(running, endLine(o.Addr, err))
	}
	p.outputClosed = true
	return err
}

// write writes b to the output, if that has a reader.
func (p *pipeClient) write(ctx context.Context, b []byte) {
	p.writing.Lock()
	defer p.writing.Unlock()
	p.writeLocked(ctx, b)
}

// writeLocked is write for a caller that holds writing.
func (p *pipeClient) writeLocked(ctx context.Context, b []byte) {
	if len(b) == 0 || p.outputClosed {
		return
	}
	if _, err := p.out.Write(b); err != nil {
		p.outputFailed(ctx, err)
	}
}

// isDone reports whether err is a normal end.
func isDone(err error) bool {
	dismissed, ok := errors.AsType[*client.GoodbyeError](err)
	return err == nil || ok && dismissed.Reason.ExitCode() == 0
}

// outputFailed is called when the output has no reader any more. A pipe is still sent to its end; at a terminal the
// client leaves, since no answer can be seen.
func (p *pipeClient) outputFailed(ctx context.Context, err error) {
	p.outputClosed = true
	if fault.KindOf(err) != fault.Unread {
		p.failed.Store(true)
		p.note("what is said cannot be written any more: " + fault.Words(err))
	}
	if p.typing {
		go p.leave(ctx) // ended by cancel at the latest
	}
}

func (p *pipeClient) leave(ctx context.Context) { _ = p.client.Send(ctx, protocol.Quit{}) }

// sendInput sends the input. At its end it waits for the acknowledgements.
func (p *pipeClient) sendInput(ctx context.Context) {
	p.input = bufio.NewReaderSize(p.in, maxInput)
	for {
		line, err := p.readLine(p.input)
		if err != nil && len(line) == 0 {
			break
		}
		if err := p.sendLine(ctx, line); err != nil {
			return
		}
	}
	_ = p.client.Flush(ctx)
	p.leave(ctx)
}

// readLine is the next line. A password is read from a terminal without its echo.
func (p *pipeClient) readLine(in *bufio.Reader) ([]byte, error) {
	if p.secret && p.typing && in.Buffered() == 0 {
		return p.readPassword()
	}
	return inputLine(in)
}

func (p *pipeClient) readPassword() ([]byte, error) {
	in := int(os.Stdin.Fd())
	if was, err := term.GetState(in); err == nil {
		p.ttyState.Store(was)
		defer func() {
			p.ttyState.Store(nil)
			_ = term.Restore(in, was)
		}()
	}
	disableEcho(in)
	p.report([]byte(chat.PasswordPrompt))
	line, err := term.ReadPassword(in)
	p.report([]byte("\n"))
	return tui.Decode(line), err
}

// restoreEcho gives the terminal its echo back. When the client ends in the middle of a password, sendInput is still in
// the read that would restore the echo.
func (p *pipeClient) restoreEcho() {
	if was := p.ttyState.Load(); was != nil {
		_ = term.Restore(int(os.Stdin.Fd()), was)
		p.report([]byte("\n"))
	}
}

// maxInput is one byte more than a line of input has, with its end.
const maxInput = 32 << 10

// inputLine is the next line without its end. It cuts a line that is too long for any command to maxInput, and drops
// the rest.
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

// sendLine sends one line of input. An error means that the client has ended.
func (p *pipeClient) sendLine(ctx context.Context, line []byte) error {
	cmd, err := p.parse(line)
	if p.secret {
		return nil // /operator is sent with the password, the next line
	}
	if err == nil && cmd != nil {
		if echo, ok := cmd.(protocol.Echo); ok && !p.json {
			p.echo.Store(echo.On) // the server's echo is the acknowledgement, and stays on
			return nil
		}
		err = p.send(ctx, cmd)
	}
	if refusal, ok := errors.AsType[*protocol.Refusal](err); ok {
		_, ref := protocol.Split(cmd)
		if bad, ok := errors.AsType[*protocol.CommandRefused](err); ok {
			ref = bad.Ref
		}
		p.refuse(ctx, protocol.Refused{Refusal: *refusal.In(p.roster.Place()), Ref: ref})
		return nil
	}
	return err
}

// send hands a command to the client, or tells that it could not be sent.
func (p *pipeClient) send(ctx context.Context, cmd protocol.Command) error {
	p.sending.Lock()
	defer p.sending.Unlock()
	if p.ended {
		return client.ErrEnded
	}
	err := p.client.Send(ctx, cmd)
	bare, _ := protocol.Split(cmd)
	switch _, leaves := bare.(protocol.Quit); {
	case errors.Is(err, client.ErrEnded):
		p.tellUnsent(ctx, cmd)
		p.tellRestUnsent(ctx)
	case err == nil && leaves:
		p.tellRestUnsent(ctx)
		return client.ErrEnded
	}
	return err
}

// tellUnsent tells of a command that was not sent.
func (p *pipeClient) tellUnsent(ctx context.Context, cmd protocol.Command) {
	if unsent(cmd) != "" {
		p.write(ctx, p.undelivered(client.Undelivered{Command: cmd}))
	}
}

// tellRestUnsent tells of the lines after it, as far as they are buffered.
func (p *pipeClient) tellRestUnsent(ctx context.Context) {
	rest, _ := p.input.Peek(p.input.Buffered())
	more := 0
	for line := range bytes.Lines(rest) {
		cmd, _ := p.parse(bytes.TrimRight(line, "\r\n"))
		switch words := unsent(cmd); {
		case words == "":
		case more < unsentShown, p.json:
			p.tellUnsent(ctx, cmd)
			more++
		default:
			more++
		}
	}
	if more > unsentShown && !p.json {
		p.note(fmt.Sprintf("nor were %d lines after it", more-unsentShown))
	}
}

const unsentShown = 10 // lines that a person is told of one by one

// unsent is what to tell of a command that came after the end of the client; "": nothing.
func unsent(cmd protocol.Command) string {
	switch bare, _ := protocol.Split(cmd); bare.(type) {
	case nil, protocol.Quit, protocol.Operator:
		return ""
	}
	return client.Undelivered{Command: cmd}.Words()
}

// parse parses a line of input. The line after /operator is the password, as in every transport; a program sends both
// in one command.
func (p *pipeClient) parse(line []byte) (protocol.Command, error) {
	if p.secret {
		p.secret, p.operator = false, true
		return p.guard.ParsePassword(line)
	}
	if seen := protocol.Visible(line); p.json && bytes.HasPrefix(seen, []byte("{")) {
		if len(line) == maxInput {
			return nil, protocol.RefuseLine(tooLongInput, seen)
		}
		cmd, err := protocol.DecodeCommand(seen)
		bare, _ := protocol.Split(cmd)
		if _, ok := bare.(protocol.Operator); ok {
			p.operator = true
		}
		return cmd, err
	}
	cmd, err := p.guard.Parse(string(line))
	if err != nil {
		return nil, err
	}
	if _, ok := cmd.(protocol.Operator); ok {
		if p.secret = !p.roster.HasNoPassword(); !p.secret {
			p.guard.Raise() // a password may follow all the same
		}
	}
	return chat.ReplyOrSay(cmd, p.operator)
}

var tooLongInput = protocol.Refuse("line-too-long", "that line is longer than %d bytes, the most that a line of JSON has here, so it was not sent: please send it in parts", maxInput-1)

// refuse tells of a line of input that was not sent: to a program in JSON, in the form of the server's own refusals.
func (p *pipeClient) refuse(ctx context.Context, e protocol.Refused) {
	p.failed.Store(true)
	if p.json {
		p.write(ctx, protocol.AppendEventJSON(nil, e))
		return
	}
	p.report(protocol.AppendEvent(nil, e))
}

// report writes to err. What is heard and what is sent may both be refused at once.
func (p *pipeClient) report(words []byte) {
	p.reporting.Lock()
	defer p.reporting.Unlock()
	_, _ = p.err.Write(words)
}
