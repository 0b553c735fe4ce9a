package sqlite

import (
	"database/sql"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTwoOnOneFile(t *testing.T) {
	path := newPath(t)
	opened(t, path, Options{})
	_, err := Open(path, Options{})
	assert.ErrorContains(t, err, fmt.Sprintf("another chinwag (process %d) has %s open", os.Getpid(), path))
}

func TestWhatIsNoJournalIsLeftAlone(t *testing.T) {
	for name, content := range map[string]string{"text": "Dear diary, today I bought a hat.", "short": "x", "zeros": string(make([]byte, 8192))} {
		path := newPath(t)
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		_, err := Open(path, Options{})
		assert.ErrorContains(t, err, "is not a chinwag journal, so it is left alone", name)
		got, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, content, string(got), name)
	}
	path := newPath(t)
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	_, err = db.Exec("CREATE TABLE recipes (name TEXT)")
	require.NoError(t, err)
	require.NoError(t, db.Close())
	_, err = Open(path, Options{})
	assert.ErrorContains(t, err, "is not a chinwag journal")
}
