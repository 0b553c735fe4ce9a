package tui

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/gdamore/tcell/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTypedChineseSurvivesWhatArrives(t *testing.T) {
	s, f := shown(t, 60, 12, Options{})
	var crowd sync.WaitGroup
	crowd.Go(func() {
		for i := range 200 {
			s.Print(Span{"<bob> ", Nick}, Span{fmt.Sprint("你好 ", i), Plain})
		}
	})
	f.typed("你好ab")
	crowd.Wait()
	f.sees(t, "你好 199")
	f.line(t, "> 你好ab", 8)

	f.press(tcell.KeyLeft, tcell.KeyLeft, tcell.KeyLeft) // into the middle, a wide rune right of it
	f.line(t, "> 你好ab", 4)
	s.Print(Span{"<bob> more", Plain})
	f.sees(t, "more")
	f.line(t, "> 你好ab", 4)
	f.typed("们x")
	f.line(t, "> 你们x好ab", 7)
	f.press(tcell.KeyEnter)
	assert.Equal(t, "你们x好ab", within(t, s.Lines()).Text)
	f.line(t, ">", 2)
}

func TestCursorColumns(t *testing.T) {
	const family, flag, accent = "👩\u200d👩\u200d👧", "🇩🇪", "e\u0301"
	_, f := shown(t, 60, 5, Options{})
	f.typed("a" + family + flag + accent + "你")
	f.line(t, "> a"+family+flag+accent+"你", 10)
	for _, x := range []int{8, 7, 5, 3, 2, 2} {
		f.press(tcell.KeyLeft)
		f.line(t, "> a"+family+flag+accent+"你", x)
	}
	f.press(tcell.KeyRight, tcell.KeyRight, tcell.KeyBackspace) // the whole family
	f.line(t, "> a"+flag+accent+"你", 3)
	f.press(tcell.KeyDelete) // the whole flag
	f.line(t, "> a"+accent+"你", 3)
	f.press(tcell.KeyEnd, tcell.KeyBackspace, tcell.KeyBackspace)
	f.line(t, "> a", 3)
	f.press(tcell.KeyHome)
	f.typed(family)
	f.line(t, "> "+family+"a", 4)
}

func TestAnEmojiIsPutTogetherWhereItIsTyped(t *testing.T) {
	s, f := shown(t, 40, 5, Options{})
	f.typed("👧")
	f.press(tcell.KeyHome)
	f.typed("👩\u200d👦x")
	f.line(t, "> 👩\u200d👦x👧", 5)
	f.press(tcell.KeyEnter)
	assert.Equal(t, "👩\u200d👦x👧", within(t, s.Lines()).Text)
}

func TestALetterlessAccentCanBeSeenAndDeleted(t *testing.T) {
	_, f := shown(t, 40, 5, Options{})
	f.typed("\u0301")
	f.line(t, "> ◌\u0301", 3)
	f.press(tcell.KeyBackspace)
	f.line(t, ">", 2)
}

func TestALineWiderThanTheScreen(t *testing.T) {
	_, f := shown(t, 12, 5, Options{}) // ten columns for the line
	f.typed("一二三四五六七八")
	f.line(t, "> 五六七八", 10) // a column for the cursor, and no rune is cut in half
	f.typed("a")
	f.line(t, "> 五六七八a", 11)
	f.press(tcell.KeyHome)
	f.line(t, "> 一二三四五", 2)
	f.press(tcell.KeyRight, tcell.KeyRight, tcell.KeyRight, tcell.KeyRight)
	f.line(t, "> 一二三四五", 10) // the rune under the cursor is seen whole
	f.press(tcell.KeyRight)
	f.line(t, "> 二三四五六", 10)
	f.resize(30, 5)
	f.line(t, "> 一二三四五六七八a", 12)
	assert.Equal(t, 1, firstVisible(cells("一二三四五六", tcell.StyleDefault), 0, 5, 11), "one column is not enough for it")
}

func TestAPromptThatTakesHalfTheScreenIsNotShown(t *testing.T) {
	s, f := shown(t, 12, 5, Options{})
	s.SetPrompt("#lobby> ")
	f.typed("ab")
	f.line(t, "ab", 2)
	f.resize(16, 5)
	f.line(t, "#lobby> ab", 10)
}

func TestEditing(t *testing.T) {
	_, f := shown(t, 40, 5, Options{})
	f.typed("one two three")
	f.press(tcell.KeyCtrlW)
	f.line(t, "> one two", 10)
	f.press(tcell.KeyCtrlW)
	f.line(t, "> one", 6)
	f.press(tcell.KeyCtrlY)
	f.line(t, "> one two", 10)
	f.press(tcell.KeyCtrlA)
	f.line(t, "> one two", 2)
	f.InjectKey(tcell.KeyRight, 0, tcell.ModCtrl)
	f.line(t, "> one two", 5)
	f.press(tcell.KeyCtrlK)
	f.line(t, "> one", 5)
	f.press(tcell.KeyCtrlA, tcell.KeyCtrlY, tcell.KeyCtrlE)
	f.line(t, ">  two one", 10)
	f.press(tcell.KeyCtrlU)
	f.line(t, ">", 2)
}

func TestTheLineIsBounded(t *testing.T) {
	_, f := shown(t, 40, 5, Options{})
	f.paste(strings.Repeat("x", MaxLine))
	f.until(t, func(s shot) bool { return strings.HasSuffix(s.input(), "xxx") && s.x == 39 })
	f.typed("y")
	f.press(tcell.KeyHome)
	s := f.until(t, func(s shot) bool { return s.x == 2 })
	assert.NotContains(t, s.input(), "y")
}

func TestHistory(t *testing.T) {
	s, f := shown(t, 40, 5, Options{})
	for _, l := range []string{"first", "second", "second"} {
		f.typed(l)
		f.press(tcell.KeyEnter)
		assert.Equal(t, l, within(t, s.Lines()).Text)
	}
	f.typed("half")
	f.press(tcell.KeyUp)
	f.line(t, "> second", 8)
	f.press(tcell.KeyUp)
	f.line(t, "> first", 7)
	f.press(tcell.KeyUp)
	f.line(t, "> first", 7)
	f.press(tcell.KeyDown, tcell.KeyDown)
	f.line(t, "> half", 6)
	f.press(tcell.KeyDown)
	f.line(t, "> half", 6)
}

func TestHistoryIsBounded(t *testing.T) {
	var h history
	for i := range historyMax * 2 {
		h.add(fmt.Sprint(i))
	}
	assert.Len(t, h.lines, historyMax)
	assert.Equal(t, fmt.Sprint(historyMax*2-1), h.move(-1, ""))
}

func TestCompletion(t *testing.T) {
	names := []string{"alice: ", "albert: ", "小明: ", "小红: ", "bob: "}
	complete := func(before string) (c []string) {
		word := before[strings.LastIndex(before, " ")+1:]
		for _, n := range names {
			if strings.HasPrefix(n, word) {
				c = append(c, n)
			}
		}
		return c
	}
	_, f := shown(t, 60, 6, Options{Complete: complete})

	f.typed("hi b")
	f.press(tcell.KeyTab) // one
	f.line(t, "> hi bob:", 10)
	f.press(tcell.KeyCtrlU)

	f.typed("a")
	f.press(tcell.KeyTab) // several: what is certain
	f.line(t, "> al", 4)
	f.press(tcell.KeyTab) // nothing is: they are listed
	f.sees(t, "alice:  albert:")
	f.line(t, "> al", 4)
	f.press(tcell.KeyTab)
	f.line(t, "> alice:", 9)
	f.press(tcell.KeyTab)
	f.line(t, "> albert:", 10)
	f.press(tcell.KeyTab)
	f.line(t, "> alice:", 9)
	f.typed("x") // anything else ends it
	f.press(tcell.KeyCtrlU)

	f.typed("小")
	f.press(tcell.KeyTab, tcell.KeyTab)
	f.line(t, "> 小明:", 8)
	f.press(tcell.KeyCtrlU)
	f.typed("zzz")
	f.press(tcell.KeyTab)
	f.line(t, "> zzz", 5)
}

func TestAPasteOfOneLineIsTyped(t *testing.T) {
	s, f := shown(t, 60, 6, Options{})
	f.typed("ac")
	f.press(tcell.KeyLeft)
	f.paste("b\tb\x1b[31m\r\n")
	f.line(t, "> ab    b[31mc", 13)
	f.press(tcell.KeyEnter)
	assert.Equal(t, "ab    b[31mc", within(t, s.Lines()).Text)
}

func TestAPasteOfManyLinesWaitsForEnter(t *testing.T) {
	s, f := shown(t, 60, 6, Options{})
	f.typed("<>")
	f.press(tcell.KeyLeft)
	f.paste("one\r\ntwo\r\r三\n")
	f.sees(t, "3 lines wait for Enter")
	f.line(t, "> 三>", 4)
	assert.Empty(t, s.Lines(), "nothing is sent before Enter")

	f.press(tcell.KeyEnter)
	for _, want := range []string{"<one", "two", "", "三>"} {
		assert.Equal(t, want, within(t, s.Lines()).Text)
	}
	f.until(t, func(s shot) bool { return !strings.Contains(s.status(), "wait") })
}

func TestWaitingLinesCanBeTakenBackOrDropped(t *testing.T) {
	s, f := shown(t, 60, 6, Options{})
	f.paste("one\rtwo\rthree")
	f.press(tcell.KeyHome, tcell.KeyBackspace)
	f.line(t, "> twothree", 5)
	f.sees(t, "1 line waits for Enter")
	f.press(tcell.KeyCtrlC)
	f.line(t, ">", 2)
	f.until(t, func(s shot) bool { return !strings.Contains(s.status(), "wait") })
	assert.Empty(t, s.Lines())
}

func TestAPasteThatIsTooLongIsRefusedAndSaysSo(t *testing.T) {
	for name, text := range map[string]string{
		"lines": strings.Repeat("x\r", waitingMax+5),
		"line":  strings.Repeat("x", MaxLine+1),
		"bytes": strings.Repeat(strings.Repeat("x", 1000)+"\r", 70),
	} {
		t.Run(name, func(t *testing.T) {
			_, f := shown(t, 100, 6, Options{})
			f.typed("half")
			f.paste(text)
			f.sees(t, "too long")
			f.line(t, "> half", 6)
		})
	}
}

func TestLinesThatNobodyTakesAreKept(t *testing.T) {
	s, f := shown(t, 100, 6, Options{})
	for range linesMax {
		f.typed("x")
		f.press(tcell.KeyEnter)
	}
	f.typed("one more")
	f.press(tcell.KeyEnter)
	f.sees(t, "Nobody takes lines")
	f.line(t, "> one more", 10)

	for range linesMax {
		require.Equal(t, "x", within(t, s.Lines()).Text)
	}
	f.press(tcell.KeyEnter)
	assert.Equal(t, "one more", within(t, s.Lines()).Text)
}
