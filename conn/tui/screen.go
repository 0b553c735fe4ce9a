package tui

import (
	"sync"

	"github.com/gdamore/tcell/v2"
)

// MaxLine is how many bytes a line has that is sent: as many as a line of the protocol.
const MaxLine = 4096

const (
	editorMax = 2 * MaxLine // bytes of the line being typed, so that one that is too long can be shortened
	linesMax  = 256         // typed lines that the caller has not taken yet
)

// Options are what a screen is made with. The zero value works.
type Options struct {
	// Title begins the status line.
	Title string
	// Color allows colours. Without it (NO_COLOR, dumb terminals) there is only bold and reverse.
	Color bool
	// Complete tells what the word that ends at the cursor may become: whole words that take its place, with whatever
	// shall follow them ("alice: "), and perhaps a tab and a remark that is only listed ("7 \tbob"). before is the text
	// left of the cursor. It is called by Run, so it may not wait for anything. nil: Tab does nothing.
	Complete func(before string) (candidates []string)
	// Secret tells whether the input after line is a secret: then it returns the prompt for it, else "". A secret is
	// shown as dots, and not kept. It is called by Run as the line is entered, so that input typed ahead is hidden,
	// too, and may not wait for anything. nil: there are none.
	Secret func(line string) (prompt string)
	// Leaving tells what the end of the screen would mean, when Ctrl-C or Ctrl-D is pressed on an empty line: then it
	// ends only if that is pressed again, within ten seconds and with no other key between. "": it ends at once. It is
	// called by Run, so it may not wait for anything. nil: it always ends at once.
	Leaving func() (words string)
	// Scrollback is how many lines are kept to be read back. 0: 5000.
	Scrollback int
	// Suspend lets Ctrl-Z stop the process, as in a shell. Not for a server: it would stand still for all its clients.
	Suspend bool
	// Terminal is the terminal to draw on; Run initialises it, and ends it. nil: the process's own terminal.
	Terminal tcell.Screen
}

// Typed is a typed line, without its line end.
type Typed struct {
	Text   string // "" only from the middle of a paste, or for a secret that was given up
	Secret bool   // it answers the prompt of Options.Secret
	Prompt string // the prompt as the line was begun: at its first key, as it was recalled, or as the paste began
}

// Screen is one person's terminal. All of its methods may be called from any goroutine, at any time.
type Screen struct {
	opts    Options
	box     *mailbox
	lines   chan Typed    // bounded by linesMax; closed by Run as it returns
	stop    chan struct{} // closed by the first Stop
	stopped sync.Once
	ran     sync.Once
}

// New makes a screen; Run shows it.
func New(o Options) *Screen {
	if o.Scrollback <= 0 {
		o.Scrollback = 5000
	}
	return &Screen{
		opts:  o,
		box:   newMailbox(o.Scrollback),
		lines: make(chan Typed, linesMax),
		stop:  make(chan struct{}),
	}
}

// Lines delivers the typed lines. The channel is closed when Run returns; lines typed before that can still be read.
func (s *Screen) Lines() <-chan Typed { return s.lines }

// Print shows one line, made of spans, below all others. Before Run it is kept for Run, after Run it does nothing.
func (s *Screen) Print(spans ...Span) { s.box.print(compose(spans, s.opts.Color)) }

// Bell rings the terminal's bell, at most once a second.
func (s *Screen) Bell() { s.box.post(func(n *updates) { n.bell = true }) }

// SetPrompt sets the text before the input line, such as "#lobby> ".
func (s *Screen) SetPrompt(p string) {
	p = sanitize(p)
	s.box.post(func(n *updates) { n.prompt = p })
}

// SetStatus sets the text behind the title in the status line, such as "#lobby · 3 here".
func (s *Screen) SetStatus(status string) {
	status = sanitize(status)
	s.box.post(func(n *updates) { n.status = status })
}

// Stop makes Run return, now or as soon as Run is called. It does not wait for that.
func (s *Screen) Stop() { s.stopped.Do(func() { close(s.stop) }) }
