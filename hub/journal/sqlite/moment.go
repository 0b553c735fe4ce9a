package sqlite

import (
	"context"
	"database/sql"

	"chinwag/hub/journal"
)

// Moment is a journal as it was at one moment, read-only. Its methods are those of Store.
type Moment struct {
	head uint64
	r    *reader
}

// Look shows one moment of the journal at path to f, also while a server writes to it. The Moment is valid until f returns.
func Look(path string, f func(*Moment) error) error {
	return view(path, func(c *sql.Conn, r *reader) error {
		m := Moment{r: r}
		if err := c.QueryRowContext(context.Background(), "SELECT ifnull(max(seq), 0) FROM entries").Scan(&m.head); err != nil {
			return err
		}
		return f(&m)
	})
}

// Head is the position of the last entry, 0 if there is none.
func (m *Moment) Head() uint64 { return m.head }

// Rows calls f for each row, in the order of IDs, until f returns an error.
func (m *Moment) Rows(f func(journal.Row) error) error { return m.r.rows(context.Background(), f) }

// Tail returns the entries of all streams after a position, in order, at most limit.
func (m *Moment) Tail(after uint64, limit int) ([]journal.Entry, error) {
	return m.r.tail(context.Background(), after, limit)
}

// Legacy is what the entries hold for certain of what stands in rows.
func (m *Moment) Legacy() (journal.Legacy, error) { return m.r.legacy(context.Background()) }
