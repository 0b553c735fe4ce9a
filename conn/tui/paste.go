package tui

import (
	"fmt"
	"strings"

	"github.com/gdamore/tcell/v2"
)

const (
	waitingMax = 200       // pasted lines that wait for Enter
	pasteMax   = 64 * 1024 // bytes of a paste
)

// paste is a bracketed paste, which comes key by key. No key in it is a command.
type paste struct {
	on   bool
	text strings.Builder
	over bool // it was longer than pasteMax
	cr   bool // the last key ended a line, so that a line feed right behind it does not
}

func (p *paste) begin() { *p = paste{on: true} }

func (p *paste) key(ev *tcell.EventKey) {
	wasCR := p.cr
	p.cr = false
	switch ev.Key() {
	case tcell.KeyRune:
		p.put(letterOf(ev.Rune()))
	case tcell.KeyTab:
		p.put('\t')
	case tcell.KeyEnter:
		p.cr = true
		p.put('\n')
	case tcell.KeyCtrlJ, tcell.KeyLF:
		if !wasCR {
			p.put('\n')
		}
	default: // no other key can be text
	}
}

func (p *paste) put(r rune) {
	if p.over = p.over || p.text.Len() >= pasteMax; !p.over {
		p.text.WriteRune(r)
	}
}

// pasted puts a paste into the line. If it has several lines, all but the last wait for Enter, which sends them in
// order; the last one can still be edited. A paste that does not fit as a whole is dropped as a whole.
func (v *view) pasted() {
	p := v.paste
	v.paste = paste{}
	lines := strings.Split(strings.Trim(p.text.String(), "\n"), "\n")
	typed := v.input
	left, right := typed.text[:typed.at], typed.text[typed.at:]

	waiting := v.waiting
	ok := !p.over
	for i, l := range lines {
		if i == 0 {
			v.input.set(left)
		} else {
			waiting = append(waiting, v.input.text)
			v.input.set("")
		}
		ok = ok && v.input.insert(l) && len(v.input.text) <= MaxLine
	}
	at := v.input.at
	ok = ok && v.input.insert(right) && len(v.input.text) <= MaxLine && len(waiting) <= waitingMax
	v.input.at = at
	if ok {
		v.waiting = waiting
		return
	}
	v.input = typed
	v.ring()
	v.note(fmt.Sprintf("That paste is too long: at most %d lines of %d bytes. None of it was taken.", waitingMax, MaxLine))
}

// takeBackWaiting brings the last waiting line back in front of the one being typed.
func (v *view) takeBackWaiting() {
	last := len(v.waiting) - 1
	if last < 0 {
		return
	}
	v.input.home()
	if !v.input.insert(v.waiting[last]) {
		v.ring()
		return
	}
	v.waiting = v.waiting[:last]
}
