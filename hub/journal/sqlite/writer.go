package sqlite

import (
	"context"
	"database/sql"
	"strings"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

const insertBatch = 64 // entries that the largest statement writes

// Entries are written by the largest statement that they fill.
var rowCounts = [...]int{insertBatch, 8, 1}

// writer is the one connection that changes the file.
type writer struct {
	conn                             *sql.Conn
	begin, commit, rollback          *sql.Stmt
	findStream, addStream            *sql.Stmt // streams
	addPlaces, setCounters, setFiled *sql.Stmt // filing
	deletePlaces                     *sql.Stmt
	insert                           [len(rowCounts)]*sql.Stmt // entries
	overwrite, deleteEntry           *sql.Stmt
	pruneStream, emptyStream         *sql.Stmt // streams
	dropStream                       *sql.Stmt
	putRow, deleteRow                *sql.Stmt // nil in a file without rows
	args                             []any     // of entries that are still to be written
	of                               []*stream // of entries of a commit; empty between commits
	buf                              []byte
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
		{&w.findStream, "SELECT id, count, last FROM streams WHERE name=?"},
		{&w.addStream, "INSERT INTO streams (name, count, last, pruned_nth, pruned_seq) SELECT ?, 0, 0, 0, gone FROM meta"}, // perhaps it was dropped
		{&w.addPlaces, "INSERT INTO positions SELECT ?1, value&1, value>>1 FROM json_each(?2)"},
		{&w.setCounters, "UPDATE streams SET count=count+?, last=? WHERE id=?"},
		{&w.setFiled, "UPDATE meta SET filed=?"},
		{&w.deletePlaces, "DELETE FROM positions WHERE stream=? AND spoken IN (0, 1) AND seq<=?"},
		{&w.overwrite, "UPDATE entries SET event=? WHERE seq=?"},
		{&w.deleteEntry, "DELETE FROM entries WHERE seq=?"},
		{&w.pruneStream, "UPDATE streams SET pruned_nth=max(pruned_nth, ?), pruned_seq=max(pruned_seq, ?) WHERE id=?"},
		{&w.emptyStream, "SELECT name, last FROM streams WHERE id=? AND count=pruned_nth"},
		{&w.dropStream, "DELETE FROM streams WHERE id=?"},
	}
	if hasRows {
		all = append(all, prepared{&w.putRow, putRow}, prepared{&w.deleteRow, deleteRow})
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
	for _, s := range append(w.insert[:], w.begin, w.commit, w.rollback, w.findStream, w.addStream, w.addPlaces, w.setCounters, w.setFiled, w.deletePlaces, w.overwrite, w.deleteEntry, w.pruneStream, w.emptyStream, w.dropStream, w.putRow, w.deleteRow) {
		if s != nil {
			_ = s.Close()
		}
	}
}

// add collects an entry for the next flush.
func (w *writer) add(e *journal.Entry, stream int64, seq, nth uint64) {
	stamp := protocol.MetaOf(e.Event)
	roomIsStream := stamp.Room != protocol.Room{} && stamp.Room.String() == string(e.Stream)
	var id, at any
	if !stamp.Time.IsZero() {
		at = stamp.Time.UnixNano()
	}
	if own := stamp.ID; own != [16]byte{} { // a copy: the whole stamp would go to the heap with it
		id = own[:]
	}
	rest := protocol.Meta{}
	if !roomIsStream {
		rest.Room = stamp.Room
	}
	w.buf = protocol.AppendEventJSON(w.buf[:0], e.Event.WithMeta(rest))
	w.args = append(w.args, int64(seq), stream, int64(nth), at, id, e.Author[:], e.Event.IsMessage(), roomIsStream, string(w.buf[:len(w.buf)-1]))
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

// keep keeps the memory of the streams of a group for the next one, unless there is much of it.
func (w *writer) keep(of []*stream) {
	clear(of)
	if cap(of) > filingBatch {
		of = nil
	}
	w.of = of[:0]
}
