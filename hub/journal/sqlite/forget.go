package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"os"
	"strings"

	"github.com/google/uuid"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// Forget implements journal.Store. The words are overwritten in the rows, the
// index is written anew in small steps between the commits, and the log is
// emptied: in a record of millions of lines that takes a minute. A file that is not
// large is then written anew as a whole, since SQLite leaves scraps of what stood
// on a page where it moves the rest; in a large one they stay until Vacuum.
func (s *Store) Forget(author uuid.UUID, streams []journal.Stream) (n int, err error) {
	if len(streams) == 0 {
		return 0, nil
	}
	for _, st := range streams {
		var found int
		found, err = s.forgetIn(author, st)
		if n += found; err != nil {
			break
		}
	}
	if n > 0 {
		s.scrub.Store(true)
	}
	if n > 0 && err == nil {
		err = s.scrubIndex()
		if err == nil {
			err = s.rewrite()
		}
		if err == nil {
			s.scrub.Store(true) // the maintenance may have emptied the log, before what was written since
			err = s.checkpoint()
		}
	}
	if err != nil {
		return n, fmt.Errorf("journal: cannot forget: %w", err)
	}
	return n, nil
}

const rewritten = 32 << 20 // bytes that are written anew in a fraction of a second

// rewrite writes the file anew, if it is not large. Commits wait for it.
func (s *Store) rewrite() error {
	if !s.isSmall() {
		return nil
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	if s.broken != nil {
		return s.broken
	}
	return s.lightly(func() error {
		_, err := s.w.conn.ExecContext(context.Background(), "VACUUM")
		return s.fail(err)
	})
}

func (s *Store) isSmall() bool {
	info, err := os.Stat(s.path)
	return err == nil && info.Size() <= rewritten
}

// forgetIn looks through all that was spoken in one stream. An index by author
// would be quicker, and every line would pay for it.
func (s *Store) forgetIn(author uuid.UUID, st journal.Stream) (n int, err error) {
	var after uint64
	for more := true; more && err == nil; {
		var found int
		found, after, more, err = s.forgetSome(author, st, after)
		n += found
	}
	return n, err
}

func (s *Store) forgetSome(author uuid.UUID, st journal.Stream, after uint64) (n int, last uint64, more bool, err error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	err = s.transact(func() error {
		var rows []rawRow
		var err error
		if rows, last, more, err = s.w.spokenBy(author, st, after); err != nil {
			return err
		}
		for _, r := range rows {
			erased, err := s.forget(&r)
			if err != nil {
				return fmt.Errorf("entry %d: %w", r.seq, err)
			}
			if erased {
				n++
			}
		}
		return nil
	})
	if err != nil {
		n = 0
	}
	return n, last, more, err
}

const mergePages = 16 // of the index in one step: a few milliseconds

// scrubIndex merges the parts of the index into one. FTS5 takes what is deleted
// out of a part at once, even with its secure-delete, only as far as that is easy.
func (s *Store) scrubIndex() error {
	// A part of its own, since a lone part is never written anew.
	mark := indexed{text: "forgotten"}
	if err := s.mark(&mark, s.w.intoIndex); err != nil {
		return err
	}
	if err := s.mergeAll(); err != nil {
		return err
	}
	return s.mark(&mark, s.w.outOfIndex)
}

// mergeAll makes the index one part: at once where that is a small thing, else in
// steps, between which other parts may come, so that a part may be left out.
func (s *Store) mergeAll() error {
	if s.isSmall() {
		_, err := s.mergeSome("optimize", 0)
		return err
	}
	pages := -mergePages // all parts, from the first step on
	for more := true; more; pages = mergePages {
		var err error
		if more, err = s.mergeSome("merge", pages); err != nil {
			return err
		}
	}
	return nil
}

// mark puts into the index, or out of it, what is no entry: position 0 in stream 0.
func (s *Store) mark(in *indexed, stmt *sql.Stmt) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	return s.lightly(func() error {
		return s.transact(func() error { return in.put(stmt) })
	})
}

func (s *Store) mergeSome(how string, pages int) (more bool, err error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	var before, after int
	const changes = "SELECT total_changes()"
	ctx := context.Background()
	err = s.lightly(func() error {
		return s.transact(func() error {
			if err := s.w.conn.QueryRowContext(ctx, changes).Scan(&before); err != nil {
				return err
			}
			if _, err := s.w.conn.ExecContext(ctx, "INSERT INTO words (words, rank) VALUES (?, ?)", how, pages); err != nil {
				return err
			}
			return s.w.conn.QueryRowContext(ctx, changes).Scan(&after)
		})
	})
	return after-before >= 2, err // as FTS5 says that it has merged something
}

func (s *Store) forget(r *rawRow) (erased bool, err error) {
	e, err := protocol.DecodeEvent(r.event)
	if err != nil {
		return false, err
	}
	if _, already := e.(protocol.Erased); already {
		return false, nil
	}
	if err := s.leaveIndex(r); err != nil {
		return false, err
	}
	from, _ := protocol.Words(e)
	line := protocol.AppendEventJSON(nil, protocol.Erased{Stamp: protocol.Stamp{Room: protocol.StampOf(e).Room}, From: from})
	_, err = s.w.erase.Exec(strings.TrimSuffix(string(line), "\n"), int64(r.seq))
	return true, err
}

// leaveIndex takes the words of r out of the index, if they are in it.
func (s *Store) leaveIndex(r *rawRow) error {
	if !r.spoken || r.seq > s.indexed.Load() {
		return nil
	}
	text, err := wordsIn(r.event)
	if err != nil {
		return err
	}
	in := indexed{r.seq, r.stream, text}
	return in.put(s.w.outOfIndex)
}

// rawRow is an entry that is about to be changed.
type rawRow struct {
	seq, nth uint64
	stream   int64
	spoken   bool
	event    []byte
}

// spokenIn is what was spoken in a stream after a position.
const spokenIn = "entries WHERE stream=(SELECT id FROM streams WHERE name=?1) AND spoken AND seq>?2"

// spokenBy are the first entries that author has spoken in a stream after a
// position. It looks at no more than lookAtOnce, of which last is the last.
func (w *writer) spokenBy(author uuid.UUID, st journal.Stream, after uint64) (found []rawRow, last uint64, more bool, err error) {
	ctx := context.Background()
	last = math.MaxInt64
	err = w.conn.QueryRowContext(ctx, "SELECT seq FROM "+spokenIn+" ORDER BY seq LIMIT 1 OFFSET ?3", string(st), int64(after), lookAtOnce-1).Scan(&last)
	if noRow(err) != nil {
		return nil, 0, false, err
	}
	more = err == nil
	found, err = w.raw("SELECT "+rawColumns+" FROM "+spokenIn+" AND seq<=?3 AND author=?4 ORDER BY seq LIMIT ?5", string(st), int64(after), int64(last), author[:], indexAtOnce)
	if len(found) == indexAtOnce {
		last, more = found[len(found)-1].seq, true
	}
	return found, last, more, err
}

const rawColumns = "seq, nth, stream, spoken, event"

// raw are the entries that a query for rawColumns finds.
func (w *writer) raw(query string, args ...any) (found []rawRow, err error) {
	rows, err := w.conn.QueryContext(context.Background(), query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var r rawRow
		if err := rows.Scan(&r.seq, &r.nth, &r.stream, &r.spoken, &r.event); err != nil {
			return nil, err
		}
		found = append(found, r)
	}
	return found, rows.Err()
}
