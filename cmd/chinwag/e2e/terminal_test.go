//go:build unix

package e2e

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"github.com/stretchr/testify/require"
)

// terminal is one of 80 by 24: a screen sends only what has changed, so what is seen together need not have come
// together.
type terminal struct {
	cells [24][80]string // "": blank; covered: by the wide one left of it
	x, y  int
	taken int // bytes of what was sent
}

const covered = "\x00"

// show takes what is new in all that was ever sent, and returns what is seen.
func (v *terminal) show(sent string) (rows []string) {
	for raw := sent[v.taken:]; ; raw = sent[v.taken:] {
		n := v.take(raw)
		if n == 0 {
			break // the rest of it has not come yet
		}
		v.taken += n
	}
	for _, row := range v.cells {
		var b strings.Builder
		for _, c := range row {
			if c != covered {
				b.WriteString(cmp.Or(c, " "))
			}
		}
		rows = append(rows, strings.TrimRight(b.String(), " "))
	}
	return rows
}

// take does the first thing in raw, and tells how long it was.
func (v *terminal) take(raw string) int {
	if raw == "" {
		return 0
	}
	switch raw[0] {
	case '\x1b':
		return v.obey(control.FindStringSubmatch(raw))
	case '\r':
		v.x = 0
	case '\n':
		v.y = min(v.y+1, len(v.cells)-1)
	case '\b': // tcell makes room for a wide character so
		v.x = max(v.x-1, 0)
	case '\a':
	default:
		return v.write(raw)
	}
	return 1
}

func (v *terminal) obey(m []string) int {
	if m == nil {
		return 0
	}
	row := &v.cells[v.y]
	switch args, kind := m[1], m[2]; kind {
	case "H":
		y, x, _ := strings.Cut(args, ";")
		v.y, v.x = min(max(number(y)-1, 0), len(v.cells)-1), min(max(number(x)-1, 0), len(row)-1)
	case "J":
		clear(v.cells[:])
	case "K":
		clear(row[min(v.x, len(row)):])
	case "L", "M":
		block := v.cells[v.y:]
		n := min(max(number(args), 1), len(block))
		if kind == "L" {
			copy(block[n:], block)
			clear(block[:n])
		} else {
			copy(block, block[n:])
			clear(block[len(block)-n:])
		}
	case "@": // so tcell writes the last cell
		x := min(v.x, len(row)-1)
		copy(row[x+1:], row[x:len(row)-1])
	}
	return len(m[0])
}

func (v *terminal) write(raw string) int {
	cluster, _, width, _ := uniseg.FirstGraphemeClusterInString(raw[:min(len(raw), 200)], -1)
	if !utf8.FullRuneInString(cluster) {
		return 0
	}
	if v.x >= len(v.cells[v.y]) {
		v.x, v.y = 0, min(v.y+1, len(v.cells)-1)
	}
	row := &v.cells[v.y]
	row[v.x] = cluster
	for i := v.x + 1; i < min(v.x+width, len(row)); i++ {
		row[i] = covered
	}
	v.x += max(width, 1)
	return len(cluster)
}

// control is whatever acts on a terminal: CSI, OSC, a character set, and others.
var control = regexp.MustCompile("^(?:\x1b\\[([0-9;?<>=]*)[ -/]*([@-~])|\x1b\\][^\a\x1b]*(?:\a|\x1b\\\\)|\x1b[()].|\x1b[=>78cM])")

func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// untilSeen waits for a picture on the terminal of p.
func (p *person) untilSeen(what string, is func(rows []string) bool) (rows []string) {
	p.t.Helper()
	for {
		text, grew, over := p.now()
		if rows = p.terminal.show(text); is(rows) {
			return rows
		}
		require.False(p.t, over, "%s never saw %s:\n%s", p.name, what, strings.Join(rows, "\n"))
		select {
		case <-grew:
		case <-p.ctx.Done():
			require.FailNow(p.t, "it takes too long", "%s does not see %s:\n%s", p.name, what, strings.Join(rows, "\n"))
		}
	}
}

// sees waits for a line, or the beginning of one, above the status line.
func (p *person) sees(lines ...string) {
	p.t.Helper()
	for _, want := range lines {
		p.untilSeen(want, func(rows []string) bool {
			for _, row := range rows[:len(rows)-2] {
				if strings.HasPrefix(row, want) {
					return true
				}
			}
			return false
		})
	}
}

// inputIs waits until the line that is typed is that, with its prompt.
func (p *person) inputIs(want string) {
	p.t.Helper()
	p.untilSeen(want+" below", func(rows []string) bool { return rows[len(rows)-1] == want })
}

// statusIs waits for a status line.
func (p *person) statusIs(want string) {
	p.t.Helper()
	p.untilSeen(want+" in the status line", func(rows []string) bool { return strings.HasPrefix(rows[len(rows)-2], want) })
}

// presses types lines on a terminal.
func (p *person) presses(lines ...string) {
	p.t.Helper()
	p.sends(strings.Join(lines, "\r") + "\r")
}
