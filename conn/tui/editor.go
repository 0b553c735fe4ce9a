package tui

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/uniseg"
)

// editor is the line being typed. Its cursor moves by grapheme clusters, but text goes in as it comes, rune by rune:
// the runes of an emoji join at the cursor, whatever stands right of it.
//
// It may grow longer than a line that can be sent: then it is refused as a whole, and no part of it is lost.
type editor struct {
	text       string
	at         int // bytes left of the cursor
	killed     string
	overflowed bool // a key had no room; until the line is empty
}

// insert puts text left of the cursor, if there is room.
func (e *editor) insert(text string) bool {
	text = strings.ReplaceAll(sanitize(text), replaced, mark)
	if len(e.text)+len(text) > editorMax {
		return false
	}
	e.text = e.text[:e.at] + text + e.text[e.at:]
	e.at += len(text)
	return true
}

// typed puts in one key after another. A key without room marks the line as overflowed, so that it is not sent without
// it.
func (e *editor) typed(text string) bool {
	fits := e.insert(text)
	e.overflowed = e.overflowed || !fits
	return fits
}

// set makes text the line, with the cursor behind it.
func (e *editor) set(text string) {
	e.text, e.at = text, len(text)
	e.overflowed = e.overflowed && text != ""
}

// unfit is why a line cannot be sent; "": it can.
func unfit(line string, torn bool) string {
	switch {
	case torn:
		return "That line was longer than there is room for, and its end is lost."
	case len(line) > MaxLine:
		return fmt.Sprintf("That line is too long: it has %d bytes, and a line may have %d.", len(line), MaxLine)
	case strings.Contains(line, Unreadable):
		return "Your terminal has sent what is no letter in its character set; it stands there as " + mark + "."
	}
	return ""
}

func (e *editor) left()  { e.at = e.before() }
func (e *editor) right() { e.at = e.after() }
func (e *editor) home()  { e.at = 0 }
func (e *editor) end()   { e.at = len(e.text) }

func (e *editor) wordLeft()  { e.at = wordStart(e.text[:e.at]) }
func (e *editor) wordRight() { e.at += wordEnd(e.text[e.at:]) }

func (e *editor) backspace() { e.cut(e.before(), e.at) }
func (e *editor) delete()    { e.cut(e.at, e.after()) }

func (e *editor) killWord()  { e.kill(wordStart(e.text[:e.at]), e.at) }
func (e *editor) killStart() { e.kill(0, e.at) }
func (e *editor) killEnd()   { e.kill(e.at, len(e.text)) }
func (e *editor) yank()      { e.insert(e.killed) }

// kill cuts a part of the line, and keeps it for yank.
func (e *editor) kill(from, to int) {
	if from < to {
		e.killed = e.text[from:to]
	}
	e.cut(from, to)
}

func (e *editor) cut(from, to int) {
	e.text = e.text[:from] + e.text[to:]
	e.at = from
	e.overflowed = e.overflowed && e.text != ""
}

// before is where the character left of the cursor begins.
func (e *editor) before() (at int) {
	for start, c := range clusters(e.text) {
		if start+len(c) >= e.at {
			return start
		}
	}
	return 0
}

// after is where the character right of the cursor ends.
func (e *editor) after() int {
	for start, c := range clusters(e.text) {
		if end := start + len(c); end > e.at {
			return end
		}
	}
	return len(e.text)
}

// cells are the characters of the line, and how many of them are left of the cursor.
func (e *editor) cells() (cs []cell, cursor int) {
	cs = cells(e.text, tcell.StyleDefault)
	for i, c := range cs {
		if strings.Contains(c.text, Unreadable) {
			cs[i].text, cs[i].width = mark, 1
		}
	}
	for end := 0; cursor < len(cs) && end+cs[cursor].size <= e.at; cursor++ {
		end += cs[cursor].size
	}
	return cs, cursor
}

// clusters ranges over the characters of text, each with the byte it begins at.
func clusters(text string) func(yield func(int, string) bool) {
	return func(yield func(int, string) bool) {
		for start, c, rest, state := 0, "", text, -1; rest != ""; start += len(c) {
			if c, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state); !yield(start, c) {
				return
			}
		}
	}
}

// wordStart is where the last word of text begins.
func wordStart(text string) int {
	return strings.LastIndexByte(strings.TrimRight(text, " "), ' ') + 1
}

// wordEnd is where the first word of text ends.
func wordEnd(text string) int {
	spaces := len(text) - len(strings.TrimLeft(text, " "))
	if n := strings.IndexByte(text[spaces:], ' '); n >= 0 {
		return spaces + n
	}
	return len(text)
}

// commonPrefix is the longest common beginning of words, in whole runes.
func commonPrefix(words []string) string {
	p := words[0]
	for _, w := range words[1:] {
		for !strings.HasPrefix(w, p) {
			_, size := utf8.DecodeLastRuneInString(p)
			p = p[:len(p)-size]
		}
	}
	return p
}
