package protocol

import "sync"

// Line is an event on its way to any number of clients. It is encoded once in
// each spelling, by the first that needs it, and shared by all; nobody may
// change what Text and JSON return. Make it with NewLine.
type Line struct {
	Event Event

	text, json encoded
}

type encoded struct {
	once sync.Once
	b    []byte
}

// NewLine makes the line that tells e.
func NewLine(e Event) *Line { return &Line{Event: e} }

// Text is the line for people, with its end.
func (l *Line) Text() []byte {
	l.text.once.Do(func() { l.text.b = AppendEvent(nil, l.Event) })
	return l.text.b
}

// JSON is the line for programs, with its end.
func (l *Line) JSON() []byte {
	l.json.once.Do(func() { l.json.b = AppendEventJSON(nil, l.Event) })
	return l.json.b
}
