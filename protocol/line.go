package protocol

import (
	"iter"
	"slices"
	"sync"
)

// Line is an event on its way to any number of clients, or several that follow
// each other. It is encoded once in each spelling, by the first that needs it, and
// shared by all; nobody may change what Text and JSON return. Make it with NewLine
// or Together.
type Line struct {
	Event Event // the first

	rest       []Event
	text, json encoded
}

type encoded struct {
	once sync.Once
	b    []byte
}

// NewLine makes the line that tells e.
func NewLine(e Event) *Line { return &Line{Event: e} }

// Together makes one of the lines that tell events, of which there is at least
// one. It keeps the slice.
func Together(events []Event) *Line { return &Line{Event: events[0], rest: events[1:]} }

// Events are all that l tells, in order.
func (l *Line) Events() iter.Seq[Event] {
	return func(yield func(Event) bool) {
		if yield(l.Event) {
			slices.Values(l.rest)(yield)
		}
	}
}

// Last is the last event that l tells.
func (l *Line) Last() Event {
	if n := len(l.rest); n > 0 {
		return l.rest[n-1]
	}
	return l.Event
}

// Text is the line for people, with its end.
func (l *Line) Text() []byte { return l.text.by(l, AppendEvent) }

// JSON is the line for programs, with its end.
func (l *Line) JSON() []byte { return l.json.by(l, AppendEventJSON) }

func (c *encoded) by(l *Line, spell func([]byte, Event) []byte) []byte {
	c.once.Do(func() {
		b := spell(nil, l.Event)
		for _, e := range l.rest {
			b = spell(b, e)
		}
		c.b = b
	})
	return c.b
}
