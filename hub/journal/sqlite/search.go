package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// Search implements journal.Store. Where the index is behind, Search first updates it, for at most half of the time
// that ctx gives.
func (s *Store) Search(ctx context.Context, streams []journal.Stream, words string, upto uint64, n int) (found []journal.Entry, looked uint64, err error) {
	wanted := journal.ParseQuestion(words)
	if len(wanted.Phrases()) == 0 || n <= 0 {
		return nil, upto, nil
	}
	s.indexUpto(ctx, min(upto, s.Head()))
	if looked = upto; s.indexed.Load() < min(upto, s.Head()) {
		looked = s.indexed.Load()
	}
	err = s.withSearcher(ctx, func(ctx context.Context, r *reader) (err error) {
		found, err = s.search(ctx, r, streams, wanted, looked, n)
		return err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("journal: cannot search: %w", err)
	}
	return found, looked, nil
}

// indexUpto updates the index up to a position, as far as there is time. It drops an error, since the maintenance meets
// the same one and logs it.
func (s *Store) indexUpto(ctx context.Context, upto uint64) {
	until, ends := ctx.Deadline()
	if ends {
		until = until.Add(-time.Until(until) / 2)
	}
	for s.indexed.Load() < upto && ctx.Err() == nil && s.stop.Err() == nil && (!ends || time.Now().Before(until)) {
		if _, err := s.index(); err != nil {
			return
		}
	}
}

// withSearcher gives the reader of searches to f, for as long as ctx and the store last. When a checkpoint needs the
// WAL for itself, the context of f ends, and f is called anew after it.
func (s *Store) withSearcher(ctx context.Context, f func(ctx context.Context, r *reader) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.stop, cancel)()
	var r *reader
	select {
	case r = <-s.searcher:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { s.searcher <- r }()
	for {
		hurried, err := s.searchOnce(ctx, r, f)
		if !hurried {
			return err
		}
	}
}

func (s *Store) searchOnce(ctx context.Context, r *reader, f func(ctx context.Context, r *reader) error) (hurried bool, err error) {
	if err := s.latch.acquire(ctx); err != nil {
		return false, err
	}
	defer s.latch.release()
	inside, hurry := context.WithCancel(ctx)
	defer hurry()
	s.latch.onExclude(hurry)
	defer s.latch.onExclude(nil)
	err = r.inSnapshot(func(r *reader) error { return f(inside, r) })
	return err != nil && inside.Err() != nil && ctx.Err() == nil, err
}

// foundInIndex takes what query makes. The newest come first.
const foundInIndex = "SELECT rowid FROM words WHERE words MATCH ?1 AND rowid<=?2 ORDER BY rowid DESC LIMIT ?3"

const namedAt = "SELECT e.stream, " + columns + " FROM entries e WHERE seq=?"

const maxCandidates = 512 // that are taken from the index at once

// search returns the last n messages that match, in order. The index finds candidates: it knows no marks, and still has
// the words of what was pruned.
func (s *Store) search(ctx context.Context, r *reader, streams []journal.Stream, wanted journal.Question, upto uint64, n int) (found []journal.Entry, err error) {
	ids, names, err := r.streams(streams)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	asked := query(ids, wanted)
	for some := n; upto > 0; some = min(2*some, maxCandidates) {
		seqs, err := s.words.candidates(ctx, asked, upto, some)
		if err != nil {
			return nil, err
		}
		for _, seq := range seqs {
			e, ok, err := r.entryAt(ctx, seq, names)
			if err != nil {
				return nil, err
			}
			if ok && matches(wanted, &e) {
				if found = append(found, e); len(found) == n {
					break
				}
			}
		}
		if len(seqs) < some || len(found) == n {
			break
		}
		upto = seqs[len(seqs)-1] - 1
	}
	slices.Reverse(found)
	return found, nil
}

func matches(wanted journal.Question, e *journal.Entry) bool {
	_, text := protocol.Words(e.Event)
	return wanted.Matches(text.String())
}

// entryAt returns the entry at a position; ok is false if it was pruned.
func (r *reader) entryAt(ctx context.Context, seq uint64, names map[int64]journal.Stream) (e journal.Entry, ok bool, err error) {
	rows, err := r.conn.QueryContext(ctx, namedAt, int64(seq))
	if err != nil {
		return e, false, err
	}
	defer rows.Close()
	if ok = rows.Next(); ok {
		e, err = r.scanNamed(rows, names)
	}
	return e, ok, cmp.Or(err, rows.Err())
}

func (w *wordsFile) candidates(ctx context.Context, query string, upto uint64, n int) (seqs []uint64, err error) {
	w.reading.RLock()
	defer w.reading.RUnlock()
	if w.reader == nil {
		return nil, nil
	}
	rows, err := w.reader.QueryContext(ctx, foundInIndex, query, position(upto), n)
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

func (r *reader) streams(names []journal.Stream) (ids []int64, byID map[int64]journal.Stream, err error) {
	byID = map[int64]journal.Stream{}
	for _, name := range names {
		var id int64
		var nth, seq uint64
		switch err := r.findStream.QueryRow(string(name)).Scan(&id, &nth, &seq); {
		case err == nil:
			ids, byID[id] = append(ids, id), name
		case !errors.Is(err, sql.ErrNoRows):
			return nil, nil, err
		}
	}
	return ids, byID, nil
}

// query is the query to the index. What a client typed stands in it only between quotes, as signs that the index knows.
func query(streams []int64, wanted journal.Question) string {
	var b strings.Builder
	b.WriteString("stream : (")
	for i, id := range streams {
		if i > 0 {
			b.WriteString(" OR ")
		}
		b.WriteString(strconv.Quote(streamWord(id)))
	}
	b.WriteString(") AND text : (")
	for i, p := range wanted.Phrases() {
		if i > 0 {
			b.WriteString(" AND ")
		}
		b.WriteString(`"` + strings.Join(p.Words, " ") + `"`)
		if p.Prefix {
			b.WriteString(" *")
		}
	}
	b.WriteString(")")
	return b.String()
}

// streamWord stands in the index for a stream.
func streamWord(id int64) string { return "s" + strconv.FormatInt(id, 10) }
