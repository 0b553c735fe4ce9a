package sqlite

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"chinwag/hub/journal"
)

// Commit implements journal.Store.
func (s *Store) Commit(entries []journal.Entry, rows []journal.Row) error {
	if len(entries)+len(rows) == 0 {
		return nil
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	if err := cmp.Or(journal.CheckPositions(entries, s.Head()), journal.CheckRows(rows)); err != nil {
		return err
	}
	first := s.head.Load() + 1
	nths := make([]uint64, len(entries))
	err := s.transact(func() error {
		for i := range entries {
			st, err := s.countersOf(entries[i].Stream)
			if err != nil {
				return err
			}
			nths[i] = s.w.countEntry(st, first+uint64(i))
			s.w.add(&entries[i], st.id, first+uint64(i), nths[i])
			if err := s.w.flush(insertBatch); err != nil {
				return err
			}
		}
		for i := range rows {
			if err := s.w.writeRow(&rows[i]); err != nil {
				return err
			}
		}
		return s.writeCounters()
	})
	switch {
	case err != nil:
		return fmt.Errorf("journal: cannot record: %w", err)
	case len(entries) == 0:
		return nil
	}
	for i := range entries {
		entries[i].SetPosition(first+uint64(i), nths[i])
	}
	s.head.Store(first + uint64(len(entries)) - 1)
	s.lastCommit.Store(time.Now().UnixNano())
	s.wake()
	return nil
}

// transact runs f in a transaction, and rolls back where it fails. The caller holds s.writing.
func (s *Store) transact(f func() error) error {
	if s.broken != nil {
		return s.broken
	}
	ctx := context.Background()
	_, err := s.w.begin.ExecContext(ctx)
	if err == nil {
		if err = f(); err == nil {
			_, err = s.w.commit.ExecContext(ctx)
		}
	}
	if err == nil {
		return nil
	}
	_, _ = s.w.rollback.ExecContext(ctx) // SQLite has done so already after some errors
	clear(s.streams)                     // they have counted what was rolled back
	clear(s.w.args)
	s.w.args, s.w.touched = s.w.args[:0], s.w.touched[:0]
	return s.fail(err)
}

// fail breaks the store if err is final.
func (s *Store) fail(err error) error {
	if isFinal(err) {
		s.broken = fmt.Errorf("%w (%w)", journal.ErrBroken, err)
		return s.broken
	}
	return err
}

// countEntry counts an entry of st, and returns its number in the stream.
func (w *writer) countEntry(st *streamCounters, seq uint64) (nth uint64) {
	if !st.dirty {
		st.dirty = true
		w.touched = append(w.touched, st)
	}
	st.count++
	st.last = seq
	return st.count
}

// writeCounters writes the rest of the entries, and the counters of the streams.
func (s *Store) writeCounters() error {
	if err := s.w.flush(1); err != nil {
		return err
	}
	for _, st := range s.w.touched {
		if _, err := s.w.setCounters.Exec(int64(st.count), int64(st.last), st.id); err != nil {
			return err
		}
		st.dirty = false
	}
	clear(s.w.touched)
	s.w.touched = s.w.touched[:0]
	if len(s.streams) > maxStreams {
		clear(s.streams)
	}
	return nil
}
