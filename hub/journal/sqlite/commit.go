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
	of := s.w.of[:0] // the stream of each entry
	err := s.boundUnfiled()
	if err == nil {
		err = s.transact(func() error {
			for i := range entries {
				st, err := s.streamOf(entries[i].Stream)
				if err != nil {
					return err
				}
				st.added++
				of = append(of, st)
				s.w.add(&entries[i], st.id, first+uint64(i), st.count+st.added)
				if err := s.w.flush(insertBatch); err != nil {
					return err
				}
			}
			for i := range rows {
				if err := s.w.writeRow(&rows[i]); err != nil {
					return err
				}
			}
			return s.w.flush(1)
		})
	}
	for _, st := range of {
		st.added = 0
	}
	defer s.w.keep(of)
	switch {
	case err != nil:
		return fmt.Errorf("journal: cannot record: %w", err)
	case len(entries) == 0:
		return nil
	}
	s.streams.add(entries, of, first)
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
	s.streams.forget()                   // some may have been made in it
	clear(s.w.args)
	s.w.args = s.w.args[:0]
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
