package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"chinwag/hub/journal"
)

// A commit writes the rows of entries and no index: an index by stream has a page for each stream that a group touches,
// and to write that page costs more than the lines. The entries are filed later, many at a time, so that a page is
// written once for many lines: their places go to the table positions, and the counters of their streams to streams.
// Until then both are in memory, and a start reads them again from the entries.
const (
	filingBatch  = 8192            // entries that are filed together
	maxUnfiled   = 4 * filingBatch // beyond, a commit files before it writes
	placesAtOnce = 1024            // of one stream, in one statement
	placeCost    = 8               // what it costs to file one, in bytes of words
)

// filing is a filing under way. Its streams are filed one after the other. Places are filed in one transaction with the
// counters of their stream, so that the file is whole between two steps: what is filed of a stream is what its counters
// say.
type filing struct {
	upto uint64    // position up to which all is filed when it is over
	left []*stream // that may have entries up to there
}

// fileSome files entries of the next streams, as many as the step has time for.
func (s *Store) fileSome(step *maintenanceStep) error {
	f := s.filing
	if len(f.left) == 0 {
		f = filing{upto: s.Head()}
		for _, st := range s.streams.byName {
			if len(st.unfiled) > 0 {
				f.left = append(f.left, st)
			}
		}
	}
	type part struct {
		of *stream
		n  int
	}
	var done []part
	for more := true; more && len(f.left) > 0; {
		st := f.left[len(f.left)-1]
		for at := 0; more && at < len(st.unfiled); {
			n := min(placesAtOnce, len(st.unfiled)-at)
			if err := s.w.file(st.id, st.unfiled[at:at+n]); err != nil {
				return err
			}
			done = append(done, part{st, n})
			at += n
			if at == len(st.unfiled) {
				f.left = f.left[:len(f.left)-1]
			}
			more = step.spend(n * placeCost)
		}
		if len(st.unfiled) == 0 {
			f.left = f.left[:len(f.left)-1]
		}
	}
	if len(f.left) == 0 {
		if _, err := s.w.setFiled.Exec(int64(f.upto)); err != nil {
			return err
		}
	}
	step.onCommit = func() {
		for _, p := range done {
			s.streams.filed(p.of, p.n)
		}
		if s.filing = f; len(f.left) == 0 {
			s.filed.Store(f.upto)
		}
	}
	return nil
}

// file writes the places of a stream's next entries, and counts them.
func (w *writer) file(id int64, places []place) error {
	if _, err := w.addPlaces.Exec(id, list(places)); err != nil {
		return err
	}
	_, err := w.setCounters.Exec(len(places), int64(places[len(places)-1].seq()), id)
	return err
}

// fileUpto files all entries up to a position.
func (s *Store) fileUpto(upto uint64) error {
	for s.filed.Load() < min(upto, s.Head()) {
		if err := s.runStep(lazy, s.fileSome); err != nil {
			return err
		}
	}
	return nil
}

// boundUnfiled files where the maintenance has not kept up with the commits, so that what is in memory has a bound. The
// caller is a commit, and holds s.writing.
func (s *Store) boundUnfiled() error {
	for s.streams.unfiled >= maxUnfiled*s.opts.filing/filingBatch && s.broken == nil {
		if err := s.withoutSync(func() error { return s.doStep(s.fileSome, true) }); err != nil {
			return err
		}
	}
	return nil
}

// filingIsDue reports whether enough entries wait.
func (s *Store) filingIsDue() bool { return s.Head()-s.filed.Load() >= uint64(s.opts.filing) }

// unfiledEntries selects the entries that may not be filed, with their streams as these stand in the file.
const unfiledEntries = `SELECT ifnull(s.id, 0), ifnull(s.name, ''), ifnull(s.count, 0), ifnull(s.last, 0), e.seq, e.nth, e.spoken
	FROM entries e LEFT JOIN streams s ON s.id=e.stream WHERE e.seq>(SELECT filed FROM meta) ORDER BY e.seq`

var errCounters = fmt.Errorf("%w: its counters do not fit its entries", errDamaged)

// readUnfiled reads what is not filed. Where the file is damaged, it returns an error with what there is.
func readUnfiled(ctx context.Context, c *sql.Conn) (*streamTable, error) {
	t := &streamTable{byName: map[journal.Stream]*stream{}}
	rows, err := c.QueryContext(ctx, unfiledEntries)
	if err != nil {
		return t, err
	}
	defer rows.Close()
	var wrong error
	for rows.Next() {
		var name journal.Stream
		var is stream
		var seq, nth uint64
		var spoken bool
		if err := rows.Scan(&is.id, &name, &is.count, &is.last, &seq, &nth, &spoken); err != nil {
			return t, err
		}
		if seq <= is.last { // it is filed
			continue
		}
		st := t.byName[name]
		if st == nil {
			st = &is
			t.byName[name] = st
		}
		if is.id == 0 || nth != st.count+1 {
			wrong = errCounters
		}
		st.count, st.last = nth, seq
		st.unfiled = append(st.unfiled, placeOf(seq, spoken))
		t.unfiled++
	}
	return t, errors.Join(wrong, rows.Err())
}
