package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"math"
	"slices"
	"strings"
	"time"

	"chinwag/hub/journal"
)

var pageOfStream = ofStream("SELECT "+columns+" FROM entries e WHERE stream=?1 AND seq>?2 AND seq<=?3") + limit

// Read implements journal.Store.
func (s *Store) Read(cur *journal.Cursor, upto uint64, limit int) (p journal.Page, err error) {
	before := slices.Clone(cur.Streams)
	err = s.withReader(func(r *reader) error {
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

// read adds the entries of one stream after a position to the page, and counts those that are gone.
func (r *reader) read(p *journal.Page, at *journal.StreamCursor, after, upto uint64, limit int) error {
	if at.Stream == "" {
		return nil
	}
	var id int64
	var prunedNth, prunedSeq uint64
	err := r.findStream.QueryRow(string(at.Stream)).Scan(&id, &prunedNth, &prunedSeq)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		err := r.droppedSeq.QueryRow().Scan(&prunedSeq)
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
	return r.scanEntries(rows, at.Stream, func(e journal.Entry) (more bool) {
		p.Entries = append(p.Entries, e)
		bytes += e.Size()
		return bytes < journal.PageBytes
	})
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
	err = s.withReader(func(r *reader) error {
		return noRow(r.conn.QueryRowContext(s.stop, query, append(args, n)...).Scan(&seq))
	})
	return seq, err
}

// Newest implements journal.Store.
func (s *Store) Newest(streams []journal.Stream, upto uint64, n int) (found []journal.Entry, more bool, err error) {
	err = s.withReader(func(r *reader) error {
		for _, st := range streams {
			rows, err := r.newest.Query(string(st), position(upto), n+1)
			if err != nil {
				return err
			}
			if err := r.scanEntries(rows, st, func(e journal.Entry) bool { found = append(found, e); return true }); err != nil {
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

// SeqBefore implements journal.Store. It is a binary search, which relies on times that grow with the positions: where
// the clock was set back, it finds one of the possible positions.
func (s *Store) SeqBefore(t time.Time) (seq uint64, err error) {
	low, high := uint64(1), s.Head()
	err = s.withReader(func(r *reader) error {
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

// tailOfAll selects the entries of all streams after a position.
const tailOfAll = "SELECT s.name, " + columns + " FROM entries e JOIN streams s ON s.id=e.stream WHERE e.seq>? ORDER BY e.seq" + limit

const tailBatch = 512 // entries that are read in one transaction: a checkpoint waits for it

// Tail implements journal.Store.
func (s *Store) Tail(after uint64, limit int) (found []journal.Entry, err error) {
	for more := true; more && len(found) < limit; {
		n := min(limit-len(found), tailBatch)
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
	err = s.withReader(func(r *reader) error {
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
