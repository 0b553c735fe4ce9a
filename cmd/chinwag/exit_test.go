//go:build unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every row of the table of exit codes is how a command ends. Those of join are played in TestEveryExitCodeOfTheHelp,
// and a server that ends well in many others.
func TestEveryRowOfTheExitCodes(t *testing.T) {
	alone(t)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "folder"), nil, 0o600))
	plays := map[string][]string{
		"0 ":        {"--version"},
		"1 ":        {"password", filepath.Join(dir, "folder", "file")},
		"1 serve":   {"serve", "--listen", "192.0.2.1:0", "--console", "off", "--journal", "memory"},
		"1 history": {"history", "verify", filepath.Join(dir, "none")},
		"1 bench":   {"bench", "flood", "--addr", nobodyListens(t), "--remote"},
		"2 ":        {"dance"},
		"2 serve":   {"serve", "--rate", "fast"},
	}
	elsewhere := map[string]bool{"0 serve": true}
	for _, row := range exitCodes {
		name := fmt.Sprint(row.code, " ", row.command)
		if row.command == "join" || elsewhere[name] {
			continue
		}
		if args, ok := plays[name]; assert.True(t, ok, "nobody ends as in the row %q", name) {
			code, _, said := ran(t, "芝麻开门\n", args...)
			assert.Equal(t, row.code, code, "%s: %s", name, said)
			delete(plays, name)
		}
	}
	assert.Empty(t, plays, "a row is gone")
}
