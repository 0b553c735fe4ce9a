package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// reader is a connection that sees what is committed. It waits for no writer and no other reader.
type reader struct {
	conn                   *sql.Conn
	begin, end             *sql.Stmt
	findStream, droppedSeq *sql.Stmt
	page, probe            *sql.Stmt
	newest                 *sql.Stmt
	rooms                  map[journal.Stream]protocol.Room // a cache of parsed names
}

// ofStream makes a query for the entries of one stream in order. The argument must end with its conditions. Messages
// and other entries have an index each, and SQLite merges the two as it reads.
func ofStream(query string) string {
	return query + " AND spoken UNION ALL " + query + " AND NOT spoken ORDER BY seq"
}

// limit is the last parameter of a query. The +0 keeps SQLite from looking at its value: else it would prepare the
// statement anew whenever one is bound.
const limit = " LIMIT ?+0"

func newReader(ctx context.Context, db *sql.DB) (*reader, error) {
	c, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	r := &reader{conn: c, rooms: map[journal.Stream]protocol.Room{}}
	for _, p := range []struct {
		stmt  **sql.Stmt
		query string
	}{
		{&r.begin, "BEGIN"}, {&r.end, "ROLLBACK"},
		{&r.findStream, "SELECT id, pruned_nth, pruned_seq FROM streams WHERE name=?"},
		{&r.droppedSeq, "SELECT gone FROM meta"},
		{&r.page, pageOfStream},
		{&r.newest, "SELECT " + columns + " FROM entries e WHERE stream=(SELECT id FROM streams WHERE name=?) AND spoken AND seq<=? ORDER BY seq DESC" + limit},
		{&r.probe, "SELECT seq, ifnull(time, 0) FROM entries WHERE seq<=? ORDER BY seq DESC LIMIT 1"},
	} {
		if *p.stmt, err = c.PrepareContext(ctx, p.query); err != nil {
			r.close()
			return nil, err
		}
	}
	return r, nil
}

func (r *reader) close() {
	for _, s := range []*sql.Stmt{r.begin, r.end, r.findStream, r.droppedSeq, r.page, r.probe, r.newest} {
		if s != nil {
			_ = s.Close()
		}
	}
	_ = r.conn.Close()
}

// withReader gives a reader to f, which sees one moment of the journal throughout. f must be short, a page at the most:
// a checkpoint waits for it, and commits wait for the checkpoint.
func (s *Store) withReader(f func(r *reader) error) error {
	var r *reader
	select {
	case r = <-s.readers:
	case <-s.stop.Done():
		return errClosed
	}
	defer func() { s.readers <- r }()
	if s.latch.acquire(s.stop) != nil {
		return errClosed
	}
	defer s.latch.release()
	if err := r.inSnapshot(f); err != nil {
		return fmt.Errorf("journal: cannot read: %w", err)
	}
	return nil
}

// inSnapshot shows one moment of the journal to f.
func (r *reader) inSnapshot(f func(r *reader) error) error {
	if _, err := r.begin.Exec(); err != nil {
		return err
	}
	err := f(r)
	if _, e := r.end.Exec(); err == nil {
		err = e
	}
	return err
}
