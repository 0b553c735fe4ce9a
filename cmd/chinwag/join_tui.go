package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"chinwag/conn/client"
	"chinwag/conn/tui"
	"chinwag/conn/tui/chat"
	"chinwag/conn/tui/guard"
	"chinwag/protocol"
)

// tuiClient is join on a terminal.
//
//	keys ──> tui ── Lines ──> sendTyped ──> client.Send
//	tui <── Print, SetStatus <── show <── client.Events
type tuiClient struct {
	view        *chat.View
	client      *client.Client
	welcome     protocol.Welcome // owned by show
	undelivered []string         // owned by show: commands given up since the last connection
	unsent      []string         // owned by sendTyped: commands after the end of the client
}

// runTUI runs until the user leaves or the client ends. It does not touch the terminal before the server has let the
// client in, and has restored it when it returns.
func runTUI(ctx context.Context, o client.Options, view chat.Options, stderr io.Writer) error {
	s := &tuiClient{client: client.New(o), view: chat.New(view)}
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
		defer s.view.Stop()
		s.show(first)
		for e := range s.client.Events() {
			s.show(e)
		}
	})
	both.Go(func() { s.sendTyped(running) })
	broken := s.view.Run() // until Ctrl-C, or until the client has ended
	both.Wait()
	lost := append(s.undelivered, s.unsent...)
	for _, words := range lost {
		fmt.Fprintln(stderr, words)
	}
	err := cmp.Or(<-ended, broken)
	if err == nil && len(lost) > 0 {
		return errFailed
	}
	return err
}

// sendTyped sends the typed lines, and leaves when the screen has ended.
func (s *tuiClient) sendTyped(ctx context.Context) {
	lines := s.view.Lines()
	for {
		select {
		case line, ok := <-lines:
			if !ok {
				_ = s.client.Send(ctx, protocol.Quit{})
				return
			}
			s.do(ctx, line)
		case query := <-s.view.Queries():
			_ = s.client.Send(ctx, query) // after the client's end the answer is not needed
		}
	}
}

func (s *tuiClient) do(ctx context.Context, line tui.Typed) {
	cmd := s.view.Parse(line)
	if cmd == nil {
		return
	}
	err := s.client.Send(ctx, cmd)
	s.view.ShowRefusal(err)
	if words := unsent(s.view.AsTyped(cmd)); errors.Is(err, client.ErrEnded) && words != "" {
		s.unsent = append(s.unsent, words)
	}
}

func (s *tuiClient) show(e client.Event) {
	status := "connected"
	switch e := e.(type) {
	case client.Heard:
		s.view.Hear(e.Event)
	case client.Connected:
		s.undelivered = nil
		s.view.Enter(e.Welcome)
		if e.Again && e.Resumed {
			s.view.Note("connected again")
		} else {
			s.view.Print(protocol.Greeting{Server: e.Server})
			s.welcome = e.Welcome
		}
	case client.Arrived:
		s.view.Print(s.welcome)
		return
	case client.Lost:
		if e.Broke {
			s.view.Note("the connection is lost, trying again: " + e.Err.Error())
		}
		status = fmt.Sprintf("lost, next try in %d s", int(e.Next.Round(time.Second).Seconds()))
	case client.Undelivered:
		e.Command = s.view.AsTyped(e.Command)
		s.undelivered = append(s.undelivered, e.Words())
		s.view.Note(e.Words())
		return
	default:
		panic("join: an event of an unknown kind")
	}
	s.view.SetStatus(" · " + status)
}

// viewOptions are for a chat on the terminal of the process, which the guard restores if the process dies.
func viewOptions() chat.Options {
	return chat.Options{Color: os.Getenv("NO_COLOR") == "", Guard: guard.Start}
}
