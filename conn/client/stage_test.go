package client_test

import (
	"context"
	"errors"
	"net"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"chinwag/conn"
	"chinwag/conn/client"
	"chinwag/conn/conntest"
	"chinwag/conn/line"
	"chinwag/hub"
	"chinwag/hub/hubtest"
	"chinwag/protocol"
)

// stage is a server in a bubble. All that a test starts has ended when the bubble has, or synctest fails the test.
type stage struct {
	*conntest.Server
	t *testing.T
}

// onStage plays a test in a bubble.
func onStage(t *testing.T, play func(t *testing.T, s *stage)) {
	synctest.Test(t, func(t *testing.T) {
		s := &stage{conntest.New(t, conntest.Setup{
			Conn:      conn.Options{Rate: -1},
			Transport: func(c net.Conn) conn.Transport { return line.New(c, line.Options{}) },
		}), t}
		play(t, s)
		s.End()
	})
}

var errRefused = errors.New("connection refused")

// person is a client and all that it was told.
type person struct {
	*client.Client
	t     *testing.T
	leave context.CancelFunc
	ended chan error // capacity 1: what Run returned, when all events are here

	mu     sync.Mutex
	events []client.Event
}

// join connects a client; o.Dial is the stage's unless it is set.
func (s *stage) join(name string, o client.Options) *person {
	if name != "" {
		o.Nick = nick(name)
	}
	if o.Dial == nil {
		o.Dial = func(context.Context) (net.Conn, error) { return s.Dial(hub.Identity{}, nil) }
	}
	none := 0
	o.Replay = &none
	ctx, cancel := context.WithCancel(context.Background())
	p := &person{Client: client.New(o), t: s.t, leave: cancel, ended: make(chan error, 1)}
	ended := make(chan error, 1)
	s.Go(func() { ended <- p.Run(ctx) })
	s.Go(func() {
		for e := range p.Events() {
			p.mu.Lock()
			p.events = append(p.events, e)
			p.mu.Unlock()
		}
		p.ended <- <-ended
	})
	synctest.Wait()
	return p
}

func (p *person) send(cmd protocol.Command) { require.NoError(p.t, p.Send(context.Background(), cmd)) }
func (p *person) say(text string)           { p.send(protocol.Say{Text: protocol.MustText(text)}) }

// quit leaves in good order.
func (p *person) quit() error {
	_ = p.Send(context.Background(), protocol.Quit{})
	return <-p.ended
}

// told is all events of a type, so far.
func told[E client.Event](p *person) (all []E) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range p.events {
		if e, ok := e.(E); ok {
			all = append(all, e)
		}
	}
	return all
}

// heard is all that the server told of a type, so far.
func heard[E protocol.Event](p *person) (all []E) {
	for _, h := range told[client.Heard](p) {
		if e, ok := h.Event.(E); ok {
			all = append(all, e)
		}
	}
	return all
}

// said is all that was said, so far.
func said(p *person) (lines []string) {
	for _, e := range heard[protocol.Said](p) {
		lines = append(lines, e.Text.String())
	}
	return lines
}

func nick(s string) protocol.Nick { return hubtest.Nick("%s", s) }
