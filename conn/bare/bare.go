package bare

import (
	"bytes"
	"cmp"
	"errors"
	"net"
	"syscall"
	"time"

	"chinwag/conn/stream"
	"chinwag/protocol"
)

// Options of the door. Options{} works.
type Options struct {
	LineMax  int           // bytes of a message; a longer one is several; 0: protocol.MaxText, which is also the most
	Stall    time.Duration // how long the other side may take nothing at all; 0: stream.DefaultStall; below 0: for ever
	Greeting string        // with which a connection begins, as it is; "": without one
}

// Transport is one connection without any framing. It implements conn.Transport.
type Transport struct {
	*stream.Stream
	in       *Messages
	max      int
	rest     []byte // owned by Receive: what it has not handed over of the last message
	greeting string // owned by Send: what is still to be said
}

// New makes a transport of a connection, which it owns from now on.
func New(c net.Conn, o Options) *Transport {
	return &Transport{
		Stream:   stream.New(c, o.Stall),
		in:       Read(c),
		max:      cmp.Or(o.LineMax, protocol.MaxText),
		greeting: o.Greeting,
	}
}

// Receive implements conn.Transport. Nothing is a command, and nothing is refused.
func (t *Transport) Receive() (protocol.Command, error) {
	for {
		for len(t.rest) > 0 {
			var text protocol.Text
			if text, t.rest = Words(t.rest, t.max); !text.IsBlank() {
				return protocol.Say{Text: text}, nil
			}
		}
		message, _, err := t.in.Next()
		if err != nil {
			return nil, err
		}
		t.rest = bytes.TrimFunc(message, protocol.IsLineEnd)
	}
}

// Socket implements conn.Transport: Receive waits.
func (t *Transport) Socket() syscall.RawConn { return nil }

// Send implements conn.Transport. Two things said at once are two writes: the
// other side may well get them in one read, but not for our sake.
func (t *Transport) Send(lines []*protocol.Line) error {
	for _, l := range lines {
		for e := range l.Events() {
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

// Offer implements conn.Transport.
func (t *Transport) Offer([]*protocol.Line) (bool, error) { return false, errors.ErrUnsupported }

// heard is what goes out of e: what somebody else says to this client now, and
// nothing of what the server tells.
func (t *Transport) heard(e protocol.Event) string {
	switch e := e.(type) {
	case protocol.Said:
		return words(e.Text, e.Mine)
	case protocol.Acted:
		return words(e.Text, e.Mine)
	case protocol.Whispered:
		return words(e.Text, e.Mine)
	case protocol.Announced:
		return e.Text.String()
	case protocol.AtDesk: // with which an operator closes a conversation, say
		return e.Text.String()
	case protocol.Greeting:
		if e.Text.IsBlank() {
			return t.greet()
		}
	}
	return ""
}

func words(text protocol.Text, m protocol.Mine) string {
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
