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

func allStreams(ctx context.Context, c *sql.Conn) (found []streamRow, err error) {
	return scanStreams(c.QueryContext(ctx, "SELECT id, name, count, last, pruned_nth, pruned_seq FROM streams ORDER BY id"))
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

// streamCounters is the counters of a stream, held between commits.
type streamCounters struct {
	id    int64
	count uint64
	last  uint64
	dirty bool // counted further than the file has it
}

// countersOf finds or makes the counters of a stream.
func (s *Store) countersOf(name journal.Stream) (*streamCounters, error) {
	if st := s.streams[name]; st != nil {
		return st, nil
	}
	st := &streamCounters{}
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
	s.streams[name] = st
	return st, nil
}
