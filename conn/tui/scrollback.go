package tui

import "slices"

// scrollback has the printed lines, and the place where the person reads: at the end, or further back.
type scrollback struct {
	lines []line
	first uint64 // the number of lines[0]; numbers only grow
	bound int
	back  bool   // reading back: new lines move nothing
	at    rowRef // of the lowest row, while reading back
}

// rowRef is a row of a line.
type rowRef struct {
	line uint64
	row  int
}

// add puts lines at the end, after some that were missed, and evicts the oldest.
func (b *scrollback) add(missed uint64, lines ...line) {
	if missed > 0 {
		b.first += missed + uint64(len(b.lines))
		b.lines = nil
	}
	b.lines = append(b.lines, lines...)
	if over := len(b.lines) - b.bound; over > 0 {
		clear(b.lines[:over])
		b.lines = b.lines[over:]
		b.first += uint64(over)
	}
}

// end is the place of the lowest row while the person does not read back.
func (b *scrollback) end(width int) rowRef {
	last := len(b.lines) - 1
	return rowRef{b.first + uint64(last), len(b.lines[last].wrap(width)) - 1}
}

// rows are the visible rows, from the top.
func (b *scrollback) rows(width, height int) (rows [][]cell) {
	if len(b.lines) == 0 {
		return nil
	}
	b.settle(width, height)
	low := b.end(width)
	if b.back {
		low = b.at
	}
	for i := int(low.line - b.first); i >= 0 && len(rows) < height; i-- {
		r := b.lines[i].wrap(width)
		if i == int(low.line-b.first) {
			r = r[:low.row+1]
		}
		slices.Reverse(r)
		rows = append(rows, r...)
	}
	rows = rows[:min(len(rows), height)]
	slices.Reverse(rows)
	return rows
}

// scroll moves by n rows, up if n is negative. Reading back ends at the end.
func (b *scrollback) scroll(n, width, height int) {
	if len(b.lines) == 0 {
		return
	}
	if !b.back {
		b.back, b.at = true, b.end(width)
	}
	b.at = b.move(b.at, n, width)
	b.settle(width, height)
}

// follow ends reading back.
func (b *scrollback) follow() { b.back = false }

// settle keeps the place inside the lines there are: some may have been evicted, and rows may have another width.
func (b *scrollback) settle(width, height int) {
	if !b.back {
		return
	}
	top := b.move(rowRef{line: b.first}, height-1, width) // the highest place with a full screen above it
	at := b.move(b.at, 0, width)
	if at.before(top) {
		at = top
	}
	b.at, b.back = at, at != b.end(width)
}

// below is how many lines are below the screen, wholly or in part, while the person reads back.
func (b *scrollback) below(width int) uint64 {
	if !b.back {
		return 0
	}
	n := b.first + uint64(len(b.lines)) - 1 - b.at.line
	if b.at.row < len(b.lines[b.at.line-b.first].wrap(width))-1 {
		n++
	}
	return n
}

// move is the place n rows below p, or above it, or as near as there is one.
func (b *scrollback) move(p rowRef, n, width int) rowRef {
	if p.line < b.first {
		p = rowRef{line: b.first}
	}
	rows := func() int { return len(b.lines[p.line-b.first].wrap(width)) }
	p.row = min(p.row, rows()-1) + n
	for p.row < 0 && p.line > b.first {
		p.line--
		p.row += rows()
	}
	last := b.first + uint64(len(b.lines)) - 1
	for p.row >= rows() && p.line < last {
		p.row -= rows()
		p.line++
	}
	p.row = max(0, min(p.row, rows()-1))
	return p
}

func (p rowRef) before(o rowRef) bool {
	return p.line < o.line || p.line == o.line && p.row < o.row
}
