package screen

import (
	"os"
	"runtime"
	"sync"

	"github.com/gdamore/tcell/v2"
)

// terminal is a tcell screen that can always be left. tcell's own waits, as it is suspended, for its reader, and that one may
// be waiting for ever to hand over what it read, to somebody who has left already: a long paste at the wrong moment, and the
// process does not end. So the reader is held back first.
type terminal struct {
	tcell.Screen
	tty *gatedTty
}

// ownTerminal is the one that the process was started in.
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
	if !obeys(info) {
		return t, nil
	}
	return newCanvas(t, info), nil
}

// termName is the kind of terminal. On Windows there is only one, whatever the environment says.
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

// gatedTty is a Tty that has a gate for what is read from it.
type gatedTty struct {
	tcell.Tty
	resized func() // called in the place of what tcell would do; nil: tcell's is

	mu     sync.Mutex
	closed bool          // nothing that is read gets through
	inside chan struct{} // closed while the reader is in here, or gone: it has nothing in its hands
}

// Start is called before the reader is.
func (t *gatedTty) Start() error {
	t.mu.Lock()
	t.closed, t.inside = false, make(chan struct{})
	t.mu.Unlock()
	return t.Tty.Start()
}

// NotifyResize is called with nil to hear nothing any more.
func (t *gatedTty) NotifyResize(f func()) {
	if f != nil && t.resized != nil {
		f = t.resized
	}
	t.Tty.NotifyResize(f)
}

// shut lets nothing through any more, and waits until the reader has handed over what it had.
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
			return n, err // the reader ends with that
		}
		if t.leave() {
			return n, nil
		}
	}
}

// leave lets the reader out with what it has, unless the gate is shut.
func (t *gatedTty) leave() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.closed {
		t.inside = make(chan struct{})
	}
	return !t.closed
}
