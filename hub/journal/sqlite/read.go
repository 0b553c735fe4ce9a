package sqlite

import (
	"context"

	"chinwag/hub/journal"
)

// tailOfAll selects the entries of all streams after a position.
const tailOfAll = "SELECT s.name, " + columns + " FROM entries e JOIN streams s ON s.id=e.stream WHERE e.seq>? ORDER BY e.seq" + limit

const tailAtOnce = 512 // entries that are read in one transaction: a checkpoint waits for it

// Tail implements journal.Store.
func (s *Store) Tail(after uint64, limit int) (found []journal.Entry, err error) {
	for more := true; more && len(found) < limit; {
		n := min(limit-len(found), tailAtOnce)
		some, err := s.tailSome(after, n)
		if err != nil {
			return nil, err
		}
		if more = len(some) == n; more {
			after = some[n-1].Seq
		}
		found = append(found, some...)
	}
	return found, nil
}

func (s *Store) tailSome(after uint64, n int) (found []journal.Entry, err error) {
	err = s.borrow(func(r *reader) error {
		found, err = r.tail(s.stop, after, n)
		return err
	})
	return found, err
}

// tail returns the first n entries of all streams after a position.
func (r *reader) tail(ctx context.Context, after uint64, n int) (found []journal.Entry, err error) {
	rows, err := r.conn.QueryContext(ctx, tailOfAll, position(after), n)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var st string
		var row row
		if err := rows.Scan(append([]any{&st}, row.columns()...)...); err != nil {
			return nil, err
		}
		e, err := r.entry(&row, journal.Stream(st))
		if err != nil {
			return nil, err
		}
		found = append(found, e)
	}
	return found, rows.Err()
}
