package tui

import (
	"testing"

	"github.com/gdamore/tcell/v2"
	"github.com/stretchr/testify/assert"
)

// A line comes with the prompt before which it was begun, whatever stands there when Enter is pressed.
func TestALineTellsWhereItWasBegun(t *testing.T) {
	s, f := shown(t, 60, 8, Options{})
	types := func(words, shown string) { // a prompt that is set next may else come before the words
		t.Helper()
		f.typed(words)
		f.until(t, func(shot shot) bool { return shot.input() == shown })
	}
	shows := func(prompt, line string) {
		t.Helper()
		s.SetPrompt(prompt)
		f.until(t, func(shot shot) bool { return shot.input() == prompt+line })
	}
	enters := func(want, began string) {
		t.Helper()
		f.press(tcell.KeyEnter)
		assert.Equal(t, Typed{Text: want, Prompt: began}, within(t, s.Lines()))
	}

	shows("@1>", "")
	types("hello", "@1>hello")
	shows("@2>", "hello")
	f.typed(" there")
	f.press(tcell.KeyHome, tcell.KeyDelete)
	enters("ello there", "@1>")

	f.typed("to two")
	enters("to two", "@2>")

	types("draft", "@2>draft")
	shows("@3>", "draft")
	f.press(tcell.KeyUp)
	f.line(t, "@3>to two", 9) // recalled over a draft: it is as old as that
	f.press(tcell.KeyDown)
	f.line(t, "@3>draft", 8)
	enters("draft", "@2>")
	f.line(t, "@3>", 3) // else what follows may see the picture from before

	f.press(tcell.KeyUp)
	f.line(t, "@3>draft", 8)
	shows("@4>", "draft")
	enters("draft", "@3>") // recalled before the prompt of then

	f.typed("x")
	shows("@5>", "x")
	f.press(tcell.KeyCtrlU)
	f.typed("y") // an empty line is no beginning
	enters("y", "@5>")

	f.post(tcell.NewEventPaste(true))
	f.typed("one")
	f.press(tcell.KeyEnter)
	f.until(t, func(_ shot) bool { return true })
	s.SetPrompt("@6>")
	f.typed("two")
	f.post(tcell.NewEventPaste(false))
	f.sees(t, "@6>two")
	f.press(tcell.KeyEnter)
	for _, want := range []string{"one", "two"} {
		assert.Equal(t, Typed{Text: want, Prompt: "@5>"}, within(t, s.Lines()), "as the paste began")
	}
}
