package tui

import (
	"errors"
	"time"

	"github.com/gdamore/tcell/v2"
)

// leavingTime is how long the second key for the end may take: see Options.Leaving.
const leavingTime = 10 * time.Second

// view is the state of Run. It is a local variable of Run, so no other goroutine has it.
type view struct {
	opts       Options
	term       tcell.Screen
	lines      chan<- Typed
	drainWhile func(during func()) // for the time that the shell has the terminal

	scrollback scrollback
	input      editor
	waiting    []string // pasted lines, sent before the input line
	past       history
	tab        completion
	paste      paste

	prompt, status string
	beganPrompt    string    // the prompt as the line was begun
	secretPrompt   string    // the prompt of a secret being typed; "": none
	from           int       // the first visible character of the input line
	lastBell       time.Time // when the bell last rang
	leaving        time.Time // when the words of Options.Leaving were shown; zero: they were not
	redrawAll      bool      // the terminal may show anything: draw all of it anew
	ended          bool
	err            error // why it ended, if the terminal went away
}

// event handles what tcell reports.
func (v *view) event(ev tcell.Event) {
	if v.input.text == "" && len(v.waiting) == 0 && !v.paste.on {
		v.beganPrompt = v.prompt
	}
	switch ev := ev.(type) {
	case *tcell.EventKey:
		v.key(ev)
	case *tcell.EventPaste:
		v.pasting(ev.Start())
	case *tcell.EventResize:
		v.redrawAll = true
	case *tcell.EventError:
		v.ended, v.err = true, errors.New("the terminal went away") // the system's error is no more help
	case nil: // ChannelEvents has ended: the terminal was ended by another goroutine
		v.ended = true
	default: // tcell has more events than the screen needs
	}
}

func (v *view) pasting(start bool) {
	v.tab = completion{}
	if start {
		v.paste.begin()
	} else if v.paste.on {
		v.pasted()
	}
}

// apply applies what other goroutines have posted.
func (v *view) apply(n updates) {
	v.scrollback.add(n.missed, n.lines...)
	v.prompt, v.status = n.prompt, n.status
	if n.bell {
		v.ring()
	}
}

// note shows a line of the screen's own.
func (v *view) note(text string) {
	v.scrollback.add(0, compose([]Span{{text, Dim}}, v.opts.Color))
}

func (v *view) ring() {
	if now := time.Now(); now.Sub(v.lastBell) >= time.Second {
		v.lastBell = now
		_ = v.term.Beep()
	}
}

// enter sends the waiting lines and the line, as many as Lines takes. The rest stays.
func (v *view) enter() {
	v.scrollback.follow()
	if v.refuses() {
		return
	}
	givesUp := v.secretPrompt != "" && len(v.waiting) == 0
	for len(v.waiting) > 0 {
		if !v.send(v.waiting[0]) {
			return
		}
		v.waiting = v.waiting[1:]
	}
	if (v.input.text != "" || givesUp) && v.send(v.input.text) {
		v.input.set("")
	}
}

// refuses reports whether one of the lines cannot be sent, and shows why: then none is.
func (v *view) refuses() bool {
	why := unfit(v.input.text, v.input.overflowed)
	for _, line := range v.waiting {
		if why == "" {
			why = unfit(line, false)
		}
	}
	if why != "" {
		v.ring()
		v.note(why + " Nothing was sent, and all of it is still here: change it, or Ctrl-C clears it.")
	}
	return why != ""
}

// send gives a line to Lines. A secret is not kept.
func (v *view) send(line string) bool {
	secret := v.secretPrompt != ""
	select {
	case v.lines <- Typed{line, secret, v.beganPrompt}:
	default:
		v.ring()
		v.note("Nobody takes lines at the moment. Yours is kept: press Enter again.")
		return false
	}
	if secret {
		v.secretPrompt, v.input.killed = "", ""
		return true
	}
	v.past.add(line)
	if v.opts.Secret != nil {
		v.secretPrompt = sanitize(v.opts.Secret(line))
	}
	return true
}

// mayEnd reports whether the screen may end now. If Options.Leaving has words, it first shows them.
func (v *view) mayEnd() bool {
	if v.opts.Leaving == nil || time.Since(v.leaving) < leavingTime {
		return true
	}
	words := v.opts.Leaving()
	if words == "" {
		return true
	}
	v.leaving = time.Now()
	v.scrollback.follow()
	v.ring()
	v.note(words)
	return false
}

// interrupt clears the line, or ends the screen if it is empty.
func (v *view) interrupt() {
	if v.input.text == "" && len(v.waiting) == 0 && v.secretPrompt == "" {
		v.ended = v.mayEnd()
		return
	}
	v.input.set("")
	v.waiting = nil
	v.past.add("")
	if v.secretPrompt != "" {
		v.send("") // given up
	}
}
