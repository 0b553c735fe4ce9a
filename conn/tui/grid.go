package tui

import (
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// grid is the content of a terminal: rows, with a glyph for each column.
type grid [][]glyph

// glyph is one grapheme cluster and its style. The columns behind a wide one have no text of their own.
type glyph struct {
	text  string // "": the glyph to the left reaches over this column
	sgr   string // the sequence after sgrReset that makes a terminal draw like this
	width int
}

var blank = glyph{text: " ", width: 1}

// blankGrid shows nothing.
func blankGrid(width, height int) grid {
	p := make(grid, max(height, 0))
	for y := range p {
		p[y] = make([]glyph, max(width, 0))
	}
	p.clear()
	return p
}

func (p grid) clear() {
	for _, row := range p {
		wipe(row)
	}
}

func wipe(row []glyph) {
	for x := range row {
		row[x] = blank
	}
}

func (p grid) width() int {
	if len(p) == 0 {
		return 0
	}
	return len(p[0])
}

// sameSize reports whether the two have as many rows and columns.
func (p grid) sameSize(o grid) bool { return len(p) == len(o) && p.width() == o.width() }

func (p grid) copy(from grid) {
	for y := range p {
		copy(p[y], from[y])
	}
}

// put draws a glyph, if there is room for it. A wide one that it covers in part goes as a whole.
func (p grid) put(x, y int, g glyph) {
	if x < 0 || y < 0 || y >= len(p) || x+g.width > len(p[y]) {
		return
	}
	row := p[y]
	for i := range g.width {
		uncover(row, x+i)
	}
	row[x] = g
	for i := 1; i < g.width; i++ {
		row[x+i] = glyph{sgr: g.sgr}
	}
}

// uncover puts blanks in the place of the wide glyph that column x belongs to, if there is one.
func uncover(row []glyph, x int) {
	start := x
	for row[start].text == "" {
		start--
	}
	g := row[start]
	for i := range g.width {
		row[start+i] = glyph{text: " ", sgr: g.sgr, width: 1}
	}
}

// used is the number of columns before the blank end of a row.
func used(row []glyph) int {
	end := len(row)
	for end > 0 && row[end-1] == blank {
		end--
	}
	return end
}

func same(a, b []glyph) bool {
	for x := range a {
		if a[x] != b[x] {
			return false
		}
	}
	return true
}

// difference is the range of columns in which two rows differ, in whole glyphs of both.
func difference(a, b []glyph) (from, to int) {
	for to = len(a); from < to && a[from] == b[from]; from++ {
	}
	for ; to > from && a[to-1] == b[to-1]; to-- {
	}
	if from == to {
		return from, to
	}
	for a[from].text == "" || b[from].text == "" {
		from--
	}
	for to < len(a) && (a[to].text == "" || b[to].text == "") {
		to++
	}
	return from, to
}

// move is a block of rows that has moved up or down and is unchanged otherwise.
type move struct {
	top, bottom int // the block and the rows that become free
	up          int // by how many rows; less than 0: down
}

const moveCost = 24 // bytes, about

// findMove is the move that saves most, if any saves more than moveCost.
func findMove(was, want grid) (best move, found bool) {
	changed := make([]int, len(want)) // the cost of drawing each row anew; 0 if it has not changed
	rows := 0
	for y := range want {
		if !same(was[y], want[y]) {
			changed[y] = used(want[y])
			rows++
		}
	}
	if rows < 3 {
		return move{}, false
	}
	most := moveCost
	for up := 1 - len(want); up < len(want); up++ {
		saves, from := 0, -1
		for y := max(0, -up); up != 0 && y < min(len(want), len(want)-up); y++ {
			if !same(want[y], was[y+up]) {
				saves, from = 0, -1
				continue
			}
			if from < 0 {
				from = y
			}
			if saves += changed[y]; saves > most {
				most, found = saves, true
				best = move{top: min(from, from+up), bottom: max(y, y+up) + 1, up: up}
			}
		}
	}
	return best, found
}

// apply moves the rows. Rows that become free are blank.
func (p grid) apply(m move) {
	block := p[m.top:m.bottom]
	n := len(block)
	rotated := make(grid, 0, n)
	k := (m.up + n) % n
	rotated = append(append(rotated, block[k:]...), block[:k]...)
	copy(block, rotated)
	free := block[n-max(m.up, 0):]
	if m.up < 0 {
		free = block[:-m.up]
	}
	free.clear()
}

// sure reports whether terminals agree about the width of a glyph: those of ASCII take one column, and the common ones
// of Chinese, Japanese and Korean two. For all others some terminal differs: it does not join clusters, has older
// tables than ours, or draws ambiguous letters wide in a Chinese locale.
func (g glyph) sure() bool {
	r, size := utf8.DecodeRuneInString(g.text)
	if size < len(g.text) {
		return false
	}
	switch {
	case g.text == "":
		return true // the first column of the glyph decides
	case g.width == 1:
		return r >= ' ' && r <= '~'
	case g.width == 2:
		return r >= 0x3001 && r <= 0x3003 || r >= 0x3008 && r <= 0x3011 || // 、。〃 and brackets
			r >= 0x3041 && r <= 0x3096 || r >= 0x30a1 && r <= 0x30fc || // kana
			r >= 0x3400 && r <= 0x4dbf || r >= 0x4e00 && r <= 0x9fff || // ideographs
			r >= 0xac00 && r <= 0xd7a3 || // syllables of Hangul
			r >= 0xff01 && r <= 0xff5e // full-width forms of ASCII
	default:
		return false
	}
}

// letter reports whether a glyph that is not sure is a single narrow rune, such as ж or é. A terminal that draws them
// wide does so with all of them: a word of them stays readable if it is drawn in one go.
func (g glyph) letter() bool {
	return g.width == 1 && utf8.RuneCountInString(g.text) == 1 && !g.sure()
}

// apart is how many columns a glyph takes on a terminal that joins only accents.
func (g glyph) apart() (width int) {
	for _, r := range g.text {
		if r >= 0x1f3fb && r <= 0x1f3ff { // a skin tone, which is drawn like any emoji
			width += 2
		} else {
			width += uniseg.StringWidth(string(r))
		}
	}
	return max(width, g.width)
}
