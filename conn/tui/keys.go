package tui

import (
	"time"

	"github.com/gdamore/tcell/v2"
)

// key is the table of keys.
func (v *view) key(ev *tcell.EventKey) {
	if v.paste.on {
		v.paste.key(ev)
		return
	}
	if ev.Key() != tcell.KeyTab {
		v.tab = completion{}
	}
	if k := ev.Key(); k != tcell.KeyCtrlC && k != tcell.KeyCtrlD {
		v.leaving = time.Time{} // another key takes the intent to end back
	}
	word := ev.Modifiers()&(tcell.ModCtrl|tcell.ModAlt) != 0
	switch k := ev.Key(); {
	case k == tcell.KeyRune:
		v.rune(ev)
	case k == tcell.KeyEnter, k == tcell.KeyCtrlJ, k == tcell.KeyLF:
		v.enter()
	case v.secretPrompt != "" && remembers(k):
		v.ring()
	case k == tcell.KeyTab:
		v.complete()
	case k == tcell.KeyBackspace && word, k == tcell.KeyCtrlW:
		v.input.killWord()
	case k == tcell.KeyBackspace && v.input.at == 0:
		v.takeBackWaiting()
	case k == tcell.KeyBackspace, k == tcell.KeyCtrlH:
		v.input.backspace()
	case k == tcell.KeyDelete:
		v.input.delete()
	case k == tcell.KeyCtrlD:
		v.deleteOrEnd()
	case k == tcell.KeyCtrlC:
		v.interrupt()

	case k == tcell.KeyEnd && word:
		v.scrollback.follow()
	case k == tcell.KeyLeft && word:
		v.input.wordLeft()
	case k == tcell.KeyRight && word:
		v.input.wordRight()
	case k == tcell.KeyLeft, k == tcell.KeyCtrlB:
		v.input.left()
	case k == tcell.KeyRight, k == tcell.KeyCtrlF:
		v.input.right()
	case k == tcell.KeyHome, k == tcell.KeyCtrlA:
		v.input.home()
	case k == tcell.KeyEnd, k == tcell.KeyCtrlE:
		v.input.end()
	case k == tcell.KeyCtrlU:
		v.waiting = nil // lines that are not seen must not be sent
		v.input.killStart()
	case k == tcell.KeyCtrlK:
		v.input.killEnd()
	case k == tcell.KeyCtrlY:
		v.input.yank()

	case k == tcell.KeyUp, k == tcell.KeyCtrlP:
		v.input.set(v.past.move(-1, v.input.text))
	case k == tcell.KeyDown, k == tcell.KeyCtrlN:
		v.input.set(v.past.move(+1, v.input.text))
	case k == tcell.KeyPgUp:
		v.page(-1)
	case k == tcell.KeyPgDn:
		v.page(+1)
	case k == tcell.KeyCtrlL:
		v.redrawAll = true
	case k == tcell.KeyCtrlZ && v.opts.Suspend:
		v.suspend()
	default: // keys without a meaning here
	}
}

// remembers reports whether a key recalls a line or completes one: neither is done for a secret.
func remembers(k tcell.Key) bool {
	switch k {
	case tcell.KeyTab, tcell.KeyUp, tcell.KeyCtrlP, tcell.KeyDown, tcell.KeyCtrlN:
		return true
	}
	return false
}

// rune types a character. Alt with it is a word key, or else was only an Escape pressed just before.
func (v *view) rune(ev *tcell.EventKey) {
	alt := ev.Modifiers() == tcell.ModAlt
	switch r := letterOf(ev.Rune()); {
	case alt && r == 'b':
		v.input.wordLeft()
	case alt && r == 'f':
		v.input.wordRight()
	case !v.input.typed(string(r)) || len(v.input.text) > MaxLine:
		v.ring()
	}
}

func (v *view) deleteOrEnd() {
	if v.input.text == "" && len(v.waiting) == 0 {
		v.interrupt()
		return
	}
	v.input.delete()
}

// page scrolls by a screenful but one row, so that the reader finds the place.
func (v *view) page(n int) {
	width, height := v.term.Size()
	height, _ = parts(height)
	if width < 1 || height < 1 {
		return
	}
	v.scrollback.scroll(n*max(height-1, 1), width, height)
}
