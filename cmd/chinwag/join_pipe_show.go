package main

import (
	"encoding/json"

	"chinwag/conn/client"
	"chinwag/conn/tui/chat"
	"chinwag/protocol"
)

// show is what the output has of e. News of the connection itself goes to standard error for a person, and to the
// output in JSON for a program.
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
			return jsonLine(lostLine{"lost", e.Err.Error(), e.Next.Seconds()})
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
		p.report(protocol.AppendEvent(nil, e))
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
		return jsonLine(undeliveredLine{"undelivered", e.Maybe, protocol.AppendCommandJSON(nil, e.Command)})
	}
	p.note(e.Words())
	return nil
}

// endLine is the last line for a program: the exit code of join, and why.
func endLine(addr string, err error) []byte {
	code, text := exitCodeOf(joinError(addr, err))
	return jsonLine(endedLine{"ended", code, text})
}

func (p *pipeClient) note(words string) { p.report([]byte("-- " + words + "\n")) }

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

// Lines of this program's own, for programs.
type (
	lostLine struct {
		Type string  `json:"type"` // lost
		Why  string  `json:"why"`
		Next float64 `json:"next"` // seconds until it tries again
	}
	undeliveredLine struct {
		Type    string          `json:"type"`  // undelivered
		Maybe   bool            `json:"maybe"` // it may have arrived
		Command json.RawMessage `json:"command"`
	}
	endedLine struct {
		Type string `json:"type"` // ended
		Exit int    `json:"exit"`
		Text string `json:"text,omitempty"` // why
	}
)

func jsonLine(line any) []byte {
	b, err := json.Marshal(line)
	if err != nil {
		panic(err) // the values are strings, numbers and valid JSON
	}
	return append(b, '\n')
}
