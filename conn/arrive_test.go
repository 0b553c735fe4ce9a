package conn_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
)

// On a terminal of 80 by 24 a new session sees its name, how to get help and how to come back, whatever was said in the
// room before.
func TestNothingThatANewcomerNeedsScrollsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, "")
		defer s.end()
		s.step("+ ann")
		for range 40 {
			s.step("ann> " + strings.Repeat("much was said here before ", 10))
		}
		s.step("ann> /topic " + strings.Repeat("topic ", 80))
		s.out.Reset()
		s.step("+ bob")
		screen := strings.Join(onTerminal(strings.ReplaceAll(s.out.String(), "bob| ", ""), 80, 24), "\n")
		assert.NotContains(t, screen, "chinwag/1", "that has scrolled away")
		for _, needed := range []string{"You are guest-2 in #lobby", "/help", "/resume CODE", "topic of #lobby"} {
			assert.Contains(t, strings.ReplaceAll(screen, "\n", ""), needed)
		}
		s.step("-- bob")
		s.step("ann> bob?")
		s.out.Reset()
		s.step("+! bob2 /resume CODE bob\\n")
		screen = strings.Join(onTerminal(strings.ReplaceAll(s.out.String(), "bob2| ", ""), 80, 24), "")
		for _, needed := range []string{"<guest-1> bob?", "You are guest-2 in #lobby", "/help", "/resume CODE"} {
			assert.Contains(t, screen, needed)
		}
	})
}

// onTerminal is what a terminal of so many columns and rows shows of ASCII text.
func onTerminal(text string, columns, rows int) (shown []string) {
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		for len(line) > columns {
			shown = append(shown, line[:columns])
			line = line[columns:]
		}
		shown = append(shown, line)
	}
	return shown[max(0, len(shown)-rows+1):] // the cursor is in the last row
}
