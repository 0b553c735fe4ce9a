package tui

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// opinion is what a kind of terminal thinks of characters.
type opinion struct {
	name  string
	joins bool           // draws a cluster as one character, as wide as we think
	width func(rune) int // of each rune, where it does not; 0: it goes onto the one before
	wraps bool           // it does so whatever it is told
}

// opinions are those of terminals that there are, and of some worse ones.
var opinions = []opinion{
	{name: "joins clusters", joins: true},
	{name: "each rune alone", width: runeAlone},
	{name: "each rune alone, always wraps", width: runeAlone, wraps: true},
	{name: "wide letters", width: func(r rune) int { // as in a Chinese locale
		if w := runeAlone(r); w != 1 || r < 0x80 {
			return w
		}
		return 2
	}},
	{name: "accents take a column", width: func(r rune) int { return max(runeAlone(r), 1) }}, // the Linux console's
	{name: "knows no emoji", width: func(r rune) int {
		if r >= 0x1f000 {
			return 1
		}
		return runeAlone(r)
	}},
	{name: "all narrow but Chinese", width: func(r rune) int {
		if unquestioned(r) {
			return runeAlone(r)
		}
		return 1
	}},
	{name: "all wide but ASCII", width: func(r rune) int {
		if r < 0x80 {
			return 1
		}
		return 2
	}},
	{name: "what it does not know has no width", width: func(r rune) int {
		if unquestioned(r) {
			return runeAlone(r)
		}
		return 0
	}},
}

// runeAlone is what wcwidth tells in most systems.
func runeAlone(r rune) int {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case r >= 0x1f1e6 && r <= 0x1f1ff: // parts of flags
		return 1
	case r >= 0x1f3fb && r <= 0x1f3ff: // skin tones
		return 2
	default:
		return uniseg.StringWidth(string(r))
	}
}

// unquestioned are the runes whose width no terminal here has an opinion of its own about.
func unquestioned(r rune) bool { return r < 0x80 || unicode.Is(eastAsian, r) }

var eastAsian = &unicode.RangeTable{R16: []unicode.Range16{
	{0x3001, 0x3003, 1}, {0x3008, 0x3011, 1}, {0x3041, 0x3096, 1}, {0x30a1, 0x30fc, 1}, {0x3400, 0x4dbf, 1},
	{0x4e00, 0x9fff, 1}, {0xac00, 0xd7a3, 1}, {0xff01, 0xff5e, 1},
}}

// emulator is a terminal: what has been written to it, and what it shows.
type emulator struct {
	opinion
	cells   [][]string // "": the one to the left reaches over it
	reverse [][]bool
	x, y    int
	pending bool // the next character goes to the next row
	wrap    bool
	turned  bool // draws reversed
	hidden  bool // the cursor
	last    *string
	rest    string
	wrong   []string // what it was sent and does not know
}

func newEmulator(o opinion, w, h int) *emulator {
	e := &emulator{opinion: o, wrap: true}
	e.resize(w, h)
	return e
}

// resize leaves rubbish: the content of a terminal is undefined then.
func (e *emulator) resize(w, h int) {
	e.cells, e.reverse = make([][]string, h), make([][]bool, h)
	for y := range h {
		e.cells[y], e.reverse[y] = strings.Split(strings.Repeat("#", w), ""), make([]bool, w)
	}
	e.x, e.y, e.last = 0, 0, nil
}

var escape = regexp.MustCompile("^(?:\x1b\\[([<=>?]?)([0-9;:]*)([ -/]*)([@-~])|\x1b\\][^\a\x1b]*(?:\a|\x1b\\\\)|\x1b[()].|\x1b[=>])")

func (e *emulator) Write(b []byte) (int, error) {
	for e.rest += string(b); e.rest != ""; {
		if e.rest[0] == '\x1b' {
			m := escape.FindStringSubmatch(e.rest[:min(len(e.rest), 64)])
			if m == nil {
				break // the rest of it has not come yet
			}
			e.rest, e.last = e.rest[len(m[0]):], nil
			e.obey(m)
			continue
		}
		r, size := utf8.DecodeRuneInString(e.rest)
		switch {
		case r == '\a', r == '\x0f': // the bell, and a character set
		case r == '\b':
			e.x, e.pending, e.last = max(e.x-1, 0), false, nil
		case r < ' ', r == utf8.RuneError:
			e.wrong = append(e.wrong, fmt.Sprintf("%q", e.rest[:size]))
		default:
			e.show(r)
		}
		e.rest = e.rest[size:]
	}
	return len(b), nil
}

func (e *emulator) obey(m []string) {
	private, final := m[1]+m[3], m[4]
	var args []int
	for a := range strings.FieldsFuncSeq(m[2], func(r rune) bool { return r == ';' || r == ':' }) {
		n, _ := strconv.Atoi(a)
		args = append(args, n)
	}
	arg := func(i int) int {
		if i < len(args) && args[i] > 0 {
			return args[i]
		}
		return 1
	}
	switch private + final {
	case "": // no CSI: a character set, a keypad
	case "H":
		e.y, e.x, e.pending = min(arg(0), len(e.cells))-1, min(arg(1), len(e.cells[0]))-1, false
	case "J":
		for y := range e.cells {
			e.erase(y, 0)
		}
	case "K":
		e.erase(e.y, e.x)
	case "L":
		e.shift(func(n int) int { return n - min(arg(0), len(e.cells)-e.y) })
	case "M":
		e.shift(func(n int) int { return n + min(arg(0), len(e.cells)-e.y) })
	case "@":
		row := e.cells[e.y]
		copy(row[e.x+1:], row[e.x:])
		row[e.x] = " "
	case "m":
		e.turned = slices.Contains(args, 7) || len(args) > 0 && args[0] != 0 && e.turned
	case "?h", "?l":
		for _, a := range args {
			switch a {
			case 7:
				e.wrap = final == "h"
			case 25:
				e.hidden = final == "l"
			}
		}
	case "h", "?c", ">m", ">u", "<u", "t", " q":
	default:
		e.wrong = append(e.wrong, strings.Join(m, " "))
	}
}

// shift takes each row at the cursor and below it from another.
func (e *emulator) shift(from func(int) int) {
	cells, reverse := e.cells, e.reverse
	e.cells, e.reverse = append([][]string{}, cells...), append([][]bool{}, reverse...)
	for y := e.y; y < len(cells); y++ {
		e.cells[y], e.reverse[y] = make([]string, len(cells[0])), make([]bool, len(cells[0]))
		if f := from(y); f >= e.y && f < len(cells) {
			copy(e.cells[y], cells[f])
			copy(e.reverse[y], reverse[f])
		} else {
			e.erase(y, 0)
		}
	}
	e.x, e.pending = 0, false
}

func (e *emulator) erase(y, from int) {
	if from > 0 {
		e.halve(y, from)
	}
	for x := from; x < len(e.cells[y]); x++ {
		e.cells[y][x], e.reverse[y][x] = " ", e.turned
	}
}

// halve blanks what is left of a character that something else begins in the middle of.
func (e *emulator) halve(y, x int) {
	if x >= len(e.cells[y]) || e.cells[y][x] != "" {
		return
	}
	for i := x; i < len(e.cells[y]) && e.cells[y][i] == ""; i++ {
		e.cells[y][i] = " "
	}
	for x--; e.cells[y][x] == ""; x-- {
		e.cells[y][x] = " "
	}
	e.cells[y][x] = " "
}

func (e *emulator) show(r rune) {
	if e.joins && e.last != nil {
		if uniseg.GraphemeClusterCount(*e.last+string(r)) == 1 {
			e.join(r)
			return
		}
	}
	w := 0
	if e.joins {
		w = max(uniseg.StringWidth(string(r)), 1)
	} else if w = e.width(r); w == 0 {
		e.onto(r)
		return
	}
	w = min(w, len(e.cells[0]))
	row := e.place(w)
	x := e.x
	e.halve(e.y, x)
	e.halve(e.y, x+w)
	for i := range w {
		row[x+i], e.reverse[e.y][x+i] = "", e.turned
	}
	row[x], e.last = string(r), &row[x]
	e.advance(x + w)
}

// onto draws a rune onto the character left of the cursor.
func (e *emulator) onto(r rune) {
	x := e.x - 1
	if e.pending {
		x = e.x
	}
	for x > 0 && e.cells[e.y][x] == "" {
		x--
	}
	if x >= 0 {
		e.cells[e.y][x] += string(r)
	}
}

// place is the row that the next character goes to; in one that does not wrap, what is too much piles up at its end.
func (e *emulator) place(w int) []string {
	wide := len(e.cells[0])
	if wraps := e.wrap || e.wraps; e.pending && wraps || wraps && e.x+w > wide {
		if e.x, e.pending = 0, false; e.y == len(e.cells)-1 {
			y := e.y
			e.y = 0
			e.shift(func(n int) int { return n + 1 })
			e.y = y
		} else {
			e.y++
		}
	}
	e.x = max(min(e.x, wide-w), 0)
	return e.cells[e.y]
}

func (e *emulator) advance(x int) {
	e.x, e.pending = x, false
	if last := len(e.cells[0]) - 1; x > last {
		e.x, e.pending = last, true
	}
}

// join makes the last character longer, and wider if need be.
func (e *emulator) join(r rune) {
	x := e.x - 1
	if e.pending {
		x = e.x
	}
	row := e.cells[e.y]
	for row[x] == "" {
		x--
	}
	row[x] += string(r)
	e.last = &row[x]
	w := uniseg.StringWidth(row[x])
	for i := 1; i < w && x+i < len(row); i++ {
		if row[x+i] != "" {
			e.halve(e.y, x+i+1)
			row[x+i], e.reverse[e.y][x+i] = "", e.turned
		}
	}
	e.advance(x + w)
}

func (e *emulator) String() string {
	var b strings.Builder
	for _, row := range e.cells {
		b.WriteString(strings.Join(row, "") + "|\n")
	}
	return b.String()
}
