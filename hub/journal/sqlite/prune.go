package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"sync/atomic"
	"time"

	"chinwag/hub/journal"
)

// pruning is how far the pruning has come.
type pruning struct {
	head  atomic.Uint64 // of the journal when there was nothing left to prune
	done  atomic.Uint64 // entries pruned since
	goal  uint64        // position up to which everything goes for Options.Size; 0: none
	merge uint64        // number of the scrub that must have merged the index before more goes for Options.Size; 0: none
	after int64         // the last stream that was looked at in this round; 0: a round begins
}

// pruneSome prunes a few entries, and reports whether there may be more. The last
// entry stays: a start finds the head in it.
func (s *Store) pruneSome() (more bool, err error) {
	s.pruning.Lock() // the excess is counted before it is removed
	defer s.pruning.Unlock()
	for _, prune := range []func() (int, error){s.pruneOld, s.pruneSize} {
		n, err := prune()
		if s.pruned.done.Add(uint64(n)); n > 0 || err != nil {
			return err == nil, err
		}
	}
	s.pruned.head.Store(s.Head())
	s.pruned.done.Store(0)
	return false, nil
}

// isLate reports whether entries come faster than they are pruned, so that the file
// would grow without end.
func (s *Store) isLate() bool { return s.Head()-s.pruned.head.Load() > s.pruned.done.Load()+mostLate }

const mostLate = 1000 // entries by which those pruned may be fewer than those committed since nothing was left to prune

// pruneOld prunes what is older than Options.Keep.
func (s *Store) pruneOld() (int, error) {
	if s.opts.Keep <= 0 {
		return 0, nil
	}
	upto, err := s.SeqBefore(time.Now().Add(-s.opts.Keep))
	if err != nil || upto == 0 {
		return 0, err
	}
	return s.prune(oldest, indexAtOnce, position(upto))
}

const oldest = "SELECT " + rawColumns + " FROM entries WHERE seq<=?2 ORDER BY seq LIMIT ?1"

// An eighth of Options.Size is left free for the entries that come while the oldest
// ones are pruned. A sixteenth of all entries goes at a time, since the index gives room back
// only when it is merged.
const (
	sizeReserve = 8
	sizePart    = 16
)

// pruneSize prunes the oldest entries where the file holds more than Options.Size.
func (s *Store) pruneSize() (int, error) {
	if s.opts.Size <= 0 {
		return 0, nil
	}
	if s.pruned.goal == 0 {
		used, first, err := s.used()
		if err != nil || used <= s.opts.Size-s.opts.Size/sizeReserve || first > s.kept.Load() {
			s.pruned.merge = 0
			return 0, err
		}
		if !s.isMerged() {
			return 0, nil
		}
		s.pruned.goal = first + (s.Head()-first)/sizePart
	}
	n, err := s.prune(oldest, indexAtOnce, position(s.pruned.goal))
	if n == 0 && err == nil {
		s.pruned.goal, s.pruned.merge = 0, 0
		s.isMerged()
	}
	return n, err
}

// isMerged reports whether the index was merged since isMerged was first asked, so that used counts
// the room that pruned entries have left. It does not wait for entries that are pruned meanwhile for
// another reason.
func (s *Store) isMerged() bool {
	p := &s.pruned
	switch {
	case p.merge > 0:
	case s.garbage.Load() == 0:
		return true
	default:
		p.merge = s.scrubs.Load() + 1
	}
	if s.scrubs.Load() < p.merge {
		s.compact.Store(true)
	}
	return s.mergedBy.Load() >= p.merge
}

// used is how many bytes of the file are in use, and the position of the first entry.
func (s *Store) used() (bytes int64, first uint64, err error) {
	err = s.borrow(func(r *reader) error {
		return r.conn.QueryRowContext(s.stop, `SELECT (page_count - freelist_count) * page_size, ifnull((SELECT min(seq) FROM entries), 0)
			FROM pragma_page_count, pragma_freelist_count, pragma_page_size`).Scan(&bytes, &first)
	})
	return bytes, first, s.stopped(err)
}

const streamsAtOnce = 512 // that are looked at in one step

// sweepSome looks at the next streams. It prunes what is before the last Options.Lines of
// one, and mailboxes of sessions that have been silent for long (a session is given up
// long before, so no client can read them any more), and drops streams that hold
// nothing. It reports whether the round goes on.
func (s *Store) sweepSome() (more bool, err error) {
	s.pruning.Lock()
	defer s.pruning.Unlock()
	streams, err := s.streamsAfter(s.pruned.after)
	if err != nil {
		return false, err
	}
	silent, err := s.silent()
	if err != nil {
		return false, err
	}
	var empty []int64
	for _, st := range streams {
		held, excess := int64(st.Count)-int64(st.PrunedNth), int64(0)
		switch _, session := st.Name.Session(); {
		case held <= 0:
			empty = append(empty, st.ID)
		case session && st.Last <= silent:
			excess = held
		case s.opts.Lines > 0 && held > int64(s.opts.Lines):
			if excess, err = s.excess(st, held); err != nil {
				return false, err
			}
		}
		if excess > 0 {
			n, err := s.prune(firstOfStream, int(min(excess, indexAtOnce)), st.ID)
			if n > 0 || err != nil {
				return err == nil, err // the same again
			}
		}
		s.pruned.after = st.ID
	}
	if err := s.dropStreams(empty); err != nil {
		return false, err
	}
	if len(streams) == streamsAtOnce {
		return true, nil
	}
	s.pruned.after = 0
	return false, nil
}

// beforeLines finds the newest line of a stream before its last lines, of which it skips a number.
const beforeLines = "SELECT nth FROM entries WHERE stream=? AND spoken ORDER BY seq DESC LIMIT 1 OFFSET ?"

// excess is by how many entries a stream is too long: up to the line of beforeLines or, if
// there are few lines, beyond journal.MaxEntries.
func (s *Store) excess(st streamRow, held int64) (int64, error) {
	upto := int64(st.PrunedNth)
	err := s.borrow(func(r *reader) error {
		return noRow(r.conn.QueryRowContext(s.stop, beforeLines, st.ID, s.opts.Lines).Scan(&upto))
	})
	return max(upto-int64(st.PrunedNth), held-int64(journal.MaxEntries(s.opts.Lines))), s.stopped(err)
}

// silent is a position: a mailbox whose last entry is not after it is pruned.
func (s *Store) silent() (uint64, error) {
	if s.opts.Mailbox < 0 {
		return 0, nil
	}
	kept := s.opts.Mailbox
	if s.opts.Keep > 0 {
		kept = min(kept, s.opts.Keep)
	}
	return s.SeqBefore(time.Now().Add(-kept))
}

const streamsFrom = "SELECT id, name, count, last, pruned_nth, pruned_seq FROM streams WHERE id>? ORDER BY id LIMIT ?"

func (s *Store) streamsAfter(id int64) (found []streamRow, err error) {
	err = s.borrow(func(r *reader) error {
		found, err = scanStreams(r.conn.QueryContext(s.stop, streamsFrom, id, streamsAtOnce))
		return err
	})
	return found, s.stopped(err)
}

var firstOfStream = ofStream("SELECT "+rawColumns+" FROM entries WHERE stream=?2") + " LIMIT ?1"

// prune removes the first entries that a query finds, up to one that is kept. They must be the
// oldest of their streams, in order. A stream that holds nothing after that is dropped.
func (s *Store) prune(query string, limit int, args ...any) (n int, err error) {
	err = s.slice(lazy, func(l *slice) error {
		l.urgent = s.isLate()
		rows, _, err := s.w.raw(query, limit, args...)
		if err != nil {
			return err
		}
		garbage, last := uint64(0), map[int64]*rawRow{}
		for i := range rows {
			r := &rows[i]
			if r.seq >= s.Head() || r.seq > s.kept.Load() {
				break
			}
			words := 0
			if r.spoken && r.seq <= s.indexed.Load() {
				words = len(r.event)
				garbage++
			}
			if err := s.leaveIndex(r); err != nil {
				return err
			}
			if _, err := s.w.remove.Exec(int64(r.seq)); err != nil {
				return err
			}
			last[r.stream] = r
			if n++; !l.spend(words) {
				break
			}
		}
		l.then = func() { s.garbage.Add(garbage) }
		for id, r := range last {
			if _, err := s.w.prune.Exec(int64(r.nth), int64(r.seq), id); err != nil {
				return err
			}
			if err := s.dropIfEmpty(id); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		n = 0
	}
	return n, err
}

// dropStreams drops those of the streams that hold nothing.
func (s *Store) dropStreams(ids []int64) error {
	for len(ids) > 0 {
		err := s.slice(lazy, func(l *slice) error {
			for len(ids) > 0 {
				if err := s.dropIfEmpty(ids[0]); err != nil {
					return err
				}
				if ids = ids[1:]; !l.spend(0) {
					break
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// dropIfEmpty drops a stream that holds nothing. A room or a mailbox begins anew with the
// next entry, and a client that read it before is told that an unknown number of lines
// is missing.
func (s *Store) dropIfEmpty(id int64) error {
	var name string
	var last int64
	err := s.w.drop.QueryRow(id).Scan(&name, &last)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	delete(s.streams, journal.Stream(name))
	_, err = s.w.conn.ExecContext(context.Background(), "UPDATE meta SET gone=max(gone, ?)", last)
	return err
}
