package tui

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/uniseg"
	"github.com/stretchr/testify/assert"
)

func say(s *Screen, text string) { s.Print(Span{text, Plain}) }

func TestWrapAndResize(t *testing.T) {
	s, f := shown(t, 24, 8, Options{})
	say(s, "<bob> the quick brown fox jumps")
	say(s, "<bob> 你好世界你好世界你好世界")
	p := f.sees(t, "jumps")
	assert.Equal(t, []string{
		"",
		"",
		"<bob> the quick brown",
		"  fox jumps",
		"<bob> 你好世界你好世界你", // breaks anywhere
		"  好世界",
	}, p.text())

	f.typed("half")
	f.resize(40, 4)
	f.until(t, func(p shot) bool {
		return p.rows[0] == "<bob> the quick brown fox jumps" && p.rows[1] == "<bob> 你好世界你好世界你好世界"
	})
	f.line(t, "> half", 6)
	f.resize(8, 20)
	f.until(t, func(p shot) bool { return strings.Contains(p.all(), "<bob>\nthe\nquick\nbrown\nfox\njumps\n") })
	f.line(t, "> half", 6)
}

func TestWrapRows(t *testing.T) {
	for _, c := range []struct {
		text  string
		width int
		rows  []string
	}{
		{"", 10, []string{""}},
		{"abc def", 7, []string{"abc def"}},
		{"abc   def", 4, []string{"abc   ", "def"}},
		{"abcdefgh", 3, []string{"abc", "def", "gh"}},
		{"ab cdefgh", 3, []string{"ab ", "cde", "fgh"}},
		{"你好。世界", 4, []string{"你", "好。", "世界"}}, // a full stop begins no row
		{"你好", 1, []string{"你", "好"}},
		{"a 🇩🇪🇫🇷", 3, []string{"a ", "🇩🇪", "🇫🇷"}},
		{"x12345678901234567890123 bc", 20, []string{"x1234567890123456789", "  0123 bc"}},
		{"a 2345678901234567890", 20, []string{"a ", "  234567890123456789", "  0"}},
	} {
		var rows []string
		for _, row := range (compose([]Span{{c.text, Plain}}, false)).wrap(c.width) {
			var b strings.Builder
			for _, cell := range row {
				b.WriteString(cell.text)
			}
			rows = append(rows, b.String())
		}
		assert.Equal(t, c.rows, rows, "%q in %d", c.text, c.width)
	}
}

func TestNoPaddingForgesALine(t *testing.T) {
	s, f := shown(t, 30, 6, Options{})
	say(s, "<eve> hi"+strings.Repeat(" ", 22)+"<bob> I owe eve money")
	say(s, "<eve> a\n<bob> b\r\n<bob> c\u2028<bob> d")
	got := f.sees(t, "d")
	assert.Contains(t, got.all(), "<eve> a <bob> b  <bob> c")
	for _, row := range got.text() {
		assert.False(t, strings.HasPrefix(row, "<bob>"), row)
	}
}

func TestOnlyTextReachesTheTerminal(t *testing.T) {
	s, f := shown(t, 60, 6, Options{})
	say(s, "a\x1b[2Jb\x07c\u009bd\u202ee\u2066f\x00g\x7fh\u200fi\tj\xffk\ufeffl")
	say(s, "[red]not a colour[-] [::b]")
	s.SetStatus("st\x1b]0;x\x07at")
	s.SetPrompt("\u202e# ")
	got := f.sees(t, "[red]not a colour[-] [::b]")
	assert.Equal(t, "a[2Jbcdefghi    j\ufffdkl", got.rows[2])
	assert.Equal(t, "st]0;xat", got.status())
	assert.Equal(t, "#", got.input())
}

func TestManyAccentsAreBounded(t *testing.T) {
	s, f := shown(t, 60, 6, Options{})
	say(s, "a"+strings.Repeat("\u0301", 5000)+"b")
	say(s, "⸺⸻ कि ஃ a\u0903\u0903\u0903\u0903 |")
	got := f.sees(t, "|")
	assert.Equal(t, clusterMax+1, utf8.RuneCountInString(got.rows[2]))
	assert.True(t, strings.HasPrefix(got.rows[3], "———————"), got.rows[3])
	assert.Equal(t, uniseg.StringWidth("⸺⸻ कि ஃ a\u0903\u0903\u0903\u0903 |"), uniseg.StringWidth(got.rows[3]))
}

func TestStyles(t *testing.T) {
	s, f := shown(t, 60, 6, Options{Color: true})
	s.Print(Span{"N", Nick}, Span{"P", Plain}, Span{"D", Dim}, Span{"L", Loud})
	got := f.sees(t, "NPDL")
	assert.Equal(t, tcell.StyleDefault.Foreground(nickColor("N")), got.styles["N"])
	assert.Equal(t, tcell.StyleDefault, got.styles["P"])
	assert.Equal(t, tcell.StyleDefault.Dim(true), got.styles["D"])
	assert.Equal(t, tcell.StyleDefault.Bold(true), got.styles["L"])

	s, f = shown(t, 60, 6, Options{})
	s.Print(Span{"N", Nick}, Span{"D", Dim}, Span{"L", Loud})
	got = f.sees(t, "NDL")
	assert.Equal(t, tcell.StyleDefault, got.styles["N"])
	assert.Equal(t, tcell.StyleDefault, got.styles["D"])
	assert.Equal(t, tcell.StyleDefault.Bold(true), got.styles["L"])
}

func TestStatusAndPrompt(t *testing.T) {
	s, f := shown(t, 30, 4, Options{Title: "chinwag"})
	s.SetPrompt("#大厅> ")
	s.SetStatus("#大厅 · 3 here")
	f.until(t, func(p shot) bool {
		return p.status() == "chinwag · #大厅 · 3 here" && p.input() == "#大厅>" && p.x == 7
	})
}

func TestReadingBack(t *testing.T) {
	s, f := shown(t, 40, 6, Options{}) // four rows of text
	for i := range 20 {
		say(s, fmt.Sprint("line ", i))
	}
	f.sees(t, "line 19")
	f.typed("half")
	f.press(tcell.KeyPgUp)
	got := f.sees(t, "▼ 3 more")
	assert.Equal(t, []string{"line 13", "line 14", "line 15", "line 16"}, got.text())

	for i := range 9 {
		say(s, fmt.Sprint("new ", i))
	}
	got = f.sees(t, "▼ 12 more")
	assert.Equal(t, []string{"line 13", "line 14", "line 15", "line 16"}, got.text(), "new lines move nothing")
	f.line(t, "> half", 6)

	for range 10 {
		f.press(tcell.KeyPgUp)
	}
	got = f.sees(t, "▼ 25 more")
	assert.Equal(t, []string{"line 0", "line 1", "line 2", "line 3"}, got.text(), "not past the first")
	f.press(tcell.KeyPgDn)
	got = f.sees(t, "▼ 22 more")
	assert.Equal(t, "line 3", got.rows[0])
	f.press(tcell.KeyEnter)
	got = f.sees(t, "new 8")
	assert.NotContains(t, got.status(), "more")

	f.press(tcell.KeyPgUp)
	f.sees(t, "more")
	f.press(tcell.KeyPgDn)
	f.until(t, func(p shot) bool { return !strings.Contains(p.status(), "more") })
	say(s, "newest")
	f.sees(t, "newest") // it follows again
	f.press(tcell.KeyPgUp)
	f.sees(t, "more")
	f.InjectKey(tcell.KeyEnd, 0, tcell.ModCtrl)
	f.sees(t, "newest")
}

func TestReadingBackWhileTheScreenChanges(t *testing.T) {
	s, f := shown(t, 40, 6, Options{})
	for i := range 20 {
		say(s, fmt.Sprintf("%d %s", i, strings.Repeat("word ", 12)))
	}
	f.sees(t, "19 word")
	f.press(tcell.KeyPgUp, tcell.KeyPgUp, tcell.KeyPgUp)
	f.sees(t, "more")
	for w := 1; w < 50; w += 3 {
		for h := 1; h < 9; h++ {
			f.resize(w, h)
			f.until(t, func(p shot) bool { return len(p.rows) == h })
		}
	}
	f.resize(40, 6)
	f.sees(t, "more")
}

func TestScrollbackIsBounded(t *testing.T) {
	s, f := shown(t, 40, 6, Options{Scrollback: 10})
	for i := range 10 {
		say(s, fmt.Sprint("line ", i))
	}
	f.sees(t, "line 9")
	f.press(tcell.KeyPgUp, tcell.KeyPgUp, tcell.KeyPgUp)
	f.sees(t, "line 0")
	for i := 10; i < 100; i++ { // what is being read is forgotten
		say(s, fmt.Sprint("line ", i))
	}
	got := f.sees(t, "line 90")
	assert.Contains(t, got.status(), "▼ 6 more")
	assert.Equal(t, []string{"line 90", "line 91", "line 92", "line 93"}, got.text())
}

func TestScrollbackForgetsTheOldest(t *testing.T) {
	b := scrollback{bound: 10}
	for i := range 25 {
		b.add(0, compose([]Span{{fmt.Sprint(i), Plain}}, false))
	}
	assert.Len(t, b.lines, 10)
	assert.Equal(t, "15", b.lines[0].text)
	assert.EqualValues(t, 15, b.first)

	b.scroll(-2, 40, 4)
	assert.Equal(t, rowRef{line: 22}, b.at)
	b.add(1000, b.lines...) // more than it keeps came at once
	assert.EqualValues(t, 1025, b.first)
	assert.Len(t, b.rows(40, 4), 4)
	assert.Equal(t, rowRef{line: 1028}, b.at)

	b.follow()
	b.add(0, compose([]Span{{"one two three", Plain}}, false))
	b.scroll(-1, 5, 2)
	assert.EqualValues(t, 1, b.below(5), "the line is not seen to its end")
}

func TestPagingThroughNothing(t *testing.T) {
	s, f := shown(t, 40, 8, Options{})
	f.press(tcell.KeyPgUp, tcell.KeyPgDn)
	say(s, "one")
	f.sees(t, "one")
	f.press(tcell.KeyPgUp)
	f.typed("x")
	f.line(t, "> x", 3)
	say(s, "two")
	assert.NotContains(t, f.sees(t, "two").status(), "more")
}

func TestALineTooLongIsCut(t *testing.T) {
	l := compose([]Span{{"<bob> ", Nick}, {strings.Repeat("好", shownMax), Plain}, {"end", Plain}}, true)
	assert.Less(t, len(l.text), shownMax+8)
	assert.True(t, strings.HasSuffix(l.text, "好…"))
	assert.Empty(t, compose(nil, true).text)
	assert.Len(t, compose(nil, true).wrap(10), 1)
	assert.Len(t, compose([]Span{{}, {}, {"x", Loud}}, true).cells(), 1)
}

func TestTwentyThousandPrints(t *testing.T) {
	s, f := shown(t, 80, 24, Options{Color: true})
	began := time.Now()
	for i := range 20_000 {
		s.Print(Span{"<bob> ", Nick}, Span{fmt.Sprint("hello, this is line ", i), Plain})
	}
	f.sees(t, "line 19999")
	assert.Less(t, time.Since(began), 2*time.Second) // under -race, beside others
}

func TestNewsIsDrawnOnceAFrameAndKeysAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, f := shown(t, 80, 24, Options{})
		shots := func() int {
			synctest.Wait()
			f.mu.Lock()
			defer f.mu.Unlock()
			return f.shots
		}
		before := shots()
		for i := range 100 {
			say(s, fmt.Sprint(i))
			synctest.Wait()
		}
		assert.Equal(t, before, shots())
		f.typed("x")
		assert.Equal(t, before+1, shots())
		say(s, "later")
		time.Sleep(2 * frame)
		assert.Equal(t, before+2, shots())
		time.Sleep(time.Hour)
		assert.Equal(t, before+2, shots(), "nothing is drawn if nothing has changed")
	})
}

func TestTinyScreens(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {2, 1}, {1, 2}, {5, 2}, {3, 3}, {1, 5}, {0, 0}} {
		s, f := shown(t, max(size[0], 1), max(size[1], 1), Options{Title: "chinwag"})
		s.SetStatus("你好")
		f.resize(size[0], size[1])
		f.typed("你好🇩🇪ab")
		say(s, "<bob> 你好 world")
		f.press(tcell.KeyPgUp, tcell.KeyLeft, tcell.KeyLeft, tcell.KeyLeft, tcell.KeyPgDn, tcell.KeyHome, tcell.KeyCtrlL)
		f.paste("a\rb\rc")
		f.press(tcell.KeyEnter)
		assert.Equal(t, "a", within(t, s.Lines()).Text)
	}
}

func TestTheBellRingsOnceASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, f := shown(t, 40, 5, Options{})
		rings := func() int {
			synctest.Wait()
			f.mu.Lock()
			defer f.mu.Unlock()
			return f.beeps
		}
		s.Bell()
		s.Bell()
		time.Sleep(2 * frame)
		s.Bell()
		time.Sleep(2 * frame)
		assert.Equal(t, 1, rings())
		time.Sleep(time.Second)
		s.Bell()
		time.Sleep(2 * frame)
		assert.Equal(t, 2, rings())
	})
}

func TestEverythingIsDrawnAnew(t *testing.T) {
	f := newFake(40, 5)
	s := New(Options{Terminal: f})
	ended := make(chan error, 1)
	go func() { ended <- s.Run() }()
	f.until(t, func(shot) bool { return true })
	f.press(tcell.KeyCtrlL)
	f.typed("x")
	f.line(t, "> x", 3)
	f.resize(30, 4)
	f.until(t, func(p shot) bool { return len(p.rows) == 4 })
	s.Stop()
	assert.NoError(t, within(t, ended))
	assert.GreaterOrEqual(t, f.syncs, 2)
}
