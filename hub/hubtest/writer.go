package hubtest

import (
	"context"
	"slices"

	"chinwag/protocol"
)

// Input is a hub.Input that a test decides; a nil function answers false.
type Input struct{ Pending, Ending func() bool }

// HasPending implements hub.Input.
func (i Input) HasPending() bool { return i.Pending != nil && i.Pending() }

// IsEnding implements hub.Input.
func (i Input) IsEnding() bool { return i.Ending != nil && i.Ending() }

// Blocking is a Writer that cannot write without waiting.
type Blocking func([]*protocol.Frame) error

// Send implements hub.Writer.
func (b Blocking) Send(frames []*protocol.Frame) error { return b(frames) }

// Ready is a Writer that takes everything at once, as sockets mostly do.
type Ready func([]*protocol.Frame) error

// Send implements hub.Writer.
func (r Ready) Send(frames []*protocol.Frame) error { return r(frames) }

// TryWrite implements hub.TryWriter.
func (r Ready) TryWrite(frames []*protocol.Frame) (bool, error) { return true, r(frames) }

// socket is a TryWriter that takes everything at once unless its client is paused, but for every seventh TryWrite.
type socket struct {
	c     *Client
	ctx   context.Context
	rest  []*protocol.Frame
	tries int // calls of TryWrite
}

func (s *socket) Send(frames []*protocol.Frame) error {
	frames = append(s.rest, frames...)
	s.rest = nil
	return s.c.read(s.ctx, frames)
}

func (s *socket) TryWrite(frames []*protocol.Frame) (bool, error) {
	if len(s.rest) > 0 {
		panic("hubtest: a TryWrite after one that has left lines")
	}
	if s.tries++; s.tries%7 == 0 || !s.c.readNow(frames) {
		s.rest = slices.Clone(frames)
		return false, nil
	}
	return true, nil
}
