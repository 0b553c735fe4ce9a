package screen

const historyMax = 500

// history is what was typed before, and the half-typed line that one left to look at it.
type history struct {
	lines []string
	at    int // which of lines is shown; len(lines): the draft
	draft string
}

func (h *history) add(line string) {
	if n := len(h.lines); line != "" && (n == 0 || h.lines[n-1] != line) {
		h.lines = append(h.lines, line)
		h.lines = h.lines[max(0, len(h.lines)-historyMax):]
	}
	h.at, h.draft = len(h.lines), ""
}

// move goes n lines on, or back, from what is being shown, and tells what to show then.
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
