package screen

import (
	"errors"
	"fmt"
	"time"

	"github.com/gdamore/tcell/v2"

	"chinwag/conn/fault"
)

// frame is how long news may wait to be drawn together. What is typed is drawn at once.
const frame = 30 * time.Millisecond

// ErrNoScreen is how Run ends where it cannot begin. Whoever chose a screen knows what to do without one.
var ErrNoScreen = errors.New("this terminal cannot show a screen")

// Run shows the screen until Stop, until Ctrl-C or Ctrl-D on an empty line (see Options.Leaving), or until the terminal
// goes away, which is the only end that is an error. It can be called once.
func (s *Screen) Run() error {
	err := errors.New("screen: Run was called twice")
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
			return fmt.Errorf("%w: %w", ErrNoScreen, fault.In(err))
		}
		term = own
	}
	if err := term.Init(); err != nil {
		return fmt.Errorf("%w: %w", ErrNoScreen, fault.In(err))
	}
	events := make(chan tcell.Event) // closed by ChannelEvents, when the terminal has ended
	go term.ChannelEvents(events, nil)
	defer release(term, events) // also on a panic, which goes on when the terminal is whole
	term.EnablePaste()

	v := &view{
		opts:  s.opts,
		term:  term,
		lines: s.lines,
		log:   scrollback{bound: s.opts.Scrollback},
		idle:  func(during func()) { idle(events, during) },
	}
	s.loop(v, events)
	return v.err
}

func (s *Screen) loop(v *view, events <-chan tcell.Event) {
	var due <-chan time.Time // when to draw; nil: nothing has changed
	draw := func() {
		v.hear(s.box.take())
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

// release gives the terminal back, and waits for all that was started on it. The suspending comes first because tcell, as it
// ends, waits for its reader, which waits for somebody to take what was typed.
func release(term tcell.Screen, events <-chan tcell.Event) {
	idle(events, func() { _ = term.Suspend() })
	term.Fini()
	for range events { // until ChannelEvents has seen it
	}
}

// idle takes events, and forgets them, while something goes on that tcell has to be able to report to nobody.
func idle(events <-chan tcell.Event, during func()) {
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
