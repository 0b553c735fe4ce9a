package tui

import (
	"math/rand/v2"
	"testing"

	"github.com/gdamore/tcell/v2"
	"github.com/gdamore/tcell/v2/terminfo"
	"github.com/rivo/uniseg"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"

	"chinwag/protocol/seedtest"
)

// drawn is a picture with a text in each row.
func drawn(width int, rows ...string) grid {
	p := blankGrid(width, len(rows))
	for y, row := range rows {
		x := 0
		for _, c := range cells(row, tcell.StyleDefault) {
			p.put(x, y, glyph{text: c.text, width: c.width})
			x += c.width
		}
	}
	return p
}

func TestRowsThatOnlyMovedAreMoved(t *testing.T) {
	const a, b, c, d, e = "<ann> one and two", "<bob> three and 四", "<ann> five and six", "<bob> seven", "<ann> eight"
	for _, test := range []struct {
		was, want []string
		move      move
	}{
		{[]string{a, b, c, d, "status", ">"}, []string{b, c, d, e, "status", ">"}, move{top: 0, bottom: 4, up: 1}},
		{[]string{a, b, c, d, "status", ">"}, []string{c, d, e, e, "status", "> x"}, move{top: 0, bottom: 4, up: 2}},
		{[]string{b, c, d, e, "status", ">"}, []string{a, b, c, d, "status", ">"}, move{top: 0, bottom: 4, up: -1}},
		{[]string{"", "", a, b, c, ">"}, []string{"", a, b, c, d, ">"}, move{top: 0, bottom: 5, up: 1}}, // blank rows go with the others
		{[]string{a, b, c, d, "status", ">"}, []string{a, b, c, d, "status", "> x"}, move{}},
		{[]string{a, a, a, a, "status", ">"}, []string{a, a, a, e, "status", ">"}, move{}},
	} {
		was, want := drawn(20, test.was...), drawn(20, test.want...)
		m, found := findMove(was, want)
		assert.Equal(t, test.move, m)
		if found {
			was.apply(m)
			again, found := findMove(was, want)
			assert.False(t, found, "%v", again)
		}
	}
}

// Whatever picture follows whatever other, a terminal that sees all as we do shows it.
func TestAnyPictureAfterAnyOther(t *testing.T) {
	info, err := tcell.LookupTerminfo("xterm-256color")
	require.NoError(t, err)
	seedtest.Each(t, 50, func(t *testing.T, seed uint64) {
		random := rand.New(rand.NewPCG(seed, 19))
		w, h := 1+random.IntN(30), 1+random.IntN(12)
		e := newEmulator(opinions[0], w, h)
		p := pen{info: info, noMoves: seed%5 == 0}
		shown := blankGrid(w, h)
		p.start(w)
		p.clearAll()
		_, _ = e.Write(p.out)
		for range 40 {
			want := blankGrid(w, h)
			want.copy(shown)
			if h > 1 && random.IntN(3) > 0 {
				up := 1 + random.IntN(h-1)
				want.apply(move{top: random.IntN(h - up), bottom: h, up: up * (1 - 2*random.IntN(2))})
			}
			for range random.IntN(8) {
				text := []string{"a", " ", "字", "b", "é", "ж"}[random.IntN(6)]
				look := []string{"", "\x1b[7m"}[random.IntN(2)]
				want.put(random.IntN(w), random.IntN(h), glyph{text, look, uniseg.StringWidth(text)})
			}
			p.start(w)
			p.update(shown, want)
			shown.copy(want)
			_, _ = e.Write(p.out)
			for y, row := range want {
				for x, g := range row {
					require.Equal(t, g.text, e.cells[y][x], "column %d of row %d, seed %d\n%s", x, y, seed, e)
					require.Equal(t, g.sgr != "", e.reverse[y][x], "column %d of row %d, seed %d", x, y, seed)
				}
			}
		}
	})
}

func TestWhatAnotherCharacterSetHas(t *testing.T) {
	gbk, latin := pen{encoding: simplifiedchinese.GBK}, pen{encoding: charmap.ISO8859_1}
	assert.Equal(t, "\xc4\xe3", gbk.encode("你", 2))
	assert.Equal(t, "??", gbk.encode("😀", 2))
	assert.Equal(t, "e", gbk.encode("e\u0301", 1), "better without the accent than not at all")
	assert.Equal(t, "\xe9", latin.encode("é", 1))
	assert.Equal(t, "?", latin.encode("ж", 1))
	assert.Equal(t, "??", latin.encode("你", 2))
	assert.Equal(t, tcell.RuneFallbacks[tcell.RuneHLine], latin.encode(string(tcell.RuneHLine), 1))
}

func TestColoursOfATerminalWithFew(t *testing.T) {
	info, err := tcell.LookupTerminfo("xterm")
	require.NoError(t, err)
	p := pen{info: info}
	assert.Equal(t, "\x1b[31m", p.sgr(tcell.StyleDefault.Foreground(tcell.PaletteColor(1)), 8))
	assert.Equal(t, "\x1b[32m", p.sgr(tcell.StyleDefault.Foreground(tcell.PaletteColor(34)), 8), "the nearest")
	assert.Empty(t, p.sgr(tcell.StyleDefault.Foreground(tcell.PaletteColor(34)), 0))
	assert.Equal(t, "\x1b[1m\x1b[2m\x1b[7m", p.sgr(tcell.StyleDefault.Bold(true).Dim(true).Reverse(true), 8))
	assert.Equal(t, "\x1b[7m", withoutDelays("\x1b[7m$<2>"))
}

// What moves its cursor in another way is none of those whose sequences we know.
func TestATerminalOlderThanTheStandardIsLeftToTcell(t *testing.T) {
	terminfo.AddTerminfo(&terminfo.Terminfo{Name: "older", Columns: 80, Lines: 24, SetCursor: "\x1b=%p1%' '%+%c%p2%' '%+%c"})
	for name, want := range map[string]any{"older": &terminal{}, "vt100": &canvas{}, "linux": &canvas{}, "xterm": &canvas{}} {
		t.Setenv("TERM", name)
		s, err := overTty(&emulatedTty{})
		require.NoError(t, err)
		assert.IsType(t, want, s, name)
	}
}
