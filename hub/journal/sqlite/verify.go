package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// Report is what Verify has found.
type Report struct {
	Epoch    uuid.UUID
	Entries  int
	Streams  int
	Head     uint64
	Pruned   uint64   // entries that are no longer kept
	Indexed  uint64   // the words up to this position can be searched
	Problems []string // none: all is well

	words *sql.Conn // nil: there is no index
}

const maxProblems = 100 // that are told

// AddProblem adds a problem, in plain words, up to maxProblems of them.
func (r *Report) AddProblem(words string) {
	if len(r.Problems) < maxProblems {
		r.Problems = append(r.Problems, words)
	}
}

func (r *Report) problem(format string, args ...any) { r.AddProblem(fmt.Sprintf(format, args...)) }

// Verify reads the whole journal at path, also while a server writes to it. It checks the integrity of the file, the
// order of the entries, the counters and the index.
func Verify(path string) (r Report, err error) {
	err = readSnapshot(path, func(c *sql.Conn, rd *reader) error {
		ctx := context.Background()
		if err := r.integrity(ctx, c); err != nil {
			return err
		}
		if err := r.meta(ctx, c); err != nil {
			return err
		}
		words, indexed, done := wordsOf(ctx, path, c)
		defer done()
		r.words, r.Indexed = words, indexed
		defer func() { r.words = nil }()
		streams, err := rd.allStreams(ctx)
		if err != nil {
			return err
		}
		if rd.damage != nil {
			r.problem("the counters of streams do not fit the last entries")
		}
		r.Streams = len(streams)
		for _, st := range streams {
			if err := r.stream(ctx, c, rd, st); err != nil {
				return err
			}
		}
		return r.positions(ctx, c)
	})
	return r, err
}

// positions compares the positions that are filed with the entries, and the entries with those of all streams.
func (r *Report) positions(ctx context.Context, c *sql.Conn) error {
	var entries, stray int
	if err := c.QueryRowContext(ctx, "SELECT count(*) FROM entries").Scan(&entries); err != nil {
		return err
	}
	if entries != r.Entries {
		r.problem("%d entries are of no stream, or are not found in theirs", max(entries, r.Entries)-min(entries, r.Entries))
	}
	err := c.QueryRowContext(ctx, strayPositions).Scan(&stray)
	if stray > 0 {
		r.problem("%d positions are filed of entries that are not there", stray)
	}
	return err
}

func (r *Report) integrity(ctx context.Context, c *sql.Conn) error {
	rows, err := c.QueryContext(ctx, "PRAGMA integrity_check")
	if err != nil {
		return err
	}
	defer rows.Close()
	places := 0
	for rows.Next() {
		var verdict string
		if err := rows.Scan(&verdict); err != nil {
			return err
		}
		if verdict != "ok" {
			places++
		}
	}
	if places > 0 { // SQLite names them by their pages, which does not help an operator
		r.problem("the file is not as it was written, in %d places at the least", places)
	}
	return rows.Err()
}

func (r *Report) meta(ctx context.Context, c *sql.Conn) error {
	return c.QueryRowContext(ctx, "SELECT epoch, ifnull((SELECT max(seq) FROM entries), 0) FROM meta").Scan(&r.Epoch, &r.Head)
}

var allOfStream = allOf(afterSeq, "")

// stream checks one stream and its entries in the index, side by side.
func (r *Report) stream(ctx context.Context, c *sql.Conn, rd *reader, st streamRow) (err error) {
	index, err := r.wordsOfStream(ctx, st)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, index.close()) }()
	rows, err := c.QueryContext(ctx, allOfStream, st.ID, list(rd.table.places(st.Name)))
	if err != nil {
		return err
	}
	defer rows.Close()
	nth, last := st.PrunedNth, st.PrunedSeq
	for rows.Next() {
		var row row
		if err := rows.Scan(row.columns()...); err != nil {
			return err
		}
		e, err := rd.entry(&row, st.Name)
		if err != nil {
			r.problem("%s: %v", st.Name, err)
		}
		if nth++; row.nth != nth || row.seq <= last {
			r.problem("%s: entry %d should be the %dth and is the %dth", st.Name, row.seq, nth, row.nth)
			nth = row.nth
		}
		last = row.seq
		r.Entries++
		if err != nil || row.seq > r.Indexed {
			continue
		}
		for index.at < row.seq && index.next() {
			if index.at < row.seq {
				r.problem("%s: the index knows an entry %d that is not there", st.Name, index.at)
			}
		}
		if _, words := protocol.Words(e.Event); (journal.IndexWords(words.String()) == "") == (index.at == row.seq) {
			r.problem("%s: the words of entry %d are missing in the index, or should be", st.Name, row.seq)
		}
	}
	for index.next() {
		if index.at <= r.Head || index.at > r.Indexed { // others may have come since
			r.problem("%s: the index knows an entry that is not there", st.Name)
		}
	}
	if nth != st.Count || last != max(st.Last, st.PrunedSeq) {
		r.problem("%s: counts %d entries up to %d, and has %d up to %d", st.Name, st.Count, st.Last, nth, last)
	}
	r.Pruned += st.PrunedNth
	return rows.Err()
}
