package sqlite

import (
	"context"
	"errors"
)

const logPages = 1000 // pages in the log before they go to the file

// checkpointIfLong brings what is in the log to the file, if it is much.
func (s *Store) checkpointIfLong() error {
	if s.scrub.Load() {
		return s.checkpoint()
	}
	var busy, pages, done int
	err := s.checkpoints.QueryRowContext(s.stop, "PRAGMA wal_checkpoint(NOOP)").Scan(&busy, &pages, &done)
	if err != nil || pages < logPages {
		return s.stopped(err)
	}
	return s.checkpoint()
}

// checkpoint brings the log to the file: nearly all of it while commits go on,
// and the rest between two commits, so that the log begins anew. With words in it
// that were forgotten, it is emptied.
func (s *Store) checkpoint() error {
	first := s.emptyLog("PASSIVE")
	s.writing.LockBehind(nil)
	defer s.writing.Unlock()
	if first != nil {
		return s.fail(first)
	}
	if !s.scrub.Load() {
		return s.fail(s.emptyLog("PASSIVE"))
	}
	err := s.emptyLog("TRUNCATE")
	if err == nil {
		s.scrub.Store(false)
	}
	return s.fail(err)
}

var errReaders = errors.New("somebody reads what is in the log")

func (s *Store) emptyLog(how string) error {
	var busy, pages, done int
	err := s.checkpoints.QueryRowContext(context.Background(), "PRAGMA wal_checkpoint("+how+")").Scan(&busy, &pages, &done)
	if err == nil && busy != 0 && how == "TRUNCATE" {
		return errReaders
	}
	return err
}
