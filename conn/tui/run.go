package tui

import (
	"errors"
	"fmt"
	"time"

	"github.com/gdamore/tcell/v2"

	"chinwag/conn/fault"
)

// frame is how long updates may wait to be drawn together. Keys are drawn at once.
const frame = 30 * time.Millisecond

// ErrNoScreen is the error of Run on a terminal that cannot show a screen. The caller may go on without one.
var ErrNoScreen = errors.New("this terminal cannot show a screen")

// Run shows the screen until Stop, until Ctrl-C or Ctrl-D on an empty line (see Options.Leaving), or until the terminal
// goes away, which is an error. It can be called once.
func (s *Screen) Run() error {
	err := errors.New("tui: Run was called twice")
	s.ran.Do(func() { err = s.run() })
	return err
}

func (s *Screen) run() error {
	defer close(s.lines)
	defer s.box.close()
	select {
	case <-s.stop:
		return nil
	default:
	}

	term := s.opts.Terminal
	if term == nil {
		own, err := ownTerminal()
		if err != nil {
			return fmt.Errorf("%w: %w", ErrNoScreen, fault.OfTerminal(err))
		}
		term = own
	}
	if err := term.Init(); err != nil {
		return fmt.Errorf("%w: %w", ErrNoScreen, fault.OfTerminal(err))
	}
	events := make(chan tcell.Event) // closed by ChannelEvents when the terminal has ended
	go term.ChannelEvents(events, nil)
	defer release(term, events) // also on a panic: the terminal is restored first
	term.EnablePaste()

	v := &view{
		opts:       s.opts,
		term:       term,
		lines:      s.lines,
		scrollback: scrollback{bound: s.opts.Scrollback},
		drainWhile: func(during func()) { drainWhile(events, during) },
	}
	s.loop(v, events)
	return v.err
}

func (s *Screen) loop(v *view, events <-chan tcell.Event) {
	var due <-chan time.Time // when to draw; nil: there are no changes
	draw := func() {
		v.apply(s.box.take())
		v.paint()
		due = nil
	}
	for draw(); !v.ended; {
		select {
		case <-s.stop:
			return
		case <-due:
			draw()
			continue
		case <-s.box.wake:
		case ev := <-events:
			v.event(ev)
			if !v.term.HasPendingEvent() && !v.ended {
				draw()
				continue
			}
		}
		if due == nil {
			due = time.After(frame)
		}
	}
}

// release gives the terminal back, and waits for all that was started on it. It suspends the terminal first: tcell, as
// it ends, waits for its reader, which waits until its events are taken.
func release(term tcell.Screen, events <-chan tcell.Event) {
	drainWhile(events, func() { _ = term.Suspend() })
	term.Fini()
	for range events { // until ChannelEvents has closed it
	}
}

// drainWhile takes and drops events while during runs, since tcell must be able to report them.
func drainWhile(events <-chan tcell.Event, during func()) {
	over, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-events:
			case <-over:
				return
			}
		}
	}()
	defer func() { <-ended }()
	defer close(over)
	during()
}
