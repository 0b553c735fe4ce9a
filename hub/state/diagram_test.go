package state

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// transitions counts the transitions that happen in all tests.
var transitions = stepCount{seen: map[transition]int{}}

type stepCount struct {
	mu   sync.Mutex
	seen map[transition]int
}

func (c *stepCount) note(t transition) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen[t]++
}

// A diagram shows what happens, and nothing else: step panics at a transition that it does not show, and here each that
// it shows happens, in a script or in a random world.
func TestEachTransitionOfADiagramHappens(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "*.txt"))
	require.NoError(t, err)
	for _, file := range files {
		b, err := os.ReadFile(file)
		require.NoError(t, err)
		playScript(t, strings.ReplaceAll(string(b), "\r\n", "\n"))
	}
	for seed := range uint64(4) {
		playDesk(t, seed, 600)
	}
	for _, d := range []diagram{ticketDiagram, sessionDiagram, roomDiagram} {
		for _, step := range d {
			assert.NotZero(t, transitions.seen[step], "%v", step)
		}
	}
}

func TestADiagramIsReadLineByLine(t *testing.T) {
	d := parseDiagram(`
		none    ── waiting ──> waiting    a visitor comes

		on hold ── back ─────> on hold
	`)
	assert.Equal(t, diagram{{"none", "waiting", "waiting"}, {"on hold", "back", "on hold"}}, d)
	assert.Panics(t, func() { parseDiagram("waiting -> taken") })
}

// A transition that no diagram shows ends the server before it is committed.
func TestAnImpossibleTransitionPanics(t *testing.T) {
	m := New()
	assert.NotPanics(t, func() { m.step(ticketDiagram, "1", "waiting", "taken", "taken") })
	assert.NotPanics(t, func() { m.step(ticketDiagram, "1", "taken", "handed", "taken") })
	assert.PanicsWithValue(t, "state: 1: ended ── taken ──> taken is in no diagram", func() { m.step(ticketDiagram, "1", "ended", "taken", "taken") })
	assert.PanicsWithValue(t, "state: 1: ended ── gone ──> ended is in no diagram", func() { m.step(ticketDiagram, "1", "ended", "gone", "ended") })
}
