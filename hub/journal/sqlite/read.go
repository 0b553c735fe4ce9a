package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"math"
	"slices"
	"time"

	"chinwag/hub/journal"
)

// Read implements journal.Store.
func (s *Store) Read(cur *journal.Cursor, upto uint64, limit int) (p journal.Page, err error) {
	before := slices.Clone(cur.Streams)
	names := make([]journal.Stream, len(cur.Streams))
	for i := range cur.Streams {
		names[i] = cur.Streams[i].Stream
	}
	err = s.withReader(func(r *reader) error {
		places := r.placesOf(names)
		for i := range cur.Streams {
			if err := r.readPage(&p, &cur.Streams[i], places[i], cur.Seq, upto, limit); err != nil {
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

// readPage adds the entries of one stream after a position to the page, and counts those that are gone.
func (r *reader) readPage(p *journal.Page, at *journal.StreamCursor, places []place, after, upto uint64, limit int) error {
	if at.Stream == "" {
		return nil
	}
	v, err := r.view(at.Stream, places)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		var prunedSeq uint64
		err := r.droppedSeq.QueryRow().Scan(&prunedSeq)
		if prunedSeq > after && at.StreamSeq > 0 {
			p.AtLeast, at.StreamSeq = true, 0 // once
		}
		return err
	case err != nil:
		return err
	case v.prunedSeq > after:
		p.CountPruned(at, v.prunedNth)
	}
	bytes := 0
	return r.read(at.Stream, &v, after, upto, limit, func(e journal.Entry) (more bool) {
		p.Entries = append(p.Entries, e)
		bytes += e.Size()
		return bytes < journal.PageBytes
	})
}

// SeqOfLast implements journal.Store.
func (s *Store) SeqOfLast(streams []journal.Stream, upto uint64, n int) (uint64, error) {
	if n < 0 {
		return 0, nil
	}
	var last []uint64
	err := s.withReader(func(r *reader) error {
		places := r.placesOf(streams)
		for i, name := range streams {
			v, err := r.view(name, places[i])
			if errors.Is(err, sql.ErrNoRows) {
				continue
			}
			var seqs []uint64
			if err == nil {
				seqs, err = r.lastSeqs(&v, upto, n+1)
			}
			if err != nil {
				return err
			}
			last = append(last, seqs...)
		}
		return nil
	})
	if err != nil || len(last) <= n {
		return 0, err
	}
	slices.Sort(last)
	return last[len(last)-1-n], nil
}

// Newest implements journal.Store.
func (s *Store) Newest(streams []journal.Stream, upto uint64, n int) (found []journal.Entry, more bool, err error) {
	err = s.withReader(func(r *reader) error {
		places := r.placesOf(streams)
		for i, name := range streams {
			v, err := r.view(name, places[i])
			if err == nil {
				err = r.readNewest(name, &v, upto, n+1, func(e journal.Entry) bool { found = append(found, e); return true })
			}
			if noRow(err) != nil {
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
func position(seq uint64) int64 { return int64(min(seq, maxPosition)) }

const maxPosition = math.MaxInt64

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
