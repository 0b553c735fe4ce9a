package main

import (
	"encoding/json"
	"errors"
	"io"

	"chinwag/conn/client"
	"chinwag/conn/tui/chat"
	"chinwag/protocol"
)

// show is what the output has of e. News of the connection itself goes to
// standard error for a person, and to the output in JSON for a program.
func (p *pipeClient) show(e client.Event) []byte {
	switch e := e.(type) {
	case client.Heard:
		return p.hear(e.Event)
	case client.Connected:
		if p.json {
			return protocol.AppendEventJSON(nil, e.Welcome)
		}
		if e.Resumed {
			p.note("connected again")
			return nil
		}
		p.welcome = e.Welcome
		return protocol.AppendEvent(nil, protocol.Greeting{Server: e.Server})
	case client.Arrived:
		if !p.json {
			return protocol.AppendEvent(nil, p.welcome)
		}
	case client.Lost:
		switch {
		case p.json:
			return jsonLine("lost", "why", e.Err.Error(), "next", e.Next.Seconds())
		case e.Broke:
			p.note("the connection is lost, trying again: " + e.Err.Error())
		}
	case client.Undelivered:
		return p.undelivered(e)
	default:
		panic("join: an event of an unknown kind")
	}
	return nil
}

func (p *pipeClient) hear(e protocol.Event) []byte {
	p.roster.Hear(e)
	refused, isRefused := e.(protocol.Refused)
	if isRefused && (p.named || !isOfName(refused.Code)) {
		p.failed.Store(true)
	}
	if isRefused && chat.IsOfPassword(refused.Code) && !p.roster.HasNoPassword() { // else parse has raised it
		p.guard.Raise()
	} else if _, ok := e.(protocol.Promoted); ok {
		p.guard.Lower()
	}
	switch {
	case p.json:
		return protocol.AppendEventJSON(nil, e)
	case isRefused:
		_, _ = p.err.Write(protocol.AppendEvent(nil, e))
		return nil
	case isMine(e) && !p.echo.Load(), isAccepted(e), isOfMany(e):
		return nil
	}
	return protocol.AppendEvent(nil, p.roster.Named(e))
}

// undelivered is what the output has of a command that was given up.
func (p *pipeClient) undelivered(e client.Undelivered) []byte {
	p.failed.Store(true)
	if p.json {
		return jsonLine("undelivered", "maybe", e.Maybe, "command", json.RawMessage(protocol.AppendCommandJSON(nil, e.Command)))
	}
	p.note(e.Words())
	return nil
}

// endLine is the last line for a program: the exit code of join, and why.
func endLine(addr string, err error) []byte {
	exit, ok := errors.AsType[*exitError](joinError(addr, err))
	switch {
	case !ok:
		return jsonLine("ended", "exit", 0)
	case exit.err == nil:
		return jsonLine("ended", "exit", exit.code)
	}
	return jsonLine("ended", "exit", exit.code, "text", exit.err.Error())
}

func (p *pipeClient) note(words string) { _, _ = io.WriteString(p.err, "-- "+words+"\n") }

// isOfName reports whether a refusal says that the client cannot have a nick.
func isOfName(code string) bool {
	switch code {
	case "name-taken", "name-alike", "name-held", "name-reserved", "name-kicked":
		return true
	}
	return false
}

// isMine reports whether e is the client's own line.
func isMine(e protocol.Event) bool {
	switch e := e.(type) {
	case protocol.Said:
		return e.You
	case protocol.Acted:
		return e.You
	case protocol.Whispered:
		return e.You
	}
	return false
}

// isOfMany reports whether e is one of many events for which one notice stands.
func isOfMany(e protocol.Event) bool {
	t, ok := e.(protocol.TicketChanged)
	return ok && t.Many
}

func isAccepted(e protocol.Event) bool {
	_, ok := e.(protocol.Duplicate)
	return ok
}

// jsonLine is a line of this program's own: its type, then names and values.
func jsonLine(kind string, pairs ...any) []byte {
	b := append([]byte(`{"type":"`), kind...)
	b = append(b, '"')
	for i := 0; i < len(pairs); i += 2 {
		value, err := json.Marshal(pairs[i+1])
		if err != nil {
			panic(err) // the values are strings, numbers and valid JSON
		}
		b = append(append(append(b, `,"`...), pairs[i].(string)...), `":`...)
		b = append(b, value...)
	}
	return append(b, '}', '\n')
}
