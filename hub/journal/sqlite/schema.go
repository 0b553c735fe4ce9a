package sqlite

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"log/slog"
	"os"

	"github.com/google/uuid"
)

// applicationID is "chnw" in the header of the file: it tells our files from other databases.
const applicationID = 0x63686e77

// migrations lead from an empty file to today's, each from one version of the schema to the next. One that was ever
// released is never changed. (A library for this would be larger than the two functions below: there is one file, one
// direction and no second program that could run them.)
var migrations = []string{`
CREATE TABLE meta (
	epoch   BLOB NOT NULL,    -- names the record
	indexed INTEGER NOT NULL, -- the words of all entries up to this position are in the index
	gone    INTEGER NOT NULL  -- position of the newest entry in a stream that was dropped as a whole
);
CREATE TABLE streams (
	id         INTEGER PRIMARY KEY,
	name       TEXT NOT NULL UNIQUE,
	count      INTEGER NOT NULL, -- entries ever
	last       INTEGER NOT NULL, -- position of the newest
	pruned_nth INTEGER NOT NULL, -- how many of them are gone: always the oldest
	pruned_seq INTEGER NOT NULL  -- position of the newest that is gone
);
CREATE TABLE entries (
	seq    INTEGER PRIMARY KEY,
	stream INTEGER NOT NULL,
	nth    INTEGER NOT NULL,
	time   INTEGER, -- when it was accepted, in nanoseconds since 1970
	id     BLOB,
	author BLOB NOT NULL,
	spoken INTEGER NOT NULL,
	here   INTEGER NOT NULL, -- its room is its stream
	event  TEXT NOT NULL     -- the JSON spelling, without what stands in the other columns
);
CREATE INDEX entries_of_stream ON entries(stream);
CREATE INDEX spoken_in_stream  ON entries(stream) WHERE spoken;
CREATE INDEX spoken_by_author  ON entries(author) WHERE spoken;
CREATE VIRTUAL TABLE words USING fts5(
	stream, text, content='', columnsize=0,
	tokenize="unicode61 remove_diacritics 2 categories 'L* N* Co So'"
);
INSERT INTO words(words, rank) VALUES ('secure-delete', 1);
`, `
DROP INDEX spoken_by_author;
DROP INDEX entries_of_stream;
-- Each entry stands in one index: to keep one costs half as much as to keep the entry.
CREATE INDEX unspoken_in_stream ON entries(stream) WHERE NOT spoken;
`, separateOperators, rowsAndKey, wordsApart, filePositions}

// onlyAdds is the version from which on steps have left the entries as they are. Such a step does without a copy where
// there is no room for one.
const onlyAdds = 3

// migrate brings the file that w has open to the version of steps. It keeps a copy of the file as it was beside it.
func migrate(ctx context.Context, w *sql.Conn, path string, steps []string, log *slog.Logger) error {
	version, err := versionOf(ctx, w)
	switch {
	case err != nil:
		return err
	case version > len(steps):
		return fmt.Errorf("%s was written by a newer chinwag (its schema is %d, this program knows %d): please start the newer one", path, version, len(steps))
	case version == len(steps):
		return nil
	}
	noRoom := false
	if version > 0 {
		noRoom, err = keepCopy(ctx, w, fmt.Sprintf("%s.v%d.bak", path, version))
		if err != nil && !(noRoom && version >= onlyAdds) {
			return fmt.Errorf("%s could not be copied before it is brought to schema %d: %w", path, len(steps), err)
		}
	}
	if _, err := w.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	if err := runSteps(ctx, w, version, steps); err != nil {
		_, _ = w.ExecContext(ctx, "ROLLBACK")
		return err
	}
	if noRoom {
		log.Warn("the journal was brought forward without a copy of it as it was: there was no room for one", "path", path, "schema", len(steps))
	}
	return nil
}

func runSteps(ctx context.Context, w *sql.Conn, version int, steps []string) error {
	for i, step := range steps[version:] {
		if _, err := w.ExecContext(ctx, step); err != nil {
			return fmt.Errorf("schema %d: %w", version+i+1, err)
		}
	}
	if version == 0 {
		epoch := uuid.New()
		if _, err := w.ExecContext(ctx, "INSERT INTO meta (epoch, gone) VALUES (?, 0)", epoch[:]); err != nil {
			return err
		}
	}
	if version < rowsSchema && len(steps) >= rowsSchema {
		key := make([]byte, keySize)
		_, _ = rand.Read(key) // it cannot fail
		if _, err := w.ExecContext(ctx, "UPDATE meta SET key=?", key); err != nil {
			return err
		}
	}
	if version < wordsSchema {
		if _, err := w.ExecContext(ctx, "UPDATE meta SET file=randomblob(16)"); err != nil {
			return err
		}
	}
	_, err := w.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id=%d; PRAGMA user_version=%d; COMMIT", applicationID, len(steps)))
	return err
}

// versionOf is the schema of the file: 0 if it is empty.
func versionOf(ctx context.Context, c *sql.Conn) (version int, err error) {
	var app, tables int
	err = c.QueryRowContext(ctx, `SELECT a.application_id, v.user_version, (SELECT count(*) FROM sqlite_schema)
		FROM pragma_application_id a, pragma_user_version v`).Scan(&app, &version, &tables)
	if err == nil && app != applicationID && (version > 0 || tables > 0) {
		return 0, errNotOurs
	}
	return version, err
}

// keepCopy writes the whole database to another file, whole or not at all. noRoom says that the error is a full disk.
func keepCopy(ctx context.Context, c *sql.Conn, path string) (noRoom bool, err error) {
	unfinished := path + ".tmp"
	err = os.WriteFile(unfinished, nil, 0o600) // private lines are for the owner of the file only
	if err == nil {
		_, err = c.ExecContext(ctx, "VACUUM INTO ?", unfinished)
	}
	if err == nil {
		err = os.Rename(unfinished, path)
	}
	if err != nil {
		noRoom = isNoRoom(err, unfinished)
		_ = os.Remove(unfinished) // gives its room back
	}
	return noRoom, err
}
