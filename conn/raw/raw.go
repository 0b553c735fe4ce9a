package raw

import (
	"bytes"
	"cmp"
	"net"
	"time"

	"chinwag/conn/socket"
	"chinwag/protocol"
)

// Options of a Transport. Options{} works.
type Options struct {
	LineMax  int           // bytes of a message; a longer one is split; 0: protocol.MaxText, which is also the most
	Stall    time.Duration // how long the other side may take nothing at all; 0: socket.DefaultStall; below 0: for ever
	Greeting string        // sent as it is when a connection begins; "": none
}

// Transport is one connection without any framing. It implements conn.Transport.
type Transport struct {
	*socket.Stream
	in       *Reader
	max      int
	unread   []byte // owned by Receive: the part of the last message that it has not returned yet
	greeting string // owned by Send: not sent yet
}

// New makes a transport of a connection, which it owns from now on.
func New(c net.Conn, o Options) *Transport {
	return &Transport{
		Stream:   socket.New(c, o.Stall),
		in:       newReader(c),
		max:      cmp.Or(o.LineMax, protocol.MaxText),
		greeting: o.Greeting,
	}
}

// Receive implements conn.Transport. It returns every message as a Say, and refuses none.
func (t *Transport) Receive() (protocol.Command, error) {
	for {
		for len(t.unread) > 0 {
			var text protocol.Text
			if text, t.unread = textOf(t.unread, t.max); !text.IsBlank() {
				return protocol.Say{Text: text}, nil
			}
		}
		message, _, err := t.in.Next()
		if err != nil {
			return nil, err
		}
		t.unread = bytes.TrimFunc(message, protocol.IsLineEnd)
	}
}

// Send implements conn.Transport. Each event is a write of its own, since one read is one message; the other side may
// still get two in one read.
func (t *Transport) Send(frames []*protocol.Frame) error {
	for _, frame := range frames {
		for e := range frame.Events() {
			words := t.heard(e)
			if words == "" {
				continue
			}
			if err := t.Write(&net.Buffers{[]byte(words)}); err != nil {
				return err
			}
		}
	}
	return nil
}

// heard is the text of e to send: what other clients say to this one now, and nothing that the server itself tells.
func (t *Transport) heard(e protocol.Event) string {
	switch e := e.(type) {
	case protocol.Said:
		return words(e.Text, e.Ack)
	case protocol.Acted:
		return words(e.Text, e.Ack)
	case protocol.Whispered:
		return words(e.Text, e.Ack)
	case protocol.Announced:
		return e.Text.String()
	case protocol.VisitorNotice: // an operator's last words, for example
		return e.Text.String()
	case protocol.Greeting:
		if e.Text.IsBlank() {
			return t.greet()
		}
	}
	return ""
}

func words(text protocol.Text, m protocol.Ack) string {
	if m.You {
		return ""
	}
	return text.String()
}

func (t *Transport) greet() string {
	greeting := t.greeting
	t.greeting = ""
	return greeting
}

// Interrupt implements conn.Transport.
func (t *Transport) Interrupt() { t.in.Until(time.Unix(1, 0)) }
