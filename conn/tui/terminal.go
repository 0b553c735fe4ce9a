package tui

import (
	"os"
	"runtime"
	"sync"

	"github.com/gdamore/tcell/v2"
)

// terminal is a tcell screen that can always be ended. tcell's own, when it is suspended, waits for its reader, and the
// reader may wait for ever for a receiver of its events that is gone: after a long paste at the wrong moment, the
// process would not end. So the reader is held back first.
type terminal struct {
	tcell.Screen
	tty *gatedTty
}

// ownTerminal is the terminal of the process.
func ownTerminal() (tcell.Screen, error) {
	tty, err := tcell.NewDevTty()
	if err != nil {
		return nil, err
	}
	t, err := overTty(tty)
	if err != nil {
		_ = tty.Close()
		return nil, err
	}
	return t, nil
}

func overTty(tty tcell.Tty) (tcell.Screen, error) {
	info, err := tcell.LookupTerminfo(termName())
	if err != nil {
		return nil, err
	}
	charset, err := localeCharset()
	if err != nil {
		return nil, err
	}
	charset.register()
	gated := &gatedTty{Tty: tty}
	s, err := tcell.NewTerminfoScreenFromTtyTerminfo(gated, info)
	if err != nil {
		return nil, err
	}
	for r, like := range likeness {
		s.RegisterRuneFallback(r, like)
	}
	t := &terminal{s, gated}
	if !isECMA48(info) {
		return t, nil
	}
	return newCanvas(t, info), nil
}

// termName is the kind of terminal. On Windows there is only one, and the environment is ignored.
func termName() string {
	if runtime.GOOS == "windows" {
		return "xterm-truecolor"
	}
	return os.Getenv("TERM")
}

func (t *terminal) Suspend() error {
	t.tty.shut()
	return t.Screen.Suspend()
}

// gatedTty is a Tty with a gate for its input.
type gatedTty struct {
	tcell.Tty
	resized func() // called instead of tcell's handler; nil: tcell's is called

	mu     sync.Mutex
	closed bool          // no input gets through
	inside chan struct{} // closed while the reader is in Read, or gone: it holds no input then
}

// Start is called before the reader starts.
func (t *gatedTty) Start() error {
	t.mu.Lock()
	t.closed, t.inside = false, make(chan struct{})
	t.mu.Unlock()
	return t.Tty.Start()
}

// NotifyResize sets the handler: f or, if it is set, resized. If f is nil, there is none.
func (t *gatedTty) NotifyResize(f func()) {
	if f != nil && t.resized != nil {
		f = t.resized
	}
	t.Tty.NotifyResize(f)
}

// shut lets no more input through, and waits until the reader has handed over its last.
func (t *gatedTty) shut() {
	t.mu.Lock()
	t.closed = true
	inside := t.inside
	t.mu.Unlock()
	if inside != nil {
		<-inside
	}
}

func (t *gatedTty) Read(b []byte) (int, error) {
	t.mu.Lock()
	close(t.inside)
	t.mu.Unlock()
	for {
		n, err := t.Tty.Read(b)
		if err != nil {
			return n, err // the reader ends on an error
		}
		if t.leave() {
			return n, nil
		}
	}
}

// leave lets the reader out of Read with its input, unless the gate is shut.
func (t *gatedTty) leave() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.closed {
		t.inside = make(chan struct{})
	}
	return !t.closed
}
