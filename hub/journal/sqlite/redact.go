package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

const maxRedactCalls = 1000 // calls of Redact at the same time: one works, and the others wait

// Redact implements journal.Store. When it returns, the words are overwritten in the rows and taken out of the index,
// and that is flushed, so no search or read shows them. The scrub removes what is left of them in the file later, once
// for many calls. One call works at a time, in steps and with rests, so that any number of them slows commits down as
// much as one.
func (s *Store) Redact(author uuid.UUID, streams []journal.Stream, upto uint64) (n int, err error) {
	if len(streams) == 0 {
		return 0, nil
	}
	if s.redactCalls.Add(1) > maxRedactCalls {
		s.redactCalls.Add(-1)
		return 0, journal.ErrBusy
	}
	defer s.redactCalls.Add(-1)
	s.redacting.Lock()
	defer s.redacting.Unlock()
	if err := s.fileUpto(upto); err != nil {
		return 0, fmt.Errorf("journal: cannot forget: %w", err)
	}
	for _, st := range streams {
		var found int
		found, err = s.redactIn(author, st, upto)
		if n += found; err != nil {
			break
		}
	}
	if err == nil && n > 0 {
		err = s.flush()
	}
	if err != nil {
		return n, fmt.Errorf("journal: cannot forget: %w", err)
	}
	return n, nil
}

// flush brings what was committed lazily to the disk.
func (s *Store) flush() error {
	return s.runStep(durable, func(*maintenanceStep) error { // without a change SQLite would write nothing, and flush nothing
		_, err := s.w.conn.ExecContext(context.Background(), "UPDATE meta SET gone=gone+1; UPDATE meta SET gone=gone-1")
		return err
	})
}

// redactIn looks through all messages of one stream, as a reader does. An index by author would be quicker, and every
// line would pay for it.
func (s *Store) redactIn(author uuid.UUID, st journal.Stream, upto uint64) (n int, err error) {
	var found []uint64
	for after, more := uint64(0), true; more; {
		start := time.Now()
		if found, after, more, err = s.messagesBy(author, st, after, upto); err != nil {
			return n, err
		}
		if !s.pause(restFactor * time.Since(start)) {
			return n, errClosed
		}
		for len(found) > 0 {
			start := time.Now()
			looked, erased, err := s.redactSome(found)
			if n += erased; err != nil {
				return n, err
			}
			found = found[looked:]
			if !s.pause(restFactor * time.Since(start)) {
				return n, errClosed
			}
		}
	}
	return n, nil
}

// redactSome erases the words of the first of these entries, as many as one step has time for: first in the index, and
// then in the journal.
func (s *Store) redactSome(seqs []uint64) (looked, erased int, err error) {
	s.words.mu.Lock()
	defer s.words.mu.Unlock()
	var rows []rawRow
	for cost := 0; looked < len(seqs) && looked < dropBatch && cost < stepBytes; looked++ {
		row, _, err := s.rows(stepBytes, entryAt, 1, int64(seqs[looked]))
		if err != nil {
			return 0, 0, err
		}
		for _, r := range row { // none: it was pruned meanwhile
			cost += rowCost + len(r.event)
			if isErased, err := r.isErased(); err != nil {
				return 0, 0, err
			} else if !isErased {
				rows = append(rows, r)
			}
		}
	}
	if len(rows) == 0 {
		return looked, 0, nil
	}
	if err := s.dropWords(rows, true); err != nil {
		return 0, 0, err
	}
	err = s.runStep(lazy, func(step *maintenanceStep) error {
		for i := range rows {
			if err := s.redactRow(&rows[i]); err != nil {
				return fmt.Errorf("entry %d: %w", rows[i].seq, err)
			}
			step.spend(len(rows[i].event))
		}
		step.onCommit = func() { s.redactions.Add(1) }
		return nil
	})
	if err != nil {
		return 0, 0, errors.Join(err, s.makeWords(context.Background(), true)) // they may have words that the index has lost
	}
	s.wake()
	return looked, len(rows), nil
}

const entryAt = "SELECT " + rawColumns + " FROM entries e WHERE seq=?2 LIMIT ?1"

func (r *rawRow) isErased() (bool, error) {
	e, err := protocol.DecodeEvent(r.event)
	if err != nil {
		return false, fmt.Errorf("entry %d: %w", r.seq, err)
	}
	_, erased := e.(protocol.Redacted)
	return erased, nil
}

// redactRow overwrites the event of r. The new one is padded to the length of the old one where it is shorter: SQLite
// then overwrites it in its place, and moves nothing.
func (s *Store) redactRow(r *rawRow) error {
	e, err := protocol.DecodeEvent(r.event)
	if err != nil {
		return err
	}
	from, _ := protocol.Words(e)
	line := protocol.AppendEventJSON(nil, protocol.Redacted{Meta: protocol.Meta{Room: protocol.MetaOf(e).Room}, From: from})
	event := strings.TrimSuffix(string(line), "\n")
	event += strings.Repeat(" ", max(0, len(r.event)-len(event)))
	_, err = s.w.overwrite.Exec(event, int64(r.seq))
	return err
}

// removeFromIndex takes the words of r out of the index, if they are in it. They stay in its older parts until those
// are merged.
func (s *Store) removeFromIndex(r *rawRow) error {
	if !r.spoken || r.seq > s.indexed.Load() {
		return nil
	}
	text, err := wordsIn(r.event)
	if err != nil {
		return err
	}
	in := indexed{r.seq, r.stream, text}
	return s.put(&in, s.words.remove)
}

// rawRow is an entry that is about to be changed.
type rawRow struct {
	seq, nth uint64
	stream   int64
	spoken   bool
	event    []byte
}

// The filed messages of a stream after a position: one so many after it, and those of an author up to another.
const (
	messagesIn = "p.stream=(SELECT id FROM streams WHERE name=?1) AND p.spoken=1 AND p.seq>?2"
	nthMessage = "SELECT p.seq FROM positions p WHERE " + messagesIn + " ORDER BY p.seq LIMIT 1 OFFSET ?3"
	messagesOf = "SELECT p.seq FROM positions p CROSS JOIN entries e ON e.seq=p.seq WHERE " + messagesIn + " AND p.seq<=?3 AND e.author=?4 ORDER BY p.seq"
)

// messagesBy finds the messages of author in a stream after a position and up to another. It looks at no more than
// scanBatch entries; last is the last of these.
func (s *Store) messagesBy(author uuid.UUID, st journal.Stream, after, upto uint64) (found []uint64, last uint64, more bool, err error) {
	err = s.withReader(func(r *reader) error {
		last = min(upto, math.MaxInt64)
		err := r.conn.QueryRowContext(s.stop, nthMessage, string(st), int64(after), scanBatch-1).Scan(&last)
		if noRow(err) != nil {
			return err
		}
		more = err == nil && last < upto
		last = min(last, upto)
		rows, err := r.conn.QueryContext(s.stop, messagesOf, string(st), int64(after), int64(last), author[:])
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var seq uint64
			if err := rows.Scan(&seq); err != nil {
				return err
			}
			found = append(found, seq)
		}
		return rows.Err()
	})
	return found, last, more, err
}

const (
	rawColumns  = "e.seq, " + rawAfterSeq
	rawAfterSeq = "e.nth, e.stream, e.spoken, e.event"
)

// rows returns the first entries that a query finds, for their words: no more than limit, its first parameter, and not
// many more bytes of words than most. whole is false if there may be others.
func (s *Store) rows(most int, query string, limit int, args ...any) (found []rawRow, whole bool, err error) {
	err = s.withReader(func(r *reader) error {
		found, whole, err = rawRows(r.conn, most, query, limit, args...)
		return err
	})
	return found, whole, err
}

func rawRows(c *sql.Conn, most int, query string, limit int, args ...any) (found []rawRow, whole bool, err error) {
	rows, err := c.QueryContext(context.Background(), query, slices.Insert(args, 0, any(limit))...)
	if err != nil {
		return nil, false, err
	}
	defer rows.Close()
	for cost := 0; rows.Next(); {
		var r rawRow
		if err := rows.Scan(&r.seq, &r.nth, &r.stream, &r.spoken, &r.event); err != nil {
			return nil, false, err
		}
		found = append(found, r)
		if cost += rowCost + len(r.event); cost >= most {
			return found, false, nil
		}
	}
	return found, len(found) < limit, rows.Err()
}
