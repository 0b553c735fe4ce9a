package tui

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/uniseg"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/protocol/seedtest"
)

// emulatedTty is a tty with emulators in the place of a terminal, all of which are shown the same.
type emulatedTty struct {
	typed chan []byte // what the next reads bring
	over  chan struct{}
	once  sync.Once

	mu        sync.Mutex
	w, h      int
	resized   func()
	sent      int // bytes
	emulators []*emulator
}

func (*emulatedTty) Start() error { return nil }
func (*emulatedTty) Stop() error  { return nil }
func (*emulatedTty) Close() error { return nil }

func (e *emulatedTty) Drain() error {
	e.once.Do(func() { close(e.over) })
	return nil
}

func (e *emulatedTty) Read(b []byte) (int, error) {
	select {
	case typed := <-e.typed:
		return copy(b, typed), nil
	case <-e.over:
		return 0, errors.New("drained")
	}
}

func (e *emulatedTty) Write(b []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.sent += len(b)
	for _, emulator := range e.emulators {
		_, _ = emulator.Write(b)
	}
	return len(b), nil
}

func (e *emulatedTty) NotifyResize(f func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.resized = f
}

func (e *emulatedTty) WindowSize() (tcell.WindowSize, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return tcell.WindowSize{Width: e.w, Height: e.h}, nil
}

func (e *emulatedTty) resize(w, h int) {
	e.mu.Lock()
	e.w, e.h = w, h
	for _, emulator := range e.emulators {
		emulator.resize(w, h)
	}
	resized := e.resized
	e.mu.Unlock()
	resized()
}

// both are a screen on emulators and one on the fake, which are told the same. They live in a bubble.
type both struct {
	t    *testing.T
	tty  *emulatedTty
	fake *fake
	on   [2]*Screen
}

func newBoth(t *testing.T, kind string, w, h int) *both {
	t.Setenv("TERM", kind)
	t.Setenv("LC_ALL", "C.UTF-8")
	b := &both{t: t, tty: &emulatedTty{typed: make(chan []byte), over: make(chan struct{}), w: w, h: h}}
	for _, o := range opinions {
		b.tty.emulators = append(b.tty.emulators, newEmulator(o, w, h))
	}
	term, err := overTty(b.tty)
	require.NoError(t, err)
	b.on[1], b.fake = shown(t, w, h, Options{Title: "chinwag", Color: true})
	b.on[0] = New(Options{Title: "chinwag", Color: true, Terminal: term})
	ended := make(chan error, 1)
	go func() { ended <- b.on[0].Run() }()
	t.Cleanup(func() {
		b.on[0].Stop()
		require.NoError(t, within(t, ended))
		for _, e := range b.tty.emulators {
			assert.True(t, e.wrap, "%s is left without wrapping", e.name)
		}
	})
	b.settle()
	return b
}

func (*both) settle() {
	time.Sleep(2 * frame)
	synctest.Wait()
}

func (b *both) print(spans ...Span) {
	for _, s := range b.on {
		s.Print(spans...)
	}
}

func (b *both) status(status string) {
	for _, s := range b.on {
		s.SetStatus(status)
	}
}

func (b *both) types(text string) {
	for _, r := range text {
		b.tty.typed <- []byte(string(r))
		b.fake.typed(string(r))
		synctest.Wait() // how far the line is scrolled depends on what was drawn on the way
	}
}

// keys that a terminal sends, and what tcell makes of them.
var keys = map[string]tcell.Key{
	"\x1b[5~": tcell.KeyPgUp, "\x1b[6~": tcell.KeyPgDn, "\x1b[D": tcell.KeyLeft, "\x1b[C": tcell.KeyRight,
	"\x7f": tcell.KeyBackspace, "\x01": tcell.KeyCtrlA, "\x05": tcell.KeyCtrlE, "\r": tcell.KeyEnter, "\x0c": tcell.KeyCtrlL,
}

func (b *both) presses(key string) {
	b.tty.typed <- []byte(key)
	b.fake.press(keys[key])
}

func (b *both) resize(w, h int) {
	b.tty.resize(w, h)
	b.fake.resize(w, h)
}

// costs is how many bytes something sends.
func (b *both) costs(what func()) int {
	b.t.Helper()
	b.settle()
	before := b.tty.sent
	what()
	b.settle()
	return b.tty.sent - before
}

// check compares all that the emulators show with the fake: whatever a terminal makes of a character that it could see
// otherwise than we do, that stays where the character is, and all around it is as it should be.
func (b *both) check(after string) {
	b.t.Helper()
	b.settle()
	want, w, h := b.fake.GetContents()
	cx, cy, _ := b.fake.GetCursor()
	for _, e := range b.tty.emulators {
		require.Empty(b.t, e.wrong, "%s, after %s", e.name, after)
		require.Equal(b.t, [2]int{cx, cy}, [2]int{e.x, e.y}, "the cursor, %s, after %s", e.name, after)
		require.False(b.t, e.hidden, "the cursor, %s, after %s", e.name, after)
		for y := range h {
			row := want[y*w : (y+1)*w]
			for x, next := 0, 0; x < w; x = next {
				next = x + max(1, uniseg.StringWidth(string(row[x].Runes)))
				if !e.shows(row, x, next, y) {
					require.Fail(b.t, "a stray cell", "%q at column %d of row %d is %q, %s, after %s\n%s",
						string(row[x].Runes), x, y, e.cells[y][x], e.name, after, e)
				}
			}
		}
	}
}

// shows reports whether the character from column x to next of a row is seen as it can be.
func (e *emulator) shows(row []tcell.SimCell, x, next, y int) bool {
	want, got := string(row[x].Runes), e.cells[y][x]
	_, _, attrs := row[x].Style.Decompose()
	reverse := e.reverse[y][x] == (attrs&tcell.AttrReverse != 0)
	switch {
	case e.joins && x+16 <= len(row): // there is room for all of a long one
		return got == want && reverse
	case agreed(want) && next < len(row) && !agreed(string(row[next].Runes)): // it may have taken that for an accent
		return strings.HasPrefix(got, want) && reverse
	case agreed(want):
		return got == want && reverse
	case e.name == "each rune alone" && next < len(row):
		r, _ := utf8.DecodeRuneInString(want)
		return strings.HasPrefix(got, string(r)) && reverse
	default:
		return true
	}
}

// agreed reports whether all terminals agree about the width of a character.
func agreed(text string) bool {
	r, size := utf8.DecodeRuneInString(text)
	return size == len(text) && unquestioned(r)
}

// unlike are characters about which terminals have different opinions.
var unlike = []string{
	"👍🏽", "👩🏿\u200d🚀", "👨\u200d👩\u200d👧\u200d👦", "👨🏻\u200d❤️\u200d💋\u200d👨🏿", "🇩🇪", "🇩🇪🇫🇷", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🏳️\u200d🌈", "☺️", "❤️", "1️⃣", "😀", "🫩", "🏽",
	"e\u0301", "a\u0301\u0302\u0303\u0304", "\u0301", "한", "\u1112\u1161\u11ab", "กำ", "ที่", "कि", "क्\u200dष", "ஃ", "ស្រី", "⸺", "⸻",
	"é", "жук", "αβγ", "…", "“x”", "—", "▼", "•", "·", "─", "①", "☃", "\u00a0", "\ue0b0", "ﷺ", "שלום", "مرحبا", "。", "ｶﾞ", "ﾊﾟ", "㌀", "〰️", "ℹ️", "™️", "\U0001f9ff\u200d", "\U000f0000",
}

func unlikeText(random *rand.Rand, n int) string {
	var b strings.Builder
	for range n {
		switch random.IntN(4) {
		case 0:
			b.WriteString(" ab "[:1+random.IntN(4)])
		case 1:
			b.WriteString("你好")
		default:
			b.WriteString(unlike[random.IntN(len(unlike))])
		}
	}
	return b.String()
}

func TestNoTerminalKeepsStrayCells(t *testing.T) {
	for _, kind := range []string{"tmux-256color", "vt100"} {
		t.Run(kind, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBoth(t, kind, 40, 12)
				b.print(Span{"<bob> ", Nick}, Span{"a 👍🏽 b", Plain})
				b.check("a skin tone")
				for i := range 30 {
					b.print(Span{"<bob> ", Nick}, Span{fmt.Sprint("line ", i), Plain})
					b.check("a line that scrolls")
				}
				for _, u := range unlike {
					for _, text := range []string{u, "a " + u + " b", strings.Repeat(u, 3) + "好", strings.Repeat("x", 33) + u + "y", strings.Repeat("好", 17) + u} {
						b.print(Span{text, Plain})
						b.status(text)
						b.check(fmt.Sprintf("%q", text))
					}
					b.resize(40, 12) // it is no other size, but the terminal has begun anew
					b.check("a resize")
					b.print(Span{"plain", Dim})
					b.check("plain after " + u)
				}
			})
		})
	}
}

func TestNoTerminalKeepsStrayCellsWhateverIsDone(t *testing.T) {
	seedtest.Each(t, 4, func(t *testing.T, seed uint64) {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 19))
			b := newBoth(t, []string{"xterm-256color", "linux"}[seed%2], 30, 10)
			for range 150 {
				after := ""
				switch random.IntN(10) {
				case 0, 1, 2, 3:
					text := unlikeText(random, random.IntN(20))
					after = fmt.Sprintf("printing %q", text)
					b.print(Span{"<ann> ", Nick}, Span{text, Style(random.IntN(4))})
				case 4:
					for range random.IntN(12) {
						b.print(Span{"short", Loud})
					}
					after = "many lines"
				case 5, 6:
					after = unlikeText(random, 1+random.IntN(3))
					b.types(after)
					after = fmt.Sprintf("typing %q", after)
				case 7, 8:
					var all []string
					for k := range keys {
						all = append(all, k)
					}
					k := all[random.IntN(len(all))]
					b.presses(k)
					after = fmt.Sprintf("pressing %q", k)
				case 9:
					w, h := 1+random.IntN(50), 1+random.IntN(14)
					b.resize(w, h)
					after = fmt.Sprintf("resizing to %dx%d", w, h)
				}
				b.check(after)
			}
		})
	})
}

// Cells that are sent again although they have not changed make the screen slow over a long line.
func TestWhatKeysAndLinesCost(t *testing.T) {
	for _, kind := range []string{"xterm-256color", "tmux-256color", "linux"} {
		t.Run(kind, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBoth(t, kind, 100, 30)
				for i := range 40 { // no row like another
					text := ""
					for j := range 46 {
						text += string(rune('一' + i*46 + j))
					}
					b.print(Span{"<bob>", Nick}, Span{" " + text, Plain})
				}
				b.check("the screen is full")

				key := b.costs(func() { b.types("x") })
				wide := b.costs(func() { b.types("字") })
				chinese := b.costs(func() { b.print(Span{"<bob>", Nick}, Span{" " + strings.Repeat("你好吗", 9), Plain}) })
				english := b.costs(func() { b.print(Span{"<bob>", Nick}, Span{" " + strings.Repeat("hello ", 9), Plain}) })
				russian := b.costs(func() { b.print(Span{"<bob>", Nick}, Span{" " + strings.Repeat("привет ", 7) + "мир", Plain}) })
				emoji := b.costs(func() { b.print(Span{"<bob>", Nick}, Span{" " + strings.Repeat("😀", 27), Plain}) })
				status := b.costs(func() { b.status("#lobby · 4 here") })
				again := b.costs(func() { b.status("#lobby · 5 here") })
				back := b.costs(func() { b.presses("\x01") })
				nothing := b.costs(func() { b.presses("\x01") })
				b.check("all that")
				t.Logf("a letter %d, a wide one %d, a line of Chinese %d, of English %d, of Russian %d, of emoji %d, a status %d, its number %d, the cursor %d, nothing %d",
					key, wide, chinese, english, russian, emoji, status, again, back, nothing)
				assert.LessOrEqual(t, key, 80, "a letter")
				assert.LessOrEqual(t, wide, 80, "a wide letter")
				assert.LessOrEqual(t, chinese, 250, "a line of 60 columns")
				assert.LessOrEqual(t, english, 250, "a line of 60 columns")
				assert.LessOrEqual(t, russian, 300, "a line of 60 columns")
				assert.LessOrEqual(t, emoji, 500, "a line of 60 columns")
				assert.LessOrEqual(t, again, 80, "a number in the status line")
				assert.LessOrEqual(t, back, 40, "the cursor")
				assert.Zero(t, nothing)
			})
		})
	}
}
