package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/hub/journal/journaltest"
	"chinwag/hub/journal/sqlite"
)

// history runs chinwag history with these arguments.
func history(in string, args ...string) (string, error) {
	root := rootCommand()
	var out bytes.Buffer
	root.SetArgs(append([]string{"history"}, args...))
	root.SetIn(strings.NewReader(in))
	root.SetOut(&out)
	err := root.Execute()
	return out.String(), err
}

func TestHistoryGoesThereAndBack(t *testing.T) {
	from, to := filepath.Join(t.TempDir(), "a.db"), filepath.Join(t.TempDir(), "b.db")
	s, err := sqlite.Open(from, sqlite.Options{})
	require.NoError(t, err)
	require.NoError(t, s.Commit([]journal.Entry{journaltest.Said("#a", "hello"), journaltest.Said("#a", "world")}, nil))

	exported, err := history("", "export", from) // while it is open
	require.NoError(t, err)
	_, err = history("", "vacuum", from)
	assert.ErrorContains(t, err, "another chinwag")
	require.NoError(t, s.Close())
	_, err = history(exported, "import", to)
	require.NoError(t, err)
	_, err = history(exported, "import", to)
	assert.ErrorContains(t, err, "has entries already")
	_, err = history("", "vacuum", to)
	require.NoError(t, err)
	text, err := history("", "export", "--format", "text", to)
	require.NoError(t, err)
	assert.Contains(t, text, "] <bob> hello\n#a [")
	verdict, err := history("", "verify", to)
	require.NoError(t, err)
	assert.Equal(t, "2 entries, up to position 2; streams (rooms, the desk, private lines): 1; 0 older entries are no longer kept; journal "+s.Epoch().String()+"\nall is well\n", verdict)
	_, err = history("", "verify", filepath.Join(t.TempDir(), "none.db"))
	assert.ErrorContains(t, err, "there is no journal at")
}
