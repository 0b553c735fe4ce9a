package client

import (
	"time"

	"chinwag/protocol"
)

const (
	quiet     = 60 * time.Second // silence of the server before a ping
	answering = 30 * time.Second // wait for the pong
	parting   = 3 * time.Second  // wait for the goodbye after a Quit
)

// take handles a request of Send or Flush.
func (l *loop) take(s send) {
	switch cmd, _ := protocol.Split(s.cmd); cmd := cmd.(type) {
	case nil:
		l.addPing(s.flushed)
	case protocol.Quit:
		l.leave(cmd)
	default:
		l.add(s.cmd)
	}
	l.send()
}

func (l *loop) send() {
	if l.conn != nil {
		l.out = l.unsent(l.out)
	}
}

func (l *loop) leave(cmd protocol.Quit) {
	if l.conn == nil {
		l.end(nil)
		return
	}
	l.out = protocol.AppendCommandJSON(l.unsent(l.out), cmd)
	l.quitting = time.After(parting)
}

// decline leaves a session whose nick is not the one asked for. The server says why it is not; the caller gets no other
// event of that session.
func (l *loop) decline() {
	l.refused = &NickRefused{Nick: l.want}
	l.out = protocol.AppendCommandJSON(nil, protocol.Quit{})
	l.quitting = time.After(parting)
}

func (l *loop) declined(e protocol.Event) {
	switch e := e.(type) {
	case protocol.Refused:
		if l.refused.Words == "" {
			l.refused.Words = e.Text
		}
	case protocol.Goodbye:
		l.end(l.refused)
	}
}

// hear handles an event of the server, or the end of the connection.
func (l *loop) hear(in input) {
	if in.err != nil {
		l.lose(in.err)
		return
	}
	l.heardAt, l.pinged = time.Now(), false
	if l.refused != nil {
		l.declined(in.event)
		return
	}
	if pong, ok := in.event.(protocol.Pong); ok && pong.Ref == l.replayEnd && l.replayEnd != "" {
		l.replayEnd = ""
		l.tell(Arrived{})
		return
	}
	if pong, ok := in.event.(protocol.Pong); ok && pong.Ref == l.probe && l.probe != "" {
		l.giveUp(l.searched())
		l.send()
		return
	}
	if l.session.hear(in.event) {
		l.tell(Heard{in.event})
	}
	if e, ok := in.event.(protocol.Goodbye); ok {
		l.dismissed(e)
	}
}

// dismissed handles the server's goodbye. If the client is to come back, the connection then ends as if it broke.
func (l *loop) dismissed(e protocol.Goodbye) {
	l.goodbye = &GoodbyeError{e}
	switch {
	case e.Reason == protocol.Departed, l.quitting != nil:
		l.end(nil)
	case e.Back == 0:
		l.end(l.goodbye)
	}
}

// listen pings a server that has been silent for long.
func (l *loop) listen() {
	silent := time.Since(l.heardAt)
	switch {
	case l.conn == nil: // reset when there is one again
	case len(l.queue) > 0: // the caller is behind, so the client does not read
		l.heardAt = time.Now()
		l.silence.Reset(quiet)
	case l.pinged:
		l.lose(errSilent)
	case silent < quiet:
		l.silence.Reset(quiet - silent)
	default:
		l.pinged = true
		l.out = protocol.AppendCommandJSON(l.out, protocol.Ping{Ref: l.ref()})
		l.silence.Reset(answering)
	}
}

func (l *loop) giveUp(lost []Undelivered) {
	for _, u := range lost {
		if _, ping := u.Command.(protocol.Ping); !ping {
			l.tell(u)
		}
	}
}
