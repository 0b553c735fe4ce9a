package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"

	"chinwag/hub/journal"
)

const (
	indexAtOnce = 128  // entries in one transaction: a few milliseconds
	lookAtOnce  = 2048 // entries that are looked at for them
)

// index takes the next entries into the index, and reports whether there may be more.
func (s *Store) index() (more bool, err error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	from, head := s.indexed.Load(), s.Head()
	if from >= head {
		return false, nil
	}
	to := min(from+lookAtOnce, head)
	err = s.lightly(func() error {
		return s.transact(func() error {
			rows, err := s.w.spoken(from, to)
			if err != nil {
				return err
			}
			for _, r := range rows {
				if err := r.put(s.w.intoIndex); err != nil {
					return err
				}
			}
			if len(rows) == indexAtOnce {
				to = rows[len(rows)-1].seq
			}
			_, err = s.w.conn.ExecContext(context.Background(), "UPDATE meta SET indexed=?", int64(to))
			return err
		})
	})
	if err == nil {
		s.indexed.Store(to)
	}
	return err == nil && to < head, err
}

// lightly does f without a flush to the disk: what f writes can be made again,
// and the next commit flushes it, too.
func (s *Store) lightly(f func() error) error {
	if s.opts.Sync != Full {
		return f()
	}
	ctx := context.Background()
	if _, err := s.w.conn.ExecContext(ctx, "PRAGMA synchronous=normal"); err != nil {
		return err
	}
	err := f()
	if _, e := s.w.conn.ExecContext(ctx, "PRAGMA synchronous=full"); e != nil && s.broken == nil {
		s.broken = fmt.Errorf("%w (%w)", journal.ErrBroken, e) // nothing would be safe any more
	}
	return err
}

// indexed is what the index knows of an entry.
type indexed struct {
	seq    uint64
	stream int64
	text   string
}

// spoken are the next spoken entries between two positions.
func (w *writer) spoken(after, upto uint64) (found []indexed, err error) {
	rows, err := w.conn.QueryContext(context.Background(),
		"SELECT seq, stream, event FROM entries WHERE seq>? AND seq<=? AND spoken ORDER BY seq LIMIT ?", int64(after), int64(upto), indexAtOnce)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var r indexed
		var event []byte
		if err := rows.Scan(&r.seq, &r.stream, &event); err != nil {
			return nil, err
		}
		if r.text, err = wordsIn(event); err != nil {
			return nil, fmt.Errorf("entry %d: %w", r.seq, err)
		}
		found = append(found, r)
	}
	return found, rows.Err()
}

// wordsIn are the words of something spoken, as they stand in the file: to parse
// the whole event costs as much as to index it.
func wordsIn(event []byte) (string, error) {
	var spoken struct{ Text string }
	err := json.Unmarshal(event, &spoken)
	return spaced(spoken.Text), err
}

// put takes an entry into the index, or out of it. What has no words is not in it.
func (r *indexed) put(stmt *sql.Stmt) (err error) {
	if strings.TrimSpace(r.text) != "" {
		_, err = stmt.Exec(int64(r.seq), streamWord(r.stream), r.text)
	}
	return err
}
