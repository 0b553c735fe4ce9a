package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/gdamore/tcell/v2"

	"chinwag/conn/client"
	"chinwag/conn/tui"
	"chinwag/protocol"
)

// onScreen is join on a terminal.
//
//	keys ──> tui ── Lines ──> typed ──> client.Send
//	tui <── Print, SetStatus <── shown <── client.Events
type onScreen struct {
	*face
	client  *client.Client
	welcome protocol.Welcome // owned by show
	undone  []string         // owned by show: commands given up since the last connection
	unsent  []string         // owned by typed: commands after the end of the client
}

// joinScreen runs until the user leaves or the client ends. It does not touch the terminal before
// the server has let the client in, and has restored it when it returns. term is nil but in tests.
func joinScreen(ctx context.Context, o client.Options, term tcell.Screen, stderr io.Writer) error {
	s := &onScreen{client: client.New(o), face: newFace(false, true, term)}
	running, cancel := context.WithCancel(context.Background())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- s.client.Run(running) }()
	defer context.AfterFunc(ctx, func() { _ = s.client.Send(running, protocol.Quit{}) })()
	first, ok := <-s.client.Events()
	if !ok {
		return <-ended
	}

	var both sync.WaitGroup
	both.Go(func() {
		defer s.screen.Stop()
		s.show(first)
		for e := range s.client.Events() {
			s.show(e)
		}
	})
	both.Go(func() { s.typed(running) })
	broken := s.run() // until Ctrl-C, or until the client has ended
	both.Wait()
	lost := append(s.undone, s.unsent...)
	for _, words := range lost {
		fmt.Fprintln(stderr, words)
	}
	err := cmp.Or(<-ended, broken)
	if err == nil && len(lost) > 0 {
		return errFailed
	}
	return err
}

// typed sends the typed lines, and leaves when the screen has ended.
func (s *onScreen) typed(ctx context.Context) {
	lines := s.screen.Lines()
	for {
		select {
		case line, ok := <-lines:
			if !ok {
				_ = s.client.Send(ctx, protocol.Quit{})
				return
			}
			s.do(ctx, line)
		case ask := <-s.asks:
			_ = s.client.Send(ctx, ask) // after the client's end the answer is not needed
		}
	}
}

func (s *onScreen) do(ctx context.Context, line tui.Typed) {
	cmd := s.parse(line)
	if cmd == nil {
		return
	}
	err := s.client.Send(ctx, cmd)
	s.refused(err)
	if words := unsent(s.asTyped(cmd)); errors.Is(err, client.ErrEnded) && words != "" {
		s.unsent = append(s.unsent, words)
	}
}

func (s *onScreen) show(e client.Event) {
	status := "connected"
	switch e := e.(type) {
	case client.Heard:
		s.heard(e.Event)
	case client.Connected:
		s.undone = nil
		s.enter(e.Welcome)
		if e.Again && e.Resumed {
			s.note("connected again")
		} else {
			s.screen.Print(spans(protocol.Greeting{Server: e.Server})...)
			s.welcome = e.Welcome
		}
	case client.Arrived:
		s.screen.Print(spans(s.welcome)...)
		return
	case client.Lost:
		if e.Broke {
			s.note("the connection is lost, trying again: " + e.Err.Error())
		}
		status = fmt.Sprintf("lost, next try in %d s", int(e.Next.Round(time.Second).Seconds()))
	case client.Undelivered:
		e.Command = s.asTyped(e.Command)
		s.undone = append(s.undone, e.Words())
		s.note(e.Words())
		return
	default:
		panic("join: an event of an unknown kind")
	}
	s.tellWhere(" · " + status)
}
