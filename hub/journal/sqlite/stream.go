package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"chinwag/hub/journal"
)

// streamRow is a stream as it stands in the file.
type streamRow struct {
	ID        int64          `json:"-"`
	Name      journal.Stream `json:"stream"`
	Count     uint64         `json:"count"`
	Last      uint64         `json:"last"`
	PrunedNth uint64         `json:"pruned_nth,omitzero"`
	PrunedSeq uint64         `json:"pruned_seq,omitzero"`
}

// allStreams are the streams with all of their entries, also those that are not filed.
func (r *reader) allStreams(ctx context.Context) (found []streamRow, err error) {
	found, err = scanStreams(r.conn.QueryContext(ctx, "SELECT id, name, count, last, pruned_nth, pruned_seq FROM streams ORDER BY id"))
	r.table.count(found)
	return found, err
}

// scanStreams are the streams that a query has found.
func scanStreams(rows *sql.Rows, err error) (found []streamRow, _ error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s streamRow
		if err := rows.Scan(&s.ID, &s.Name, &s.Count, &s.Last, &s.PrunedNth, &s.PrunedSeq); err != nil {
			return nil, err
		}
		found = append(found, s)
	}
	return found, rows.Err()
}

// streamOf finds or makes a stream, for the commit under way.
func (s *Store) streamOf(name journal.Stream) (*stream, error) {
	if st := s.streams.byName[name]; st != nil {
		return st, nil
	}
	st := &stream{}
	err := s.w.findStream.QueryRow(string(name)).Scan(&st.id, &st.count, &st.last)
	if errors.Is(err, sql.ErrNoRows) {
		var made sql.Result
		if made, err = s.w.addStream.Exec(string(name)); err == nil {
			st.id, err = made.LastInsertId()
		}
	}
	if err != nil {
		return nil, err
	}
	s.streams.put(name, st)
	return st, nil
}
