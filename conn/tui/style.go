package tui

import (
	"hash/fnv"

	"github.com/gdamore/tcell/v2"
)

// Style is the kind of a stretch of a line, which decides how it looks.
type Style int

// The styles.
const (
	Plain Style = iota
	Dim         // the server's own words
	Nick        // a name: coloured by a stable hash of its text
	Loud        // mentions, announcements: bold
)

// Span is a stretch of a line.
type Span struct {
	Text  string
	Style Style
}

// nickColors are legible on black and on white, and distinct; terminals with fewer colours show the nearest.
var nickColors = [...]tcell.Color{
	tcell.Color32, tcell.Color34, tcell.Color38, tcell.Color63, tcell.Color67, tcell.Color99,
	tcell.Color133, tcell.Color136, tcell.Color166, tcell.Color168, tcell.Color172, tcell.Color71,
}

// styleOf is the terminal style of a span.
func styleOf(s Span, color bool) tcell.Style {
	plain := tcell.StyleDefault
	switch s.Style {
	case Plain:
		return plain
	case Loud:
		return plain.Bold(true)
	case Dim:
		return plain.Dim(color)
	case Nick:
		if !color {
			return plain
		}
		return plain.Foreground(nickColor(s.Text))
	default:
		panic("tui: a style that does not exist")
	}
}

func nickColor(nick string) tcell.Color {
	h := fnv.New32a()
	_, _ = h.Write([]byte(nick))
	return nickColors[h.Sum32()%uint32(len(nickColors))]
}
