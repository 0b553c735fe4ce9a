//go:build unix

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/protocol"
)

// rowsBelow are the rows of the table of OPERATING.md that begins with header, each with what stands as code in its two
// columns.
func rowsBelow(t *testing.T, header string) (rows [][2][]string) {
	t.Helper()
	page, err := os.ReadFile(filepath.Join(root, operating))
	require.NoError(t, err)
	_, table, found := strings.Cut(string(page), "\n"+header+"\n|---|---|\n")
	require.True(t, found, header)
	table, _, _ = strings.Cut(table, "\n\n")
	for row := range strings.Lines(table) {
		cells := strings.Split(row, " | ")
		require.Len(t, cells, 2, row)
		var of [2][]string
		for i, cell := range cells {
			for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cell, -1) {
				of[i] = append(of[i], m[1])
			}
		}
		require.NotEmpty(t, of[0], row)
		rows = append(rows, of)
	}
	return rows
}

// What stands on the left is refused, and with what stands beside it the server starts.
func TestWhatNoLongerStarts(t *testing.T) {
	t.Parallel()
	with := func(setting string) *exec.Cmd {
		args, env := serveArgs(nil), []string(nil)
		switch {
		case strings.HasPrefix(setting, "CHINWAG_"):
			env = append(env, setting)
		case strings.HasPrefix(setting, "--"):
			args = append(args, strings.Fields(setting)...)
		default:
			env = append(env, "CHINWAG_CONFIG="+settingsFile(t, setting+"\n"))
		}
		return withEnv(t, env, args...)
	}
	for _, row := range rowsBelow(t, "| what no longer starts | write |") {
		require.NotEmpty(t, row[1])
		t.Run(row[0][0], func(t *testing.T) {
			h := launch(t, with(row[0][0]), nil)
			assert.Equal(t, exitUsage, h.process.exits())
			openWith(t, with(row[1][0]), nil)
		})
	}
}

// The new codes are those of the table, and an old one is there only where the page says that it still is.
func TestTheCodesThatWereRenamed(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, row := range protocol.RefusalCodes {
		known[row.Code] = true
	}
	page, err := os.ReadFile(filepath.Join(root, operating))
	require.NoError(t, err)
	for _, row := range rowsBelow(t, "| before | now |") {
		require.NotEmpty(t, row[1], row[0])
		for _, code := range row[1] {
			assert.True(t, known[code], "%s, once %s", code, row[0])
		}
		for _, code := range row[0] {
			assert.Equal(t, strings.Contains(string(page), "| `"+code+"` | the same"), known[code], code)
		}
	}
}
