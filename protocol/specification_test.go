package protocol

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// specification is README.md.
func specification(t *testing.T) string {
	b, err := os.ReadFile("README.md")
	require.NoError(t, err)
	return string(b)
}

// specified are the cells of the table that begins with that line, row by row.
func specified(t *testing.T, head string) (rows [][]string) {
	_, after, found := strings.Cut(specification(t), "\n"+head+"\n")
	require.True(t, found, "there is no table %s", head)
	for i, line := range strings.Split(after, "\n") {
		if !strings.HasPrefix(line, "|") {
			break
		}
		if i == 0 {
			continue // the rule
		}
		var cells []string
		line = strings.ReplaceAll(strings.Trim(line, "|"), `\|`, "\x00")
		for cell := range strings.SplitSeq(line, "|") {
			cells = append(cells, strings.TrimSpace(strings.ReplaceAll(cell, "\x00", "|")))
		}
		rows = append(rows, cells)
	}
	require.NotEmpty(t, rows, "the table %s is empty", head)
	return rows
}
