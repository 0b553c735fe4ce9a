package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"

	"chinwag/hub/journal"
)

// Snapshot is a journal as it was at one moment, read-only. Its methods are those of Store.
type Snapshot struct {
	head uint64
	r    *reader
}

// View shows one moment of the journal at path to f, also while a server writes to it. The Snapshot is valid until f
// returns.
func View(path string, f func(*Snapshot) error) error {
	return readSnapshot(path, func(c *sql.Conn, r *reader) error {
		m := Snapshot{r: r}
		if err := c.QueryRowContext(context.Background(), "SELECT ifnull(max(seq), 0) FROM entries").Scan(&m.head); err != nil {
			return err
		}
		return f(&m)
	})
}

// Head is the position of the last entry, 0 if there is none.
func (m *Snapshot) Head() uint64 { return m.head }

// Rows calls f for each row, in the order of IDs, until f returns an error.
func (m *Snapshot) Rows(f func(journal.Row) error) error { return m.r.rows(context.Background(), f) }

// Tail returns the entries of all streams after a position, in order, at most limit.
func (m *Snapshot) Tail(after uint64, limit int) ([]journal.Entry, error) {
	return m.r.tail(context.Background(), after, limit)
}

// LegacyState is what the entries hold for certain of what stands in rows.
func (m *Snapshot) LegacyState() (journal.LegacyState, error) {
	return m.r.legacy(context.Background())
}

// readSnapshot shows one moment of the journal at path to f, and changes nothing.
func readSnapshot(path string, f func(c *sql.Conn, r *reader) error) error {
	err := checkHeader(path)
	if err == nil {
		err = viewDatabase(path, f)
	}
	if errors.Is(err, os.ErrNotExist) {
		return errMissing(path)
	}
	return explain(path, err)
}

func viewDatabase(path string, f func(c *sql.Conn, r *reader) error) error {
	ctx := context.Background()
	db, err := sql.Open("sqlite", reading(path))
	if err != nil {
		return err
	}
	defer db.Close()
	c, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	switch version, err := versionOf(ctx, c); {
	case err != nil:
		return err
	case version == 0 && isEmpty(path):
		return fmt.Errorf("%s is empty, and no journal yet: please name another file", path)
	case version == 0:
		return errNotOurs
	case version > len(migrations):
		return fmt.Errorf("%s was written by a newer chinwag: please use the newer one", path)
	case version < len(migrations):
		return fmt.Errorf("%s was written by an older chinwag: starting the server on it once brings it forward", path)
	}
	r, err := newReader(ctx, db, nil)
	if err != nil {
		return err
	}
	defer r.close()
	if _, err := r.begin.Exec(); err != nil {
		return err
	}
	r.table, r.damage = readUnfiled(ctx, r.conn)
	return f(r.conn, r)
}
