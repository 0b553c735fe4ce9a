package tui

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/uniseg"
)

// parts divides a height: the rows of text, and whether there is room for the status line. The input line has priority.
func parts(height int) (text int, status bool) {
	if status = height >= 3; status {
		return height - 2, true
	}
	return height - 1, false
}

// paint draws everything. It sends the changes, or all of it if v.redrawAll.
func (v *view) paint() {
	width, height := v.term.Size()
	v.term.Clear()
	if width > 0 && height > 0 {
		text, status := parts(height)
		v.paintText(width, text)
		if status {
			v.paintStatus(width, text)
		}
		v.paintInput(width, height-1)
	}
	if v.redrawAll {
		v.term.Sync()
	} else {
		v.term.Show()
	}
	v.redrawAll = false
}

// paintText draws the printed lines; the newest stands lowest.
func (v *view) paintText(width, height int) {
	rows := v.scrollback.rows(width, height)
	for i, row := range rows {
		v.put(0, height-len(rows)+i, width, row)
	}
}

func (v *view) paintStatus(width, y int) {
	bar := tcell.StyleDefault.Reverse(true)
	v.put(0, y, width, cells(strings.Repeat(" ", width), bar))
	v.put(0, y, width, cells(v.about(), bar))
	if n := v.notice(width); n != "" {
		notice := cells(" "+n+" ", bar)
		v.put(max(0, width-widthOf(notice)), y, width, notice) // over the rest of the status if there is no room beside it
	}
}

// about is the permanent part of the status line.
func (v *view) about() string {
	title := sanitize(v.opts.Title)
	if title == "" || v.status == "" {
		return title + v.status
	}
	return title + " · " + v.status
}

// notice tells the person what waits to be sent, and what waits to be read.
func (v *view) notice(width int) string {
	var notices []string
	switch n := len(v.waiting); n {
	case 0:
	case 1:
		notices = append(notices, "1 line waits for Enter")
	default:
		notices = append(notices, fmt.Sprintf("%d lines wait for Enter", n))
	}
	if n := v.scrollback.below(width); n > 0 {
		notices = append(notices, fmt.Sprintf("▼ %d more", n))
	}
	return strings.Join(notices, " · ")
}

// paintInput draws the prompt, if there is room, and the part of the line that has the cursor in it.
func (v *view) paintInput(width, y int) {
	x := 0
	line, cursor := v.input.cells()
	before := v.prompt
	if v.secretPrompt != "" {
		before = v.secretPrompt
		asDots(line)
	}
	if prompt := cells(before, tcell.StyleDefault); widthOf(prompt) <= width/2 {
		x = v.put(0, y, width, prompt)
	}
	v.from = firstVisible(line, v.from, cursor, width-x)
	v.put(x, y, width, line[v.from:])
	v.term.ShowCursor(x+widthOf(line[v.from:cursor]), y)
}

// asDots puts a dot in the place of each character.
func asDots(cs []cell) {
	for i := range cs {
		cs[i].text, cs[i].width = "•", 1
	}
}

// firstVisible is the character that a line scrolled to from must begin with, so that the one at the cursor is within
// width columns, and no columns are left blank.
func firstVisible(line []cell, from, cursor, width int) int {
	from = min(from, cursor)
	under := 1 // the cursor behind the line needs a column too
	if cursor < len(line) {
		under = line[cursor].width
	}
	for need := widthOf(line[from:cursor]) + under; from < cursor && need > width; from++ {
		need -= line[from].width
	}
	for need := widthOf(line[from:]) + 1; from > 0 && need+line[from-1].width <= width; from-- {
		need += line[from-1].width
	}
	return from
}

// put draws characters from column x on, as far as there is room, and returns the column behind them.
func (v *view) put(x, y, width int, cs []cell) int {
	for _, c := range cs {
		if x+c.width > width {
			break
		}
		if c.width > 2 {
			v.putWide(x, y, c)
		} else {
			v.term.Put(x, y, c.text, c.style)
		}
		x += c.width
	}
	return x
}

// putWide draws a character of more than two columns, which tcell cannot, as its parts.
func (v *view) putWide(x, y int, c cell) {
	for end, part := x+c.width, ""; x < end && c.text != ""; {
		_, size := utf8.DecodeRuneInString(c.text)
		part, c.text = c.text[:size], c.text[size:]
		if w := uniseg.StringWidth(part); w == 1 || w == 2 {
			v.term.Put(x, y, part, c.style)
			x += w
		} else {
			for ; w > 0 && x < end; w-- { // dashes of three and four columns
				v.term.Put(x, y, "—", c.style)
				x++
			}
		}
	}
}
