package protocol

import (
	"bytes"
	"iter"
	"slices"
	"sync"
)

// Frame is an event on its way to any number of clients, or several events in sequence. It is
// encoded once in each spelling, by the first client that needs it, and shared by all; callers
// must not change the bytes that Text and JSON return. Make it with NewFrame or NewBatch.
type Frame struct {
	Event Event // the first

	all        []Event // nil if there is only one
	text, json encoded
}

type encoded struct {
	once sync.Once
	b    []byte
}

// NewFrame makes the line that tells e.
func NewFrame(e Event) *Frame { return &Frame{Event: e} }

// NewBatch makes one of the lines that tell events, of which there is at least
// one. It keeps the slice.
func NewBatch(events []Event) *Frame { return &Frame{Event: events[0], all: events} }

// Events are the events of l, in order.
func (l *Frame) Events() iter.Seq[Event] {
	return func(yield func(Event) bool) {
		if l.all == nil {
			yield(l.Event)
			return
		}
		slices.Values(l.all)(yield)
	}
}

// Count is how many events l has.
func (l *Frame) Count() int { return max(1, len(l.all)) }

// Last is the last event of l.
func (l *Frame) Last() Event {
	if n := len(l.all); n > 0 {
		return l.all[n-1]
	}
	return l.Event
}

// Text is the line for people, with its line end. Many members that come or go at once share one line.
func (l *Frame) Text() []byte { return l.text.by(l, appendText) }

// JSON is the line for programs, with its line end.
func (l *Frame) JSON() []byte { return l.json.by(l, appendEach) }

func appendText(dst []byte, l *Frame) []byte {
	if l.all == nil {
		return AppendEvent(dst, l.Event)
	}
	return appendAll(dst, l.all)
}

func appendEach(dst []byte, l *Frame) []byte {
	if l.all == nil {
		return AppendEventJSON(dst, l.Event)
	}
	for _, e := range l.all {
		dst = AppendEventJSON(dst, e)
	}
	return dst
}

func (c *encoded) by(l *Frame, spell func([]byte, *Frame) []byte) []byte {
	c.once.Do(func() {
		buf := scratch.Get().(*[]byte)
		b := spell((*buf)[:0], l)
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

// scratch holds the buffers that a line is encoded in. The line itself may wait in
// outboxes for long, so it is cloned and takes no more room than it needs.
var scratch = sync.Pool{New: func() any { return new([]byte) }}

const maxScratch = 64 << 10 // one flood must not cost memory for ever
