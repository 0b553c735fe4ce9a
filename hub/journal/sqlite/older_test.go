package sqlite

import (
	"database/sql"
	"fmt"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

// undo leads from each version of the schema to the one before, the first of them from version 2.
var undo = []string{
	"DROP INDEX unspoken_in_stream; CREATE INDEX entries_of_stream ON entries(stream); CREATE INDEX spoken_by_author ON entries(author) WHERE spoken",
	"SELECT 1", // operators stay where they are
	"DROP TABLE rows; ALTER TABLE meta DROP COLUMN key",
	`ALTER TABLE meta DROP COLUMN file; ALTER TABLE meta ADD COLUMN indexed INTEGER NOT NULL DEFAULT 0;
	CREATE VIRTUAL TABLE words USING fts5(stream, text, content='', columnsize=0, tokenize="unicode61 remove_diacritics 2 categories 'L* N* Co So'")`,
	`DROP VIEW lines; DROP TABLE positions; ALTER TABLE meta DROP COLUMN filed;
	CREATE INDEX spoken_in_stream ON entries(stream) WHERE spoken; CREATE INDEX unspoken_in_stream ON entries(stream) WHERE NOT spoken`,
}

// makeOlder makes a journal of today's schema, which is closed, one of an older schema.
func makeOlder(t *testing.T, path string, version int) {
	t.Helper()
	changeFile(t, path, func(db *sql.DB) {
		for v := len(migrations); v > version; v-- {
			_, err := db.ExecContext(t.Context(), undo[v-2])
			require.NoError(t, err, "schema %d", v)
		}
		_, err := db.ExecContext(t.Context(), fmt.Sprint("PRAGMA user_version=", version))
		require.NoError(t, err)
	})
}

func changeFile(t *testing.T, path string, f func(db *sql.DB)) {
	t.Helper()
	db, err := sql.Open("sqlite", writing(path, Off))
	require.NoError(t, err)
	db.SetMaxOpenConns(1)
	f(db)
	require.NoError(t, db.Close())
}

// contents are what a file of any schema has.
type contents struct {
	version, entries int
	epoch            uuid.UUID
}

func contentsOf(t *testing.T, path string) (c contents) {
	t.Helper()
	changeFile(t, path, func(db *sql.DB) {
		require.NoError(t, db.QueryRowContext(t.Context(), "SELECT user_version, epoch, (SELECT count(*) FROM entries) FROM pragma_user_version, meta").Scan(&c.version, &c.epoch, &c.entries))
	})
	return c
}
