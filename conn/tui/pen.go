package tui

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gdamore/tcell/v2"
	"github.com/gdamore/tcell/v2/terminfo"
	"golang.org/x/text/encoding"
)

// Sequences of ECMA-48 and of the VT100, which today's terminals obey.
const (
	sgrReset = "\x1b[m"
	clearAll = sgrReset + "\x1b[H\x1b[2J"
	clearEnd = "\x1b[K" // from the cursor to the end of the row
	wrapOff  = "\x1b[?7l"
	wrapOn   = "\x1b[?7h"
	beginAll = "\x1b[?2026h" // show nothing until endAll; a terminal that does not know it ignores it
	endAll   = "\x1b[?2026l"
)

// pen writes the sequences that turn one grid on a terminal into another.
//
// It never relies on the place of the cursor behind a glyph whose width may differ on the terminal. It moves the cursor
// explicitly, and clears the row from there first, so that the remains of the glyph are gone before the next one is
// drawn.
type pen struct {
	info     *terminfo.Terminfo
	encoding encoding.Encoding // nil: UTF-8
	noMoves  bool              // the terminal cannot delete and insert rows

	out     []byte
	x, y    int // of the cursor; x < 0: unknown
	sgrNow  string
	known   bool // the terminal draws with sgrNow
	columns int
}

// start begins a stretch of output. The place and the style of the terminal's cursor are unknown.
func (p *pen) start(columns int) {
	p.out, p.x, p.known, p.columns = p.out[:0], -1, false, columns
}

func (p *pen) text(s string) { p.out = append(p.out, s...) }

func (p *pen) sequence(final byte, args ...int) {
	p.text("\x1b[")
	for i, a := range args {
		if i > 0 {
			p.out = append(p.out, ';')
		}
		p.out = strconv.AppendInt(p.out, int64(a), 10)
	}
	p.out = append(p.out, final)
}

// to puts the cursor at a place.
func (p *pen) to(x, y int) {
	if p.x != x || p.y != y {
		p.sequence('H', y+1, x+1)
		p.x, p.y = x, y
	}
}

func (p *pen) setStyle(look string) {
	if p.known && p.sgrNow == look {
		return
	}
	if !p.known || p.sgrNow != "" {
		p.text(sgrReset)
	}
	p.text(look)
	p.sgrNow, p.known = look, true
}

// clearEnd clears the row from the cursor on; in no style, since some terminals clear to the colour that they draw
// with.
func (p *pen) clearEnd() {
	p.setStyle("")
	p.text(clearEnd)
}

// clearAll makes the whole screen blank.
func (p *pen) clearAll() {
	p.text(wrapOff)
	p.text(clearAll)
	p.sgrNow, p.known, p.x = "", true, -1
}

// update turns one grid into another. It changes was.
func (p *pen) update(was, want grid) {
	if !p.noMoves {
		if m, found := findMove(was, want); found {
			p.move(m)
			was.apply(m)
		}
	}
	for y, row := range want {
		p.row(y, was[y], row)
	}
}

// move moves rows: those in the way are deleted at one end, and blank ones inserted at the other.
func (p *pen) move(m move) {
	p.setStyle("")
	if m.up > 0 {
		p.shift(m.top, 'M', m.up)
		p.shift(m.bottom-m.up, 'L', m.up)
	} else {
		p.shift(m.bottom+m.up, 'M', -m.up)
		p.shift(m.top, 'L', -m.up)
	}
}

// shift inserts or deletes rows at row y. Terminals leave the cursor at the beginning of the row, or where it was.
func (p *pen) shift(y int, kind byte, rows int) {
	p.to(0, y)
	p.sequence(kind, rows)
	p.x = -1
}

// row turns one row into another.
func (p *pen) row(y int, was, want []glyph) {
	from, to := difference(was, want)
	if from == to {
		return
	}
	if !was[from].sure() || !want[from].sure() {
		from = wordBefore(want, from)
	}
	end := used(want)
	if !allSure(want[from:to]) {
		p.to(from, y)
		p.clearEnd()
		p.glyphs(y, want, from, end)
		return
	}
	p.glyphs(y, want, from, min(to, end))
	if to > end {
		p.to(max(from, end), y)
		p.clearEnd()
	}
}

// wordBefore is the column to draw from, if a change at x begins with a glyph that is not sure, or was one: from the
// glyph to its left, since a terminal may have drawn it as an accent upon that, and from the beginning of a word drawn
// in one go.
func wordBefore(row []glyph, x int) int {
	for x > 0 {
		for x--; row[x].text == ""; x-- {
		}
		if !row[x].letter() {
			break
		}
	}
	return x
}

func allSure(gs []glyph) bool {
	for _, g := range gs {
		if !g.sure() {
			return false
		}
	}
	return true
}

// glyphs draws part of a row. If it holds a glyph that is not sure, the row must be blank on the terminal from there
// on.
func (p *pen) glyphs(y int, row []glyph, from, to int) {
	for x := from; x < to; x += row[x].width {
		g, next := row[x], x+row[x].width
		p.to(x, y)
		p.glyph(x, g)
		switch {
		case next >= len(row):
			p.x = -1 // terminals differ in the place of the cursor now
			p.atEnd(y, row, x)
		case g.sure(), g.letter() && next < to && row[next].letter():
			p.x = next
		default:
			p.x = -1
			p.to(next, y)
			p.clearEnd()
		}
	}
}

// atEnd redraws the glyph before the one at x, which is the last of a row: a terminal that draws the last one wider,
// and may not begin another row with it, draws it further left.
func (p *pen) atEnd(y int, row []glyph, x int) {
	if x == 0 || row[x].sure() {
		return
	}
	for x--; row[x].text == ""; x-- {
	}
	if row[x].sure() {
		p.to(x, y)
		p.glyph(x, row[x])
		p.x = -1
	}
}

// glyph draws one. If the parts of a cluster, each drawn alone, would not fit into the row, only the first is drawn: at
// the end of a row they would pile up in its last column.
func (p *pen) glyph(x int, g glyph) {
	p.setStyle(g.sgr)
	text := g.text
	if !g.sure() && x+g.apart() > p.columns {
		_, size := utf8.DecodeRuneInString(text)
		text = text[:size]
	}
	if p.encoding == nil {
		p.text(text)
		return
	}
	p.text(p.encode(text, g.width))
}

// encode is text in the terminal's character set, or the part of it that the set has.
func (p *pen) encode(text string, width int) string {
	r, size := utf8.DecodeRuneInString(text)
	for _, t := range []string{text, text[:size]} { // without its accent, a letter can still be read
		if b, err := p.encoding.NewEncoder().String(t); err == nil && !strings.Contains(b, "\x1a") {
			return b
		}
	}
	for _, like := range []map[rune]string{likeness, tcell.RuneFallbacks} {
		if fallback, ok := like[r]; ok {
			return fallback
		}
	}
	return "??"[:min(width, 2)]
}

// sgr is the sequence for a style: the colour of letters, bold, dim and reversed, which are all that the screen uses.
func (p *pen) sgr(s tcell.Style, colors int) string {
	fg, _, attrs := s.Decompose()
	look := ""
	if colors > 0 && fg.Valid() {
		look += p.info.TParm(p.info.SetFg, nearestColor(fg, min(colors, 256)))
	}
	for _, a := range []struct {
		is    tcell.AttrMask
		looks string
	}{
		{tcell.AttrBold, p.info.Bold},
		{tcell.AttrDim, p.info.Dim},
		{tcell.AttrReverse, p.info.Reverse},
	} {
		if attrs&a.is != 0 {
			look += a.looks
		}
	}
	return withoutDelays(look)
}

var delay = regexp.MustCompile(`\$<[^>]*>`)

// withoutDelays is a sequence without the pauses that the oldest terminals needed.
func withoutDelays(sequence string) string { return delay.ReplaceAllString(sequence, "") }

// nearestColor is the number of the colour among the first of the palette that looks most like c.
func nearestColor(c tcell.Color, colors int) int {
	palette := make([]tcell.Color, colors)
	for i := range palette {
		palette[i] = tcell.PaletteColor(i)
	}
	return int(tcell.FindColor(c, palette) &^ tcell.ColorValid)
}
