package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"chinwag/hub/journal"
)

const foldedSchema = 5 // the first with words as journal.IndexWords makes them; a file is opened with an older one in tests alone

// The words are folded before they come to the index, which takes them as they are. The mark of a scrub that has not
// ended stays.
const foldedWords = `
CREATE TEMP TABLE mark AS SELECT rowid FROM words WHERE words MATCH 'stream : "s0"';
DROP TABLE words;
CREATE VIRTUAL TABLE words USING fts5(stream, text, content='', columnsize=0, tokenize='ascii');
INSERT INTO words (rowid, stream, text) SELECT 0, 's0', 'forgotten' FROM mark LIMIT 1;
DROP TABLE mark;
ALTER TABLE meta ADD COLUMN folding INTEGER NOT NULL DEFAULT 0; -- version of the words in the index
UPDATE meta SET indexed=0;
`

// setFolding empties an index whose words were folded in another way. The maintenance fills it again.
func setFolding(ctx context.Context, c *sql.Conn) error {
	var entries, is int
	err := c.QueryRowContext(ctx, "SELECT indexed, folding FROM meta").Scan(&entries, &is)
	if err != nil || is == journal.Folding {
		return noRow(err) // without the row, load says what is wrong
	}
	_, err = c.ExecContext(ctx, fmt.Sprintf(`BEGIN IMMEDIATE;
		CREATE TEMP TABLE mark AS %s;
		INSERT INTO words (words) SELECT 'delete-all' WHERE %d > 0;
		INSERT INTO words (rowid, stream, text) SELECT 0, 's0', 'forgotten' FROM mark WHERE %[2]d > 0 LIMIT 1;
		DROP TABLE mark;
		UPDATE meta SET indexed=0, folding=%[3]d;
		COMMIT`, theMark, entries, journal.Folding))
	return err
}
