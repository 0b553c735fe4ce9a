package sqlite

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal/journaltest"
)

// Where the damage is such that SQLite takes what is asked for wrong, it is told as damage, too.
func TestWhatIsNotAsAJournalHasItIsDamage(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := opened(t, path, Options{})
	journaltest.Commit(t, s, numbered(1, 10)...)
	require.NoError(t, s.Close())
	for _, harm := range []string{
		"ALTER TABLE meta RENAME COLUMN gone TO gnoe",
		"ALTER TABLE streams RENAME COLUMN pruned_nth TO prunes",
		"DELETE FROM meta",
		"UPDATE meta SET epoch=x'00'",
		"UPDATE meta SET file=NULL",
		"UPDATE meta SET key=x'00'",
		"UPDATE meta SET key=NULL",
		"DROP TABLE rows",
		"ALTER TABLE rows RENAME COLUMN value TO worth",
		"", // an unknown format of the schema
	} {
		t.Run(harm, func(t *testing.T) {
			to := newPath(t)
			copyFiles(t, path, to)
			db, err := sql.Open("sqlite", to)
			require.NoError(t, err)
			_, err = db.ExecContext(t.Context(), harm)
			require.NoError(t, err)
			require.NoError(t, db.Close())
			before, err := os.ReadFile(to)
			require.NoError(t, err)
			if harm == "" {
				before[47] = 9
				require.NoError(t, os.WriteFile(to, before, 0o600))
			}
			_, err = Open(to, Options{})
			require.ErrorContains(t, err, "chinwag.db is damaged (")
			after, err := os.ReadFile(to)
			require.NoError(t, err)
			assert.Equal(t, before, after, "it is left as it is")
			assertNotOpen(t, to)
		})
	}
}

// assertNotOpen checks that this process has no file of a journal open, where a system tells.
func assertNotOpen(t *testing.T, path string) {
	t.Helper()
	path, err := filepath.EvalSymlinks(path)
	require.NoError(t, err)
	files, err := filepath.Glob("/proc/self/fd/*")
	require.NoError(t, err)
	for _, f := range files {
		if at, err := os.Readlink(f); err == nil {
			assert.False(t, strings.HasPrefix(at, path), at)
		}
	}
}
