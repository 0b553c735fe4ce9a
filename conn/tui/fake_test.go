package tui

import (
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/uniseg"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fake is a terminal that keeps a picture of what it showed last.
type fake struct {
	tcell.SimulationScreen
	w, h int

	mu      sync.Mutex
	shot    shot
	shots   int
	syncs   int // Run's
	beeps   int
	ended   bool
	changed chan struct{} // closed, and made anew, with each picture
}

// shot is a picture: the rows without the blanks at their ends, and where the cursor stands.
type shot struct {
	rows   []string
	styles map[string]tcell.Style // of each character seen
	x, y   int
}

func (s shot) input() string  { return s.rows[len(s.rows)-1] }
func (s shot) status() string { return s.rows[len(s.rows)-2] }
func (s shot) text() []string { return s.rows[:len(s.rows)-2] }
func (s shot) all() string    { return strings.Join(s.rows, "\n") }

func newFake(w, h int) *fake {
	return &fake{SimulationScreen: tcell.NewSimulationScreen("UTF-8"), w: w, h: h, changed: make(chan struct{})}
}

func (f *fake) Init() error {
	err := f.SimulationScreen.Init()
	f.SetSize(f.w, f.h)
	return err
}

func (f *fake) Show() { f.SimulationScreen.Show(); f.keep() }
func (f *fake) Sync() { f.SimulationScreen.Sync(); f.syncs++; f.keep() }

func (f *fake) Fini() {
	f.SimulationScreen.Fini()
	f.mu.Lock()
	f.ended = true
	f.mu.Unlock()
}

func (f *fake) Beep() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.beeps++
	return nil
}

func (f *fake) keep() {
	all, w, h := f.GetContents()
	s := shot{styles: map[string]tcell.Style{}}
	for y := range h {
		var row strings.Builder
		for x := 0; x < w; {
			c := all[y*w+x]
			text := string(c.Runes)
			row.WriteString(text)
			s.styles[text] = c.Style
			x += max(1, uniseg.StringWidth(text))
		}
		s.rows = append(s.rows, strings.TrimRight(row.String(), " "))
	}
	s.x, s.y, _ = f.GetCursor()

	f.mu.Lock()
	defer f.mu.Unlock()
	f.shot = s
	f.shots++
	close(f.changed)
	f.changed = make(chan struct{})
}

// until waits for a picture that is as told.
func (f *fake) until(t *testing.T, as func(shot) bool) shot {
	t.Helper()
	late := time.After(10 * time.Second)
	for {
		f.mu.Lock()
		s, changed := f.shot, f.changed
		f.mu.Unlock()
		if len(s.rows) > 0 && as(s) {
			return s
		}
		select {
		case <-changed:
		case <-late:
			require.FailNow(t, "never shown", "last shown, cursor at %d,%d:\n%s", s.x, s.y, s.all())
		}
	}
}

func (f *fake) sees(t *testing.T, text string) shot {
	t.Helper()
	return f.until(t, func(s shot) bool { return strings.Contains(s.all(), text) })
}

// line waits until the input line is as told, with the cursor in column x.
func (f *fake) line(t *testing.T, want string, x int) {
	t.Helper()
	f.until(t, func(s shot) bool { return s.input() == want && s.x == x && s.y == len(s.rows)-1 })
}

func (f *fake) typed(text string) {
	for _, r := range text {
		f.InjectKey(tcell.KeyRune, r, tcell.ModNone)
	}
}

func (f *fake) press(keys ...tcell.Key) {
	for _, k := range keys {
		f.InjectKey(k, 0, tcell.ModNone)
	}
}

// post waits for a place in the queue.
func (f *fake) post(e tcell.Event) {
	for f.PostEvent(e) != nil {
		runtime.Gosched()
	}
}

func (f *fake) paste(text string) {
	f.post(tcell.NewEventPaste(true))
	for _, r := range text {
		switch r {
		case '\r':
			f.press(tcell.KeyEnter)
		case '\n':
			f.press(tcell.KeyCtrlJ)
		case '\t':
			f.press(tcell.KeyTab)
		default:
			f.typed(string(r))
		}
	}
	f.post(tcell.NewEventPaste(false))
}

func (f *fake) resize(w, h int) {
	f.SetSize(w, h)
	f.post(tcell.NewEventResize(w, h))
}

// shown runs a screen on a fake terminal until the test ends.
func shown(t *testing.T, w, h int, o Options) (*Screen, *fake) {
	t.Helper()
	f := newFake(w, h)
	o.Terminal = f
	s := New(o)
	ended := make(chan error, 1)
	go func() { ended <- s.Run() }()
	t.Cleanup(func() {
		s.Stop()
		require.NoError(t, within(t, ended))
		require.True(t, f.ended, "the terminal was not given back")
	})
	f.until(t, func(shot) bool { return true })
	return s, f
}

// within takes what comes, or fails.
func within[T any](t *testing.T, c <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(10 * time.Second):
		require.FailNow(t, "nothing came")
	}
	return v
}
