package sqlite

import (
	"context"

	"chinwag/hub/journal"
)

// Rows are the current state as the hub encodes it: the package keeps the bytes and does not interpret them. They are
// written in the transaction of the entries that changed them. They are neither pruned nor exported, and not in the
// index.

const (
	rowsSchema = 4 // the first that has rows. A file is opened with an older one in tests alone
	keySize    = 32
)

const rowsAndKey = `
CREATE TABLE rows (
	id    INTEGER PRIMARY KEY,
	value BLOB NOT NULL
);
ALTER TABLE meta ADD COLUMN key BLOB; -- of chance; for hashes of what nobody shall guess
`

const (
	putRow    = "INSERT OR REPLACE INTO rows (id, value) VALUES (?, ?)"
	deleteRow = "DELETE FROM rows WHERE id=?"
)

// writeRow writes a row, or removes it where its value is nil.
func (w *writer) writeRow(r *journal.Row) (err error) {
	if r.Value == nil {
		_, err = w.deleteRow.Exec(r.ID)
	} else {
		_, err = w.putRow.Exec(r.ID, r.Value)
	}
	return err
}

// Key implements journal.Store.
func (s *Store) Key() [32]byte { return s.key }

// Rows implements journal.Store.
func (s *Store) Rows(f func(journal.Row) error) error {
	return s.withReader(func(r *reader) error { return r.rows(s.stop, f) })
}

// rows calls f for each row.
func (r *reader) rows(ctx context.Context, f func(journal.Row) error) error {
	rows, err := r.conn.QueryContext(ctx, "SELECT id, value FROM rows ORDER BY id")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var row journal.Row
		if err := rows.Scan(&row.ID, &row.Value); err != nil {
			return err
		}
		if row.Value == nil { // the driver's value of an empty blob
			row.Value = []byte{}
		}
		if err := f(row); err != nil {
			return err
		}
	}
	return rows.Err()
}
