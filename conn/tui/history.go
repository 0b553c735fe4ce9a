package tui

const historyMax = 500

// history has the lines typed before, and the draft that the person left to look at them.
type history struct {
	lines []string
	at    int // the index of the line shown; len(lines): the draft
	draft string
}

func (h *history) add(line string) {
	if n := len(h.lines); line != "" && (n == 0 || h.lines[n-1] != line) {
		h.lines = append(h.lines, line)
		h.lines = h.lines[max(0, len(h.lines)-historyMax):]
	}
	h.at, h.draft = len(h.lines), ""
}

// move goes n lines on, or back, from the line shown, and returns the line to show then.
func (h *history) move(n int, shown string) string {
	if h.at == len(h.lines) {
		h.draft = shown
	}
	to := h.at + n
	if to < 0 || to > len(h.lines) {
		return shown
	}
	h.at = to
	if to == len(h.lines) {
		return h.draft
	}
	return h.lines[to]
}
