package state

import (
	"fmt"
	"slices"
	"strings"
)

// A diagram lists each transition between the states of a thing, one a line, with its cause and what that means:
//
//	from ── the name of an event or change ──> to    what it means
//
// step checks each transition that happens, and a test that random worlds make each that is listed.
type diagram []transition

// transition is a change of state, with the event or change that causes it.
type transition struct{ from, cause, to string }

func parseDiagram(text string) (d diagram) {
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		from, rest, found := strings.Cut(line, "──")
		cause, rest, arrow := strings.Cut(rest, "──")
		to, _, _ := strings.Cut(strings.TrimLeft(rest, "─> "), "  ")
		if !found || !arrow {
			panic("state: no transition: " + line)
		}
		d = append(d, transition{strings.TrimSpace(from), strings.TrimSpace(cause), strings.TrimSpace(to)})
	}
	return d
}

func (t transition) String() string {
	return fmt.Sprintf("%s ── %s ──> %s", t.from, t.cause, t.to)
}

// ended is the state of what is over: it never changes again.
const ended = "ended"

// step panics if a transition is in no diagram: a server that continued would commit what no rule means. What leaves
// the state as it is, is no transition.
func (m *Machine) step(d diagram, what any, from, cause, to string) {
	if from == to && from != ended {
		return
	}
	t := transition{from, cause, to}
	if !slices.Contains(d, t) { // must would allocate its arguments each time
		must(false, "%v: %v is in no diagram", what, t)
	}
	if m.stepped != nil {
		m.stepped(t)
	}
}
