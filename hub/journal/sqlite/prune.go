package sqlite

import (
	"context"
	"errors"
	"math"
	"slices"
	"sync/atomic"
	"time"
)

// pruneState is how far the pruning has come.
type pruneState struct {
	head  atomic.Uint64 // of the journal when there was nothing left to prune
	done  atomic.Uint64 // entries pruned since
	goal  uint64        // position up to which everything goes for Options.Size; 0: none
	merge uint64        // number of the scrub that must have merged the index before more goes for Options.Size; 0: none
	after int64         // the last stream that was looked at in this round; 0: a round begins
}

// pruneSome prunes a few entries, and reports whether there may be more. The last entry stays: a start finds the head
// in it.
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

// pruningLags reports whether entries come faster than they are pruned, so that the file would grow without end.
func (s *Store) pruningLags() bool {
	return s.Head()-s.pruned.head.Load() > s.pruned.done.Load()+maxPruneLag
}

const maxPruneLag = 1000 // entries by which those pruned may be fewer than those committed since nothing was left to prune

// pruneOld prunes what is older than Options.Keep.
func (s *Store) pruneOld() (int, error) {
	if s.opts.Keep <= 0 {
		return 0, nil
	}
	upto, err := s.SeqBefore(time.Now().Add(-s.opts.Keep))
	if err != nil || upto == 0 {
		return 0, err
	}
	if err := s.fileUpto(upto); err != nil {
		return 0, err
	}
	return s.prune(oldest, pruneBatch, position(upto))
}

const pruneBatch = 512 // entries that are pruned in one step, at the most

const oldest = "SELECT " + rawColumns + " FROM entries e WHERE seq<=?2 ORDER BY seq LIMIT ?1"

// An eighth of Options.Size is left free for the entries that come while the oldest ones are pruned. A sixteenth of all
// entries goes at a time, since the index gives room back only when it is merged.
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
		if err != nil || used <= s.opts.Size-s.opts.Size/sizeReserve || first > s.keepAfter.Load() {
			s.pruned.merge = 0
			return 0, err
		}
		if !s.isMerged() {
			return 0, nil
		}
		s.pruned.goal = first + (s.Head()-first)/sizePart
	}
	if err := s.fileUpto(s.pruned.goal); err != nil {
		return 0, err
	}
	n, err := s.prune(oldest, pruneBatch, position(s.pruned.goal))
	if n == 0 && err == nil {
		s.pruned.goal, s.pruned.merge = 0, 0
		s.isMerged()
	}
	return n, err
}

// isMerged reports whether the index was merged since isMerged was first asked, so that used counts the room that
// pruned entries have left. It does not wait for entries that are pruned meanwhile for another reason.
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

// used is how many bytes of both files are in use, and the position of the first entry.
func (s *Store) used() (bytes int64, first uint64, err error) {
	err = s.withReader(func(r *reader) error {
		err := r.conn.QueryRowContext(s.stop, bytesInUse).Scan(&bytes)
		if err == nil {
			err = r.conn.QueryRowContext(s.stop, "SELECT ifnull(min(seq), 0) FROM entries").Scan(&first)
		}
		return err
	})
	if err != nil {
		return 0, 0, s.unlessStopped(err)
	}
	words, err := s.sizeOfWords()
	return bytes + words, first, s.unlessStopped(err)
}

// prune removes the first entries that a query finds, up to one that is kept or not filed. They must be the oldest of
// their streams, in order. A stream that holds nothing after that is dropped. Their words go first.
func (s *Store) prune(query string, limit int, args ...any) (n int, err error) {
	s.words.mu.Lock()
	defer s.words.mu.Unlock()
	rows, _, err := s.rows(stepBytes, query, limit, args...)
	if err != nil {
		return 0, s.unlessStopped(err)
	}
	if end := slices.IndexFunc(rows, func(r rawRow) bool { return r.seq >= s.Head() || r.seq > min(s.keepAfter.Load(), s.filed.Load()) }); end >= 0 {
		rows = rows[:end]
	}
	garbage := s.countIndexed(rows)
	if garbage > 0 {
		rows = rows[:min(len(rows), dropBatch)]
		garbage = s.countIndexed(rows)
	}
	if len(rows) == 0 {
		return 0, nil
	}
	if garbage > 0 {
		if err := s.dropWords(rows, false); err != nil {
			return 0, err
		}
	}
	err = s.runStep(lazy, func(step *maintenanceStep) error {
		n, err = s.pruneRows(step, rows, garbage)
		return err
	})
	switch {
	case err == nil:
		return n, nil
	case garbage > 0: // the index has lost what the journal still has
		err = errors.Join(err, s.makeWords(context.Background(), s.marked.Load()))
	}
	return 0, err
}

// countIndexed counts the entries whose words are in the index.
func (s *Store) countIndexed(rows []rawRow) (n uint64) {
	for i := range rows {
		if rows[i].spoken && rows[i].seq <= s.indexed.Load() {
			n++
		}
	}
	return n
}

// pruneRows deletes entries; those whose words are gone all at once.
func (s *Store) pruneRows(step *maintenanceStep, rows []rawRow, garbage uint64) (n int, err error) {
	step.urgent = s.pruningLags()
	last := map[int64]*rawRow{}
	for i := range rows {
		r := &rows[i]
		if _, err := s.w.deleteEntry.Exec(int64(r.seq)); err != nil {
			return n, err
		}
		last[r.stream] = r
		words := 0
		if garbage > 0 {
			words = len(r.event)
		}
		if n++; !step.spend(words) && garbage == 0 {
			break
		}
	}
	step.onCommit = func() { s.garbage.Add(garbage) }
	for id, r := range last {
		if _, err := s.w.deletePlaces.Exec(id, int64(r.seq)); err != nil {
			return n, err
		}
		if _, err := s.w.pruneStream.Exec(int64(r.nth), int64(r.seq), id); err != nil {
			return n, err
		}
		if err := s.dropIfEmpty(id); err != nil {
			return n, err
		}
	}
	return n, nil
}

// keepNone is the value of keepAfter while nothing is kept back: anything may be pruned.
const keepNone = math.MaxUint64

// KeepAfter implements journal.Store. A step that is pruning during the first call may still remove entries after
// position, unless the store was opened with Options.DeferPruning.
func (s *Store) KeepAfter(position uint64) {
	for {
		was := s.keepAfter.Load()
		if was != keepNone && position <= was || s.keepAfter.CompareAndSwap(was, position) {
			return
		}
	}
}
