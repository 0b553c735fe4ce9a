package sqlite

import (
	"context"
	"errors"
)

// No commit waits for a step of the words: it may be longer, and is not cut short.
const (
	wordsSteps = 8  // times as long as other steps, and as many words
	dropBatch  = 64 // entries whose words are taken out at once, before the journal changes: that is not cut short either
)

// wordsStep runs f in a transaction of the file with the words. If the file is harmed, it is made again. The caller
// holds words.mu.
func (s *Store) wordsStep(safe safety, f func(step *maintenanceStep) error) error {
	ctx := context.Background()
	switch {
	case s.words.closed:
		return errClosed
	case s.words.conn == nil:
		if err := s.openWords(ctx); err != nil {
			return err
		}
	}
	step := maintenanceStep{s: s, budget: wordsSteps * stepBytes, time: wordsSteps * s.opts.stepTime, urgent: true}
	if s.opts.Sync == Off {
		safe = lazy
	}
	err := s.words.transact(ctx, safe, func() error { return f(&step) })
	if isHarmed(err) {
		s.opts.Log.Warn("the words are indexed again", "path", s.words.path, "err", err)
		return s.makeWords(ctx, true)
	}
	if err == nil && step.onCommit != nil {
		step.onCommit()
	}
	if s.opts.watch != nil {
		s.opts.watch(&step)
	}
	return err
}

func (w *wordsFile) transact(ctx context.Context, safe safety, f func() error) error {
	begin, end := "BEGIN IMMEDIATE", "COMMIT"
	if safe == durable {
		begin, end = "PRAGMA synchronous=full; "+begin, end+"; PRAGMA synchronous=normal"
	}
	_, err := w.conn.ExecContext(ctx, begin)
	if err == nil {
		err = f()
	}
	if err == nil {
		_, err = w.conn.ExecContext(ctx, end)
	}
	if err != nil {
		_, _ = w.conn.ExecContext(ctx, "ROLLBACK")
		_, _ = w.conn.ExecContext(ctx, "PRAGMA synchronous=normal")
	}
	return err
}

// inWords is wordsStep for who does not hold words.mu.
func (s *Store) inWords(f func(step *maintenanceStep) error) error {
	s.words.mu.Lock()
	defer s.words.mu.Unlock()
	return s.wordsStep(lazy, f)
}

// dropWords takes the words of entries out of the index, before the entries change in the journal. Where that fails, as
// on a full disk, the file goes as a whole, which needs no room. The caller holds words.mu.
func (s *Store) dropWords(rows []rawRow, marked bool) error {
	err := s.wordsStep(durable, func(step *maintenanceStep) error {
		for i := range rows {
			if err := s.removeFromIndex(&rows[i]); err != nil {
				return err
			}
		}
		if !marked || s.marked.Load() {
			return nil
		}
		step.onCommit = func() { s.marked.Store(true) }
		return s.put(&markEntry, s.words.insert)
	})
	if err == nil {
		return nil
	}
	s.words.close()
	s.indexed.Store(0)
	s.marked.Store(s.marked.Load() || marked)
	if kind := checkKind(s.words.path); errors.Is(kind, errFolder) || errors.Is(kind, errNotOurs) {
		return nil // that holds no words
	}
	return s.words.erase()
}

// sizeOfWords is how many bytes of the file are in use.
func (s *Store) sizeOfWords() (n int64, err error) {
	s.words.reading.RLock()
	defer s.words.reading.RUnlock()
	if s.words.reader == nil {
		return 0, nil
	}
	err = s.words.reader.QueryRowContext(s.stop, bytesInUse).Scan(&n)
	return n, err
}

const bytesInUse = "SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size"

// truncateWords empties the WAL of the words.
func (s *Store) truncateWords() error {
	s.words.mu.Lock()
	defer s.words.mu.Unlock()
	if s.words.conn == nil {
		return nil
	}
	s.words.reading.Lock()
	defer s.words.reading.Unlock()
	var busy, pages, done int
	err := s.words.conn.QueryRowContext(s.stop, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &done)
	if err == nil && busy != 0 {
		return errReaders
	}
	return err
}
