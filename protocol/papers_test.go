package protocol

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// tableOf are the rows of the specification's table that begins so: its cells as they are written.
func tableOf(t *testing.T, header string) (rows [][]string) {
	t.Helper()
	doc, err := os.ReadFile("README.md")
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(doc), "\n"+header+"\n")
	require.True(t, found, "no table begins %q", header)
	for line := range strings.Lines(rest) {
		// A border in code stands behind a backslash, and is none.
		cells := strings.Split(strings.ReplaceAll(strings.TrimSpace(line), `\|`, "\x00"), "|")
		if len(cells) < 3 {
			break
		}
		for i, c := range cells {
			cells[i] = strings.TrimSpace(strings.ReplaceAll(c, "\x00", "|"))
		}
		if cells = cells[1 : len(cells)-1]; strings.Trim(cells[0], "-") != "" {
			rows = append(rows, cells)
		}
	}
	require.NotEmpty(t, rows, header)
	return rows
}

// The table of commands has those there are, in the order of /help, and says of each what /help says.
func TestTheTableOfCommandsIsWhatHelpSays(t *testing.T) {
	var want, got []string
	for _, v := range Verbs() {
		if v.Usage() == "" {
			continue
		}
		does := v.Help
		if v.Operator {
			does = "operators: " + does
		}
		want = append(want, v.Usage()+" "+does)
	}
	for i, row := range tableOf(t, "| command | does |") {
		said := strings.ReplaceAll(row[0]+" "+row[1], "`", "")
		if i < len(want) && strings.HasPrefix(said, want[i]+"; ") || i < len(want) && strings.HasPrefix(said, want[i]+", ") {
			said = want[i] // it says more
		}
		got = append(got, said)
	}
	assert.Equal(t, want, got)
}
