package sqlite

import (
	"context"
	"database/sql"
)

// wordsOf opens the words of the journal at path, after a moment of the journal is shown on c. Words that are missing,
// or of another journal, are made at the next start: index is nil then.
func wordsOf(ctx context.Context, path string, c *sql.Conn) (index *sql.Conn, indexed uint64, done func()) {
	none := func() {}
	if checkHeader(wordsPath(path)) != nil {
		return nil, 0, none
	}
	db, err := sql.Open("sqlite", reading(wordsPath(path)))
	if err != nil {
		return nil, 0, none
	}
	done = func() { _ = db.Close() }
	if index, err = db.Conn(ctx); err != nil {
		return nil, 0, done
	}
	done = func() { _ = index.Close(); _ = db.Close() }
	var id, of []byte
	if err = c.QueryRowContext(ctx, "SELECT file FROM meta").Scan(&of); err == nil {
		_, err = index.ExecContext(ctx, "BEGIN")
	}
	if err == nil {
		err = index.QueryRowContext(ctx, "SELECT id, indexed FROM state").Scan(&id, &indexed)
	}
	if err != nil || string(id) != string(of) {
		return nil, 0, done
	}
	return index, indexed, done
}

// checkedWords are the positions of a stream's entries in the index, in order.
type checkedWords struct {
	rows *sql.Rows // nil: there are none
	at   uint64
}

func (r *Report) wordsOfStream(ctx context.Context, st streamRow) (w checkedWords, err error) {
	if r.words != nil {
		w.rows, err = r.words.QueryContext(ctx, "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid", `stream : "`+streamWord(st.ID)+`"`)
	}
	return w, err
}

// next moves to the next position.
func (w *checkedWords) next() bool {
	return w.rows != nil && w.rows.Next() && w.rows.Scan(&w.at) == nil
}

func (w *checkedWords) close() error {
	if w.rows == nil {
		return nil
	}
	_ = w.rows.Close()
	return w.rows.Err()
}
