package tui

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/uniseg"
)

const (
	shownMax   = 8192 // bytes of one printed line; the rest is cut off, visibly
	clusterMax = 16   // runes of one character: a family of four has seven
	indent     = 2    // columns before the second and later rows of a line
	indentFrom = 20   // columns of the narrowest screen that has room for the indent
)

// line is one printed line: sanitized, and not wrapped.
type line struct {
	text string
	runs []textRun
}

// textRun is a stretch of a line in one style, up to the byte before end.
type textRun struct {
	end   int
	style tcell.Style
}

// cell is one character as it is seen: a grapheme cluster, and the columns it takes.
type cell struct {
	text   string
	size   int // its bytes in the line: text may have another length
	width  int
	breaks bool // the row may end behind it
	style  tcell.Style
}

func compose(spans []Span, color bool) line {
	var text strings.Builder
	runs := make([]textRun, 0, len(spans))
	for _, s := range spans {
		t, room := s.Text, shownMax-text.Len()
		cut := len(t) > room
		if cut {
			t = strings.ToValidUTF8(t[:max(room, 0)], "") + "…"
		}
		text.WriteString(sanitize(t))
		runs = append(runs, textRun{text.Len(), styleOf(s, color)})
		if cut {
			break
		}
	}
	return line{text.String(), runs}
}

// cells are the characters of text. A character without a width of its own, such as an accent without a letter, gets a
// circle to stand on: every character can be seen, and deleted.
func cells(text string, style tcell.Style) (cs []cell) {
	for cluster, bounds, state := "", 0, -1; text != ""; {
		cluster, text, bounds, state = uniseg.StepString(text, state)
		c := cell{
			text:   cluster,
			size:   len(cluster),
			width:  bounds >> uniseg.ShiftWidth,
			breaks: bounds&uniseg.MaskLine == uniseg.LineCanBreak && cluster != "/" && cluster != "-", // a command and a flag stay whole
			style:  style,
		}
		if c.width == 0 {
			c.text, c.width = "◌"+cluster, 1
		}
		if utf8.RuneCountInString(c.text) > clusterMax {
			c.text = string([]rune(c.text)[:clusterMax])
		}
		cs = append(cs, c)
	}
	return cs
}

func widthOf(cs []cell) (w int) {
	for _, c := range cs {
		w += c.width
	}
	return w
}

// cells are the characters of the line, each in its style.
func (l line) cells() []cell {
	cs := cells(l.text, tcell.StyleDefault)
	at, run := 0, 0
	for i := range cs {
		for at >= l.runs[run].end {
			run++
		}
		cs[i].style = l.runs[run].style
		at += cs[i].size
	}
	return cs
}

// wrap lays the line out in rows of a width; there is at least one. All but the first are indented, if there is room.
func (l line) wrap(width int) (rows [][]cell) {
	rest := l.cells()
	n := fit(rest, width)
	rows, rest = append(rows, rest[:n]), rest[n:]

	lead := cells(strings.Repeat(" ", indent), tcell.StyleDefault)
	if width < indentFrom {
		lead = nil
	}
	for len(rest) > 0 {
		n = fit(rest, width-len(lead))
		rows, rest = append(rows, append(slices.Clone(lead), rest[:n]...)), rest[n:]
	}
	return rows
}

// fit is how many of the characters make a row. It ends where the writing system allows a break, or else at the width.
// Spaces at its end take no room.
func fit(cs []cell, width int) int {
	used, end := 0, 0
	for i, c := range cs {
		used += c.width
		switch {
		case used > width && c.text != " " && end > 0:
			return end
		case used > width && c.text != " ":
			return max(i, 1)
		case c.breaks:
			end = i + 1
		}
	}
	return len(cs)
}
