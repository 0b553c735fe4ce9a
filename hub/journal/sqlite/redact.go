package sqlite

import (
	"context"
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

// redactSome erases the words of the first of these entries, as many as one step has time for.
func (s *Store) redactSome(seqs []uint64) (looked, erased int, err error) {
	err = s.runStep(lazy, func(step *maintenanceStep) error {
		marked := s.marked.Load()
		for _, seq := range seqs {
			rows, _, err := s.w.raw("SELECT "+rawColumns+" FROM entries e WHERE seq=?2 LIMIT ?1", 1, int64(seq))
			if err != nil {
				return err
			}
			looked++
			words := 0
			for _, r := range rows { // none: it was pruned meanwhile
				done, err := s.redactRow(&r)
				if err != nil {
					return fmt.Errorf("entry %d: %w", r.seq, err)
				}
				if done {
					erased++
				}
				words = len(r.event)
			}
			if erased > 0 && !marked {
				if err := s.put(&markEntry, s.w.indexInsert); err != nil {
					return err
				}
				marked = true
			}
			if !step.spend(words) {
				break
			}
		}
		step.onCommit = func() {
			s.marked.Store(marked)
			if erased > 0 {
				s.redactions.Add(1)
			}
		}
		return nil
	})
	if err != nil {
		return 0, 0, err
	}
	if erased > 0 {
		s.wake()
	}
	return looked, erased, nil
}

// redactRow overwrites the event of r. The new one is padded to the length of the old one where it is shorter: SQLite
// then overwrites it in its place, and moves nothing.
func (s *Store) redactRow(r *rawRow) (erased bool, err error) {
	e, err := protocol.DecodeEvent(r.event)
	if err != nil {
		return false, err
	}
	if _, already := e.(protocol.Redacted); already {
		return false, nil
	}
	if err := s.removeFromIndex(r); err != nil {
		return false, err
	}
	from, _ := protocol.Words(e)
	line := protocol.AppendEventJSON(nil, protocol.Redacted{Meta: protocol.Meta{Room: protocol.MetaOf(e).Room}, From: from})
	event := strings.TrimSuffix(string(line), "\n")
	event += strings.Repeat(" ", max(0, len(r.event)-len(event)))
	_, err = s.w.overwrite.Exec(event, int64(r.seq))
	return true, err
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
	return s.put(&in, s.w.indexDelete)
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

// raw returns the first entries that a query for rawColumns finds: no more than limit, its first parameter, and no more
// than about a step. whole is false if there may be others.
func (w *writer) raw(query string, limit int, args ...any) (found []rawRow, whole bool, err error) {
	rows, err := w.conn.QueryContext(context.Background(), query, slices.Insert(args, 0, any(limit))...)
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
		if cost += rowCost + len(r.event); cost >= stepBytes {
			return found, false, nil
		}
	}
	return found, len(found) < limit, rows.Err()
}
