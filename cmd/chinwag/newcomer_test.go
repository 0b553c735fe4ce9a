//go:build unix

package main

import (
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
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
