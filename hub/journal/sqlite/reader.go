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
	lookUp, probe          *sql.Stmt
	page, newest, each     *sql.Stmt
	lastPlaces             *sql.Stmt
	table                  *streamTable                     // with what the file has not filed
	damage                 error                            // why not all of streams could be read; nil in a Store's readers
	rooms                  map[journal.Stream]protocol.Room // a cache of parsed names
}

// limit is the last parameter of a query. The +0 keeps SQLite from looking at its value: else it would prepare the
// statement anew whenever one is bound.
const limit = " LIMIT ?+0"

func newReader(ctx context.Context, db *sql.DB, table *streamTable) (*reader, error) {
	c, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	r := &reader{conn: c, table: table, rooms: map[journal.Stream]protocol.Room{}}
	for _, p := range []struct {
		stmt  **sql.Stmt
		query string
	}{
		{&r.begin, "BEGIN"}, {&r.end, "ROLLBACK"},
		{&r.findStream, "SELECT id, pruned_nth, pruned_seq FROM streams WHERE name=?"},
		{&r.droppedSeq, "SELECT gone FROM meta"},
		{&r.lookUp, "SELECT id, last, pruned_nth, pruned_seq FROM streams WHERE name=?"},
		{&r.page, pageOfStream},
		{&r.newest, newestOfStream},
		{&r.each, entriesAt},
		{&r.lastPlaces, lastPlaces},
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
	for _, s := range []*sql.Stmt{r.begin, r.end, r.findStream, r.droppedSeq, r.lookUp, r.page, r.probe, r.newest, r.each, r.lastPlaces} {
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
