package tui

import (
	"strings"
	"testing"

	"github.com/gdamore/tcell/v2"
	"github.com/stretchr/testify/assert"
)

// asks is a screen on which a secret follows /open.
func asks(t *testing.T, w, h int) (*Screen, *fake) {
	return shown(t, w, h, Options{
		Secret: func(line string) string {
			if line == "/open" {
				return "password: "
			}
			return ""
		},
		Complete: func(string) []string { return []string{"leak"} },
	})
}

// enters types a line, and sees it come out.
func enters(t *testing.T, s *Screen, f *fake, text string, secret bool) {
	t.Helper()
	f.typed(text)
	f.press(tcell.KeyEnter)
	got := within(t, s.Lines())
	assert.Equal(t, Typed{text, secret, got.Prompt}, got)
}

func TestASecretIsDots(t *testing.T) {
	s, f := asks(t, 40, 6)
	enters(t, s, f, "/open", false)
	f.line(t, "password:", 10)
	f.typed("芝麻 e\u0301x")
	f.line(t, "password: •••••", 15) // a dot for each character, as wide as the next
	f.press(tcell.KeyLeft, tcell.KeyLeft, tcell.KeyBackspace)
	f.line(t, "password: ••••", 12)
	s.Print(Span{"<bob> hi", Plain})
	s.SetPrompt("#tea> ")
	f.sees(t, "<bob> hi")
	f.line(t, "password: ••••", 12)
	f.press(tcell.KeyEnter)
	assert.Equal(t, Typed{"芝麻e\u0301x", true, "> "}, within(t, s.Lines()))
	f.line(t, "#tea>", 6)
	enters(t, s, f, "hello", false)
}

func TestASecretLongerThanTheScreen(t *testing.T) {
	_, f := asks(t, 16, 5)
	f.typed("/open")
	f.press(tcell.KeyEnter)
	f.typed(strings.Repeat("密", 30))
	f.until(t, func(s shot) bool { return s.input() == strings.Repeat("•", 15) && s.x == 15 })
}

// No key shows it again.
func TestASecretIsNotKept(t *testing.T) {
	s, f := asks(t, 40, 6)
	enters(t, s, f, "before", false)
	enters(t, s, f, "/open", false)
	f.typed("sesame")
	f.press(tcell.KeyTab, tcell.KeyUp, tcell.KeyDown, tcell.KeyCtrlP, tcell.KeyCtrlN)
	f.line(t, "password: ••••••", 16)
	f.press(tcell.KeyCtrlU)
	f.line(t, "password:", 10)
	f.press(tcell.KeyCtrlY, tcell.KeyEnter)
	assert.Equal(t, Typed{"sesame", true, "> "}, within(t, s.Lines()))
	f.line(t, ">", 2)
	f.press(tcell.KeyCtrlY, tcell.KeyDown)
	f.typed("x")
	f.line(t, "> x", 3)
	f.press(tcell.KeyUp)
	f.line(t, "> /open", 7)
	f.press(tcell.KeyUp)
	f.line(t, "> before", 8)
	f.press(tcell.KeyDown, tcell.KeyDown)
	f.line(t, "> x", 3)
}

// A secret that is given up sends nothing, and the screen stays.
func TestASecretIsGivenUp(t *testing.T) {
	for _, end := range []tcell.Key{tcell.KeyCtrlC, tcell.KeyEnter, tcell.KeyCtrlD} {
		s, f := asks(t, 40, 6)
		enters(t, s, f, "/open", false)
		if end == tcell.KeyCtrlC {
			f.typed("sesa")
		}
		f.press(end)
		assert.Equal(t, Typed{"", true, "> "}, within(t, s.Lines()))
		f.line(t, ">", 2)
		enters(t, s, f, "hello", false)
	}
}

// What comes faster than the client could ask for it is hidden, too, and the line behind it is not.
func TestASecretTypedAhead(t *testing.T) {
	for name, types := range map[string]func(f *fake){
		"typed": func(f *fake) {
			for _, l := range []string{"/open", "sesame", "hello"} {
				f.typed(l)
				f.press(tcell.KeyEnter)
			}
		},
		"pasted": func(f *fake) {
			f.paste("/open\rsesame\rhello")
			f.press(tcell.KeyEnter)
		},
		"pasted and changed": func(f *fake) {
			f.paste("x\r/open\ry")
			f.press(tcell.KeyBackspace, tcell.KeyEnter)
			f.paste("sesame\rhello\r")
			f.press(tcell.KeyEnter)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, f := asks(t, 40, 6)
			types(f)
			if name == "pasted and changed" {
				assert.Equal(t, Typed{"x", false, "> "}, within(t, s.Lines()))
			}
			for _, want := range []Typed{{"/open", false, "> "}, {"sesame", true, "> "}, {"hello", false, "> "}} {
				assert.Equal(t, want, within(t, s.Lines()))
			}
			f.press(tcell.KeyUp, tcell.KeyUp)
			f.line(t, "> /open", 7)
		})
	}
}

// A secret that the caller does not take stays hidden.
func TestASecretThatNobodyTakesIsKept(t *testing.T) {
	s, f := asks(t, 100, 6)
	for range linesMax - 1 {
		f.typed("x")
		f.press(tcell.KeyEnter)
	}
	f.typed("/open")
	f.press(tcell.KeyEnter)
	f.typed("sesame")
	f.press(tcell.KeyEnter)
	f.sees(t, "Nobody takes lines")
	f.line(t, "password: ••••••", 16)
	for range linesMax {
		assert.False(t, within(t, s.Lines()).Secret)
	}
	f.press(tcell.KeyEnter)
	assert.Equal(t, Typed{"sesame", true, "> "}, within(t, s.Lines()))
}
