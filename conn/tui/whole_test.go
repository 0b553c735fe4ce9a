package tui

import (
	"strings"
	"testing"

	"github.com/gdamore/tcell/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A line is sent whole or not at all.

func TestALineThatIsTooLongIsNotCut(t *testing.T) {
	s, f := shown(t, 100, 6, Options{})
	f.typed(strings.Repeat("字", 1400))
	f.press(tcell.KeyEnter)
	f.sees(t, "That line is too long: it has 4200 bytes, and a line may have 4096. Nothing was sent")
	assert.Empty(t, s.Lines())
	for range 35 {
		f.press(tcell.KeyBackspace)
	}
	f.press(tcell.KeyEnter)
	assert.Equal(t, strings.Repeat("字", 1365), within(t, s.Lines()).Text)
	f.line(t, ">", 2)
}

// A paste that the terminal does not say is one comes as keys.
func TestAPasteThatComesAsKeysIsNotCut(t *testing.T) {
	s, f := shown(t, 100, 6, Options{})
	f.typed(strings.Repeat("x", 5000))
	f.press(tcell.KeyEnter)
	f.typed("/quit")
	f.press(tcell.KeyEnter)
	f.sees(t, "it has 5005 bytes")
	assert.Empty(t, s.Lines())
	f.press(tcell.KeyCtrlC)
	f.typed("next")
	f.press(tcell.KeyEnter)
	assert.Equal(t, "next", within(t, s.Lines()).Text)
}

func TestALineThatIsRecalledAndEditedIsNotCut(t *testing.T) {
	s, f := shown(t, 100, 6, Options{})
	full := strings.Repeat("x", MaxLine-1)
	f.paste(full)
	f.press(tcell.KeyEnter)
	require.Equal(t, full, within(t, s.Lines()).Text)
	f.press(tcell.KeyUp, tcell.KeyHome)
	f.typed("/quit")
	f.press(tcell.KeyCtrlK, tcell.KeyEnter)
	assert.Equal(t, "/quit", within(t, s.Lines()).Text)

	f.press(tcell.KeyUp, tcell.KeyUp)
	f.typed("more")
	f.press(tcell.KeyUp, tcell.KeyDown, tcell.KeyEnter) // and one that was left half-typed comes back as it was shown
	assert.Equal(t, "/quit", within(t, s.Lines()).Text)
}

// There is an end to what is kept, and then nothing of it is sent, whatever becomes of it.
func TestALineWithoutEndIsNotSent(t *testing.T) {
	s, f := shown(t, 100, 6, Options{})
	f.typed(strings.Repeat("x", editorMax-1))
	f.press(tcell.KeyHome)
	f.typed("/quit")
	f.press(tcell.KeyCtrlK, tcell.KeyEnter)
	f.sees(t, "its end is lost. Nothing was sent")
	f.line(t, "> /", 3)
	assert.Empty(t, s.Lines())
	f.press(tcell.KeyCtrlU)
	f.typed("next")
	f.press(tcell.KeyEnter)
	assert.Equal(t, "next", within(t, s.Lines()).Text)
}

// What cannot be put in whole is not put in: a completion, what was cut, a line that waits.
func TestWhatHasNoRoomIsNotPutIn(t *testing.T) {
	e := editor{killed: strings.Repeat("y", 10)}
	e.set(strings.Repeat("x", editorMax-5))
	e.yank()
	assert.Len(t, e.text, editorMax-5)
	assert.False(t, e.overflowed, "nothing is missing")
}

func TestCtrlUClearsAllThatWaits(t *testing.T) {
	s, f := shown(t, 60, 6, Options{})
	f.paste(strings.Repeat("line\r", 10))
	f.sees(t, "9 lines wait for Enter")
	f.press(tcell.KeyCtrlU, tcell.KeyEnter)
	f.until(t, func(s shot) bool { return !strings.Contains(s.status(), "wait") && s.input() == ">" })
	f.typed("next")
	f.press(tcell.KeyEnter)
	assert.Equal(t, "next", within(t, s.Lines()).Text)
	assert.Empty(t, s.Lines())
}

func TestWhatIsNoLetterIsNotSent(t *testing.T) {
	s, f := shown(t, 120, 6, Options{})
	f.paste("one\rt" + Unreadable + "o\rthree")
	f.press(tcell.KeyEnter)
	f.sees(t, "no letter in its character set; it stands there as \ufffd. Nothing was sent")
	assert.Empty(t, s.Lines(), "the first of them neither")
	f.press(tcell.KeyCtrlC)
	f.typed("a" + Unreadable + "b" + replaced)
	f.line(t, "> a\ufffdb\ufffd", 6)
	f.press(tcell.KeyLeft, tcell.KeyLeft, tcell.KeyBackspace, tcell.KeyEnter)
	assert.Equal(t, "ab\ufffd", within(t, s.Lines()).Text, "a replacement character that was typed is one")
}
