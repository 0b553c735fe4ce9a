//go:build unix

package e2e

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/protocol"
)

// Who has typed a password twice is told where it is, and what it is good for; a script is told nothing.
func TestThePasswordCommandSaysWhatItMade(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	path := filepath.Join(t.TempDir(), "operators")
	p := atTerminal(t, ctx, exec.Command(program(t), "password", path))
	p.shows("password: ")
	p.sends(sesame + "\r")
	p.shows("once more: ")
	p.sends(sesame + "\r")
	assert.Zero(t, p.process.exits())
	p.shows("The password is set: chinwag serve --operator-password-file " + path)

	cmd := exec.Command(program(t), "password", "--force", path)
	cmd.Stdin = strings.NewReader(sesame + "\n")
	said, err := cmd.CombinedOutput()
	require.NoError(t, err)
	assert.Empty(t, string(said))
}

// The help of every command fits on a terminal of 80 columns.
func TestTheHelpFitsOnATerminal(t *testing.T) {
	t.Parallel()
	for _, of := range [][]string{{}, {"serve"}, {"join"}, {"password"}, {"history"}, {"history", "export"}, {"history", "import"}, {"history", "verify"}, {"history", "vacuum"}, {"completion"}, {"bench"}, {"help"}, {"exit-codes"}} {
		said, err := exec.Command(program(t), append([]string{"help"}, of...)...).Output()
		require.NoError(t, err)
		require.NotEmpty(t, said, "%q", of)
		help, more, _ := strings.Cut(string(said), "Examples:\n") // which are there to be copied
		_, more, _ = strings.Cut(more, "\n\n")
		for line := range strings.Lines(help + more) {
			assert.LessOrEqual(t, utf8.RuneCountInString(strings.TrimSuffix(line, "\n")), 80, "%q: %s", of, line)
		}
	}
}

// rowsBelow are the rows of the table of OPERATING.md that begins with header, each with what stands as code in its two columns.
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
