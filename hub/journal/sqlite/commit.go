package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// stream is the counters of a stream, held between commits.
type stream struct {
	id    int64
	count uint64
	last  uint64
	dirty bool // counted further than the file has it
}

const rowsAtOnce = 64 // entries that the largest statement writes

// Entries are written by the largest statement that they fill.
var rowCounts = [...]int{rowsAtOnce, 8, 1}

// writer is the one connection that changes the file.
type writer struct {
	conn                    *sql.Conn
	begin, commit, rollback *sql.Stmt
	find, make, count       *sql.Stmt                 // streams
	insert                  [len(rowCounts)]*sql.Stmt // entries
	intoIndex, outOfIndex   *sql.Stmt
	erase, remove           *sql.Stmt
	prune, drop             *sql.Stmt // streams
	keepRow, removeRow      *sql.Stmt // nil in a file without rows
	args                    []any     // of entries that are still to be written
	touched                 []*stream // in this transaction
	buf                     []byte
}

func newWriter(ctx context.Context, c *sql.Conn, hasRows bool) (w *writer, err error) {
	const row = "(?,?,?,?,?,?,?,?,?)"
	type prepared struct {
		stmt  **sql.Stmt
		query string
	}
	w = &writer{conn: c}
	all := []prepared{
		{&w.begin, "BEGIN IMMEDIATE"}, {&w.commit, "COMMIT"}, {&w.rollback, "ROLLBACK"},
		{&w.find, "SELECT id, count, last FROM streams WHERE name=?"},
		{&w.make, "INSERT INTO streams (name, count, last, pruned_nth, pruned_seq) SELECT ?, 0, 0, 0, gone FROM meta"}, // perhaps it was dropped
		{&w.count, "UPDATE streams SET count=?, last=? WHERE id=?"},
		{&w.intoIndex, "INSERT INTO words (rowid, stream, text) VALUES (?, ?, ?)"},
		{&w.outOfIndex, "INSERT INTO words (words, rowid, stream, text) VALUES ('delete', ?, ?, ?)"},
		{&w.erase, "UPDATE entries SET event=? WHERE seq=?"},
		{&w.remove, "DELETE FROM entries WHERE seq=?"},
		{&w.prune, "UPDATE streams SET pruned_nth=max(pruned_nth, ?), pruned_seq=max(pruned_seq, ?) WHERE id=?"},
		{&w.drop, "DELETE FROM streams WHERE id=? AND count=pruned_nth RETURNING name, last"},
	}
	if hasRows {
		all = append(all, prepared{&w.keepRow, keepRow}, prepared{&w.removeRow, removeRow})
	}
	for i, n := range rowCounts {
		all = append(all, prepared{&w.insert[i], "INSERT OR FAIL INTO entries VALUES " + row + strings.Repeat(","+row, n-1)})
	}
	for _, p := range all {
		if *p.stmt, err = c.PrepareContext(ctx, p.query); err != nil {
			w.close()
			return nil, err
		}
	}
	return w, nil
}

func (w *writer) close() {
	for _, s := range append(w.insert[:], w.begin, w.commit, w.rollback, w.find, w.make, w.count, w.intoIndex, w.outOfIndex, w.erase, w.remove, w.prune, w.drop, w.keepRow, w.removeRow) {
		if s != nil {
			_ = s.Close()
		}
	}
}

// Commit implements journal.Store.
func (s *Store) Commit(entries []journal.Entry, rows []journal.Row) error {
	if len(entries)+len(rows) == 0 {
		return nil
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	if err := cmp.Or(journal.CheckPositions(entries, s.Head()), journal.CheckRows(rows)); err != nil {
		return err
	}
	first := s.head.Load() + 1
	nths := make([]uint64, len(entries))
	err := s.transact(func() error {
		for i := range entries {
			st, err := s.stream(entries[i].Stream)
			if err != nil {
				return err
			}
			nths[i] = s.w.next(st, first+uint64(i))
			s.w.add(&entries[i], st.id, first+uint64(i), nths[i])
			if err := s.w.flush(rowsAtOnce); err != nil {
				return err
			}
		}
		for i := range rows {
			if err := s.w.writeRow(&rows[i]); err != nil {
				return err
			}
		}
		return s.count()
	})
	switch {
	case err != nil:
		return fmt.Errorf("journal: cannot record: %w", err)
	case len(entries) == 0:
		return nil
	}
	for i := range entries {
		entries[i].SetPosition(first+uint64(i), nths[i])
	}
	s.head.Store(first + uint64(len(entries)) - 1)
	s.spoke.Store(time.Now().UnixNano())
	s.wake()
	return nil
}

// transact runs f in a transaction, and rolls back where it fails. The caller holds
// s.writing.
func (s *Store) transact(f func() error) error {
	if s.broken != nil {
		return s.broken
	}
	ctx := context.Background()
	_, err := s.w.begin.ExecContext(ctx)
	if err == nil {
		if err = f(); err == nil {
			_, err = s.w.commit.ExecContext(ctx)
		}
	}
	if err == nil {
		return nil
	}
	_, _ = s.w.rollback.ExecContext(ctx) // SQLite has done so already after some errors
	clear(s.streams)                     // they have counted what was rolled back
	clear(s.w.args)
	s.w.args, s.w.touched = s.w.args[:0], s.w.touched[:0]
	return s.fail(err)
}

// fail breaks the store if err is final.
func (s *Store) fail(err error) error {
	if isFinal(err) {
		s.broken = fmt.Errorf("%w (%w)", journal.ErrBroken, err)
		return s.broken
	}
	return err
}

// stream finds or makes the counters of a stream.
func (s *Store) stream(name journal.Stream) (*stream, error) {
	if st := s.streams[name]; st != nil {
		return st, nil
	}
	st := &stream{}
	err := s.w.find.QueryRow(string(name)).Scan(&st.id, &st.count, &st.last)
	if errors.Is(err, sql.ErrNoRows) {
		var made sql.Result
		if made, err = s.w.make.Exec(string(name)); err == nil {
			st.id, err = made.LastInsertId()
		}
	}
	if err != nil {
		return nil, err
	}
	s.streams[name] = st
	return st, nil
}

// next counts an entry of st, and returns its number in the stream.
func (w *writer) next(st *stream, seq uint64) (nth uint64) {
	if !st.dirty {
		st.dirty = true
		w.touched = append(w.touched, st)
	}
	st.count++
	st.last = seq
	return st.count
}

// count writes the rest of the entries, and the counters of the streams.
func (s *Store) count() error {
	if err := s.w.flush(1); err != nil {
		return err
	}
	for _, st := range s.w.touched {
		if _, err := s.w.count.Exec(int64(st.count), int64(st.last), st.id); err != nil {
			return err
		}
		st.dirty = false
	}
	clear(s.w.touched)
	s.w.touched = s.w.touched[:0]
	if len(s.streams) > maxStreams {
		clear(s.streams)
	}
	return nil
}

// add collects an entry for the next flush.
func (w *writer) add(e *journal.Entry, stream int64, seq, nth uint64) {
	stamp := protocol.MetaOf(e.Event)
	here := stamp.Room != protocol.Room{} && stamp.Room.String() == string(e.Stream)
	var id, at any
	if !stamp.Time.IsZero() {
		at = stamp.Time.UnixNano()
	}
	if own := stamp.ID; own != [16]byte{} { // a copy: the whole stamp would go to the heap with it
		id = own[:]
	}
	rest := protocol.Meta{}
	if !here {
		rest.Room = stamp.Room
	}
	w.buf = protocol.AppendEventJSON(w.buf[:0], e.Event.WithMeta(rest))
	w.args = append(w.args, int64(seq), stream, int64(nth), at, id, e.Author[:], e.Event.IsMessage(), here, string(w.buf[:len(w.buf)-1]))
}

// flush writes the collected entries if there are atLeast so many.
func (w *writer) flush(atLeast int) error {
	const columns = 9
	args := w.args
	if len(args) < atLeast*columns {
		return nil
	}
	for i, n := range rowCounts {
		for n *= columns; len(args) >= n; args = args[n:] {
			if _, err := w.insert[i].Exec(args[:n]...); err != nil {
				return err
			}
		}
	}
	clear(w.args) // so that their values can be collected
	w.args = w.args[:0]
	return nil
}
