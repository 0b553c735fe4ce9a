package protocol

import (
	"bytes"
	"iter"
	"sync"
)

// Frame is an event on its way to any number of clients, or several events in sequence. It is encoded once as text and
// once as JSON, by the first client that needs it, and shared by all; callers must not change the bytes that Text and
// JSON return. Make it with NewFrame, NewBatch, PublicFrame or PublicBatch.
type Frame struct {
	first      Event
	all        []Event // nil if there is only one
	public     bool    // no Ack is told
	text, json encoded
}

type encoded struct {
	once sync.Once
	b    []byte
}

// NewFrame makes the frame that tells e.
func NewFrame(e Event) *Frame { return &Frame{first: e} }

// NewBatch makes the frame that tells events in sequence. There is at least one, and it keeps the slice.
func NewBatch(events []Event) *Frame { return &Frame{first: events[0], all: events} }

// PublicFrame is NewFrame(e.Public()), and copies e only if need be.
func PublicFrame(e Recorded) *Frame {
	return &Frame{first: InPublic(e), public: true}
}

// PublicBatch is NewBatch of what PublicFrame tells of each event. Each is from InPublic.
func PublicBatch(events []Event) *Frame {
	return &Frame{first: events[0], all: events, public: true}
}

// InPublic is e where people read the same line of it, and else e.Public().
func InPublic(e Recorded) Event {
	if IsTextPublic(e) {
		return e
	}
	return e.Public()
}

// IsTextPublic reports whether people read the same line of e and of e.Public().
func IsTextPublic(e Recorded) bool {
	switch e.(type) {
	case Said, Acted, Joined, Left:
		return true
	}
	return false
}

// Events are the events of f, in order.
func (f *Frame) Events() iter.Seq[Event] {
	return func(yield func(Event) bool) {
		if f.all == nil {
			yield(f.told(f.first))
			return
		}
		for _, e := range f.all {
			if !yield(f.told(e)) {
				return
			}
		}
	}
}

// told is e as the clients are told it.
func (f *Frame) told(e Event) Event {
	if f.public {
		return e.(Recorded).Public()
	}
	return e
}

// First is the first event of f, and may have an Ack that f does not tell.
func (f *Frame) First() Event { return f.first }

// Last is the last event of f, and may have an Ack that f does not tell.
func (f *Frame) Last() Event {
	if n := len(f.all); n > 0 {
		return f.all[n-1]
	}
	return f.first
}

// Count is how many events f has.
func (f *Frame) Count() int { return max(1, len(f.all)) }

// Text is the line for people, with its line end. Many members that come or go at once share one line.
func (f *Frame) Text() []byte { return f.text.by(f, appendFrameText) }

// JSON is the line for programs, with its line end.
func (f *Frame) JSON() []byte { return f.json.by(f, appendFrameJSON) }

func appendFrameText(dst []byte, f *Frame) []byte {
	if f.all == nil {
		return AppendEvent(dst, f.first)
	}
	return appendCoalesced(dst, f.all)
}

func appendFrameJSON(dst []byte, f *Frame) []byte {
	if f.all == nil {
		return f.appendJSON(dst, f.first)
	}
	for _, e := range f.all {
		dst = f.appendJSON(dst, e)
	}
	return dst
}

func (f *Frame) appendJSON(dst []byte, e Event) []byte {
	if said, ok := e.(Said); ok && f.public {
		return appendSaid(dst, said.Meta, said.From, said.Text, Ack{})
	}
	return AppendEventJSON(dst, f.told(e))
}

func (c *encoded) by(f *Frame, encode func([]byte, *Frame) []byte) []byte {
	c.once.Do(func() {
		buf := scratch.Get().(*[]byte)
		b := encode((*buf)[:0], f)
		if cap(b) > maxScratch {
			c.b = b
			return
		}
		c.b = bytes.Clone(b)
		*buf = b
		scratch.Put(buf)
	})
	return c.b
}

// scratch holds the buffers that a line is encoded in. The line itself may wait in outboxes for long, so it is cloned
// and takes no more room than it needs.
var scratch = sync.Pool{New: func() any { return new([]byte) }}

const maxScratch = 64 << 10 // one flood must not cost memory for ever
