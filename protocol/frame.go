package protocol

import (
	"bytes"
	"iter"
	"slices"
	"sync"
)

// Frame is an event on its way to any number of clients, or several events in sequence. It is encoded once as text and
// once as JSON, by the first client that needs it, and shared by all; callers must not change the bytes that Text and
// JSON return. Make it with NewFrame or NewBatch.
type Frame struct {
	Event Event // the first

	all        []Event // nil if there is only one
	text, json encoded
}

type encoded struct {
	once sync.Once
	b    []byte
}

// NewFrame makes the frame that tells e.
func NewFrame(e Event) *Frame { return &Frame{Event: e} }

// NewBatch makes the frame that tells events in sequence. There is at least one, and it keeps the slice.
func NewBatch(events []Event) *Frame { return &Frame{Event: events[0], all: events} }

// Events are the events of f, in order.
func (f *Frame) Events() iter.Seq[Event] {
	return func(yield func(Event) bool) {
		if f.all == nil {
			yield(f.Event)
			return
		}
		slices.Values(f.all)(yield)
	}
}

// Count is how many events f has.
func (f *Frame) Count() int { return max(1, len(f.all)) }

// Last is the last event of f.
func (f *Frame) Last() Event {
	if n := len(f.all); n > 0 {
		return f.all[n-1]
	}
	return f.Event
}

// Text is the line for people, with its line end. Many members that come or go at once share one line.
func (f *Frame) Text() []byte { return f.text.by(f, appendFrameText) }

// JSON is the line for programs, with its line end.
func (f *Frame) JSON() []byte { return f.json.by(f, appendFrameJSON) }

func appendFrameText(dst []byte, f *Frame) []byte {
	if f.all == nil {
		return AppendEvent(dst, f.Event)
	}
	return appendCoalesced(dst, f.all)
}

func appendFrameJSON(dst []byte, f *Frame) []byte {
	if f.all == nil {
		return AppendEventJSON(dst, f.Event)
	}
	for _, e := range f.all {
		dst = AppendEventJSON(dst, e)
	}
	return dst
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
