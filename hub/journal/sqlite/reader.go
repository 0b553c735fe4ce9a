package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// reader is a connection that sees what is committed. It waits for no writer and no other reader.
type reader struct {
	conn        *sql.Conn
	begin, end  *sql.Stmt
	find, gone  *sql.Stmt
	page, probe *sql.Stmt
	last        *sql.Stmt
	rooms       map[journal.Stream]protocol.Room // a cache of parsed names
}

const columns = "e.seq, e.nth, e.time, e.id, e.author, e.here, e.event"

// ofStream makes a query for the entries of one stream in order. The argument must end
// with its conditions. Spoken and other entries have an index each, and SQLite
// merges the two as it reads.
func ofStream(query string) string {
	return query + " AND spoken UNION ALL " + query + " AND NOT spoken ORDER BY seq"
}

var pageOfStream = ofStream("SELECT "+columns+" FROM entries e WHERE stream=?1 AND seq>?2 AND seq<=?3") + limit

// limit is the last parameter of a query. The +0 keeps SQLite from looking at its value:
// else it would prepare the statement anew whenever one is bound.
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
		{&r.find, "SELECT id, pruned_nth, pruned_seq FROM streams WHERE name=?"},
		{&r.gone, "SELECT gone FROM meta"},
		{&r.page, pageOfStream},
		{&r.last, "SELECT " + columns + " FROM entries e WHERE stream=(SELECT id FROM streams WHERE name=?) AND spoken AND seq<=? ORDER BY seq DESC" + limit},
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
	for _, s := range []*sql.Stmt{r.begin, r.end, r.find, r.gone, r.page, r.probe, r.last} {
		if s != nil {
			_ = s.Close()
		}
	}
	_ = r.conn.Close()
}

// borrow gives a reader to f, which sees one moment of the journal throughout. f must be
// short, a page at the most: a checkpoint waits for it, and commits wait for the checkpoint.
func (s *Store) borrow(f func(r *reader) error) error {
	var r *reader
	select {
	case r = <-s.readers:
	case <-s.stop.Done():
		return errClosed
	}
	defer func() { s.readers <- r }()
	if s.gate.enter(s.stop) != nil {
		return errClosed
	}
	defer s.gate.leave()
	if err := r.look(f); err != nil {
		return fmt.Errorf("journal: cannot read: %w", err)
	}
	return nil
}

// look shows one moment of the journal to f.
func (r *reader) look(f func(r *reader) error) error {
	if _, err := r.begin.Exec(); err != nil {
		return err
	}
	err := f(r)
	if _, e := r.end.Exec(); err == nil {
		err = e
	}
	return err
}

// Read implements journal.Store.
func (s *Store) Read(cur *journal.Cursor, upto uint64, limit int) (p journal.Page, err error) {
	before := slices.Clone(cur.Streams)
	err = s.borrow(func(r *reader) error {
		for i := range cur.Streams {
			if err := r.read(&p, &cur.Streams[i], cur.Seq, upto, limit); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil { // the next page tells what is missing
		copy(cur.Streams, before)
		return journal.Page{}, err
	}
	p.Advance(cur, upto, limit)
	return p, nil
}

// read adds the entries of one stream after a position to the page, and counts those
// that are gone.
func (r *reader) read(p *journal.Page, at *journal.StreamCursor, after, upto uint64, limit int) error {
	if at.Stream == "" {
		return nil
	}
	var id int64
	var prunedNth, prunedSeq uint64
	err := r.find.QueryRow(string(at.Stream)).Scan(&id, &prunedNth, &prunedSeq)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		err := r.gone.QueryRow().Scan(&prunedSeq)
		if prunedSeq > after && at.StreamSeq > 0 {
			p.AtLeast, at.StreamSeq = true, 0 // once
		}
		return err
	case err != nil:
		return err
	case prunedSeq > after:
		p.CountPruned(at, prunedNth)
	}
	rows, err := r.page.Query(id, position(after), position(upto), limit)
	if err != nil {
		return err
	}
	bytes := 0
	return r.each(rows, at.Stream, func(e journal.Entry) (more bool) {
		p.Entries = append(p.Entries, e)
		bytes += e.Size()
		return bytes < journal.PageBytes
	})
}

// each calls f for the entries of one stream, until f wants no more. It closes rows.
func (r *reader) each(rows *sql.Rows, st journal.Stream, f func(journal.Entry) (more bool)) error {
	defer rows.Close()
	for more := true; more && rows.Next(); {
		var row row
		if err := rows.Scan(row.columns()...); err != nil {
			return err
		}
		e, err := r.entry(&row, st)
		if err != nil {
			return err
		}
		more = f(e)
	}
	return rows.Err()
}

// row is an entry as it stands in the file.
type row struct {
	seq, nth   uint64
	time       sql.NullInt64
	id, author sql.RawBytes
	here       bool
	event      sql.RawBytes
}

func (r *row) columns() []any {
	return []any{&r.seq, &r.nth, &r.time, &r.id, &r.author, &r.here, &r.event}
}

// entry decodes row, an entry of this stream.
func (r *reader) entry(row *row, st journal.Stream) (journal.Entry, error) {
	e := journal.Entry{Seq: row.seq, StreamSeq: row.nth, Stream: st}
	ev, err := protocol.DecodeEvent(row.event)
	if err != nil {
		return e, fmt.Errorf("entry %d: %w", row.seq, err)
	}
	recorded, ok := ev.(protocol.Recorded)
	if !ok {
		return e, fmt.Errorf("entry %d: a %T is nothing to record", row.seq, ev)
	}
	stamp := protocol.MetaOf(recorded)
	stamp.Seq = row.seq
	if row.time.Valid {
		stamp.Time = time.Unix(0, row.time.Int64).UTC()
	}
	copy(stamp.ID[:], row.id)
	copy(e.Author[:], row.author)
	if row.here {
		if stamp.Room, err = r.room(st); err != nil {
			return e, fmt.Errorf("entry %d: %w", row.seq, err)
		}
	}
	e.Event = recorded.WithMeta(stamp)
	return e, nil
}

// room is the room of a stream. Its cache is there because to parse a name costs more than to read a line.
func (r *reader) room(st journal.Stream) (protocol.Room, error) {
	if room, ok := r.rooms[st]; ok {
		return room, nil
	}
	room, err := protocol.ParseRoom(string(st))
	if err == nil {
		if len(r.rooms) >= maxStreams {
			clear(r.rooms)
		}
		r.rooms[st] = room
	}
	return room, err
}

// SeqOfLast implements journal.Store.
func (s *Store) SeqOfLast(streams []journal.Stream, upto uint64, n int) (seq uint64, err error) {
	if len(streams) == 0 || n < 0 {
		return 0, nil
	}
	// Each part of the union is in order already, so SQLite reads only the entries that it counts.
	one := "SELECT seq FROM entries WHERE stream=(SELECT id FROM streams WHERE name=?) AND spoken AND seq<=?"
	query := one + strings.Repeat(" UNION ALL "+one, len(streams)-1) + " ORDER BY seq DESC LIMIT 1 OFFSET ?"
	var args []any
	for _, st := range streams {
		args = append(args, string(st), position(upto))
	}
	err = s.borrow(func(r *reader) error {
		return noRow(r.conn.QueryRowContext(s.stop, query, append(args, n)...).Scan(&seq))
	})
	return seq, err
}

// Newest implements journal.Store.
func (s *Store) Newest(streams []journal.Stream, upto uint64, n int) (found []journal.Entry, more bool, err error) {
	err = s.borrow(func(r *reader) error {
		for _, st := range streams {
			rows, err := r.last.Query(string(st), position(upto), n+1)
			if err != nil {
				return err
			}
			if err := r.each(rows, st, func(e journal.Entry) bool { found = append(found, e); return true }); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, false, err
	}
	slices.SortFunc(found, func(a, b journal.Entry) int { return cmp.Compare(a.Seq, b.Seq) })
	more = len(found) > n
	return found[max(0, len(found)-n):], more, nil
}

// noRow is err, or nil if err is sql.ErrNoRows.
func noRow(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}

// SeqBefore implements journal.Store. It is a binary search, which relies on times that grow with
// the positions: where the clock was set back, it finds one of the possible positions.
func (s *Store) SeqBefore(t time.Time) (seq uint64, err error) {
	low, high := uint64(1), s.Head()
	err = s.borrow(func(r *reader) error {
		for low <= high {
			mid := low + (high-low)/2
			var at uint64
			var when int64
			err := r.probe.QueryRow(position(mid)).Scan(&at, &when)
			switch {
			case errors.Is(err, sql.ErrNoRows) || err == nil && at < low:
				low = mid + 1 // nothing is kept from low to mid
			case err != nil:
				return err
			case when == 0 || time.Unix(0, when).Before(t):
				seq, low = at, mid+1
			default:
				high = at - 1
			}
		}
		return nil
	})
	return seq, err
}

// position is seq as SQLite has it.
func position(seq uint64) int64 { return int64(min(seq, math.MaxInt64)) }
