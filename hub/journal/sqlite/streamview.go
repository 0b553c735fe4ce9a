package sqlite

import (
	"database/sql"

	"chinwag/hub/journal"
)

// streamView is a stream at the moment of a reader: what is filed of it, and the places of the rest.
type streamView struct {
	id                   int64
	filed                uint64 // position of the last that is filed
	prunedNth, prunedSeq uint64
	rest                 []place
}

// placesOf are the places of these streams that are not filed. A reader must ask for them before it asks the file: then
// an entry that is filed meanwhile stands here and there, and none is missed.
func (r *reader) placesOf(names []journal.Stream) [][]place {
	all := make([][]place, len(names))
	for i, name := range names {
		all[i] = r.table.places(name)
	}
	return all
}

// view looks a stream up, with places that placesOf has found. It returns sql.ErrNoRows where there is none.
func (r *reader) view(name journal.Stream, places []place) (v streamView, err error) {
	if name == "" {
		return v, sql.ErrNoRows
	}
	err = r.lookUp.QueryRow(string(name)).Scan(&v.id, &v.filed, &v.prunedNth, &v.prunedSeq)
	v.rest = between(places, v.filed, maxPosition)
	return v, err
}

// pageOfStream and the other queries here are of the filed entries of a stream.
var pageOfStream = filedOf(afterSeq, "p.stream=?1 AND p.seq>?2 AND p.seq<=?3") + limit

const (
	newestOfStream = "SELECT " + filedColumns + " FROM positions p CROSS JOIN entries e ON e.seq=p.seq WHERE p.stream=? AND p.spoken=1 AND p.seq<=? ORDER BY p.seq DESC" + limit
	lastPlaces     = "SELECT seq FROM positions WHERE stream=? AND spoken=1 AND seq<=? ORDER BY seq DESC" + limit
	entriesAt      = "SELECT " + columns + " FROM json_each(?) j CROSS JOIN entries e ON e.seq=j.value>>1"
)

// read calls f for the first entries of a stream after a position, no more than n, until f wants no more.
func (r *reader) read(name journal.Stream, v *streamView, after, upto uint64, n int, f func(journal.Entry) (more bool)) error {
	more := true
	count := func(e journal.Entry) bool {
		n--
		more = f(e)
		return more
	}
	if after < v.filed {
		rows, err := r.page.Query(v.id, position(after), position(upto), n)
		if err != nil {
			return err
		}
		if err := r.scanEntries(rows, name, count); err != nil {
			return err
		}
	}
	rest := between(v.rest, after, upto)
	if !more || n <= 0 || len(rest) == 0 {
		return nil
	}
	rows, err := r.each.Query(list(rest[:min(n, len(rest))]))
	if err != nil {
		return err
	}
	return r.scanEntries(rows, name, count)
}

// readNewest calls f for the last n messages of a stream up to a position, in no order.
func (r *reader) readNewest(name journal.Stream, v *streamView, upto uint64, n int, f func(journal.Entry) (more bool)) error {
	last := lastSpoken(between(v.rest, 0, upto), n)
	if len(last) > 0 {
		rows, err := r.each.Query(list(last))
		if err != nil {
			return err
		}
		if err := r.scanEntries(rows, name, f); err != nil {
			return err
		}
	}
	if n -= len(last); n <= 0 {
		return nil
	}
	rows, err := r.newest.Query(v.id, position(upto), n)
	if err != nil {
		return err
	}
	return r.scanEntries(rows, name, f)
}

// lastSeqs are the positions of the last n messages of a stream up to a position, the newest first.
func (r *reader) lastSeqs(v *streamView, upto uint64, n int) (seqs []uint64, err error) {
	for _, p := range lastSpoken(between(v.rest, 0, upto), n) {
		seqs = append(seqs, p.seq())
	}
	if n -= len(seqs); n <= 0 {
		return seqs, nil
	}
	rows, err := r.lastPlaces.Query(v.id, position(upto), n)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var seq uint64
		if err := rows.Scan(&seq); err != nil {
			return nil, err
		}
		seqs = append(seqs, seq)
	}
	return seqs, rows.Err()
}
