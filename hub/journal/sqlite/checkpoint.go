package sqlite

import (
	"context"
	"errors"
	"time"
)

const (
	logPages   = 1000                  // pages in the WAL before they go to the file
	longLog    = 4 * logPages          // pages beyond which readers are kept out, so that it begins anew
	patience   = 50 * time.Millisecond // that a checkpoint waits for the readers inside
	truncating = 20                    // attempts to empty a WAL with forgotten words in it
)

// checkpointIfLong makes a checkpoint if the WAL is long, or has forgotten words in it.
func (s *Store) checkpointIfLong() error {
	if s.scrub.Load() {
		return s.checkpoint()
	}
	log, err := s.emptyLog("NOOP")
	if err != nil || log.pages < logPages {
		return s.stopped(err)
	}
	return s.checkpoint()
}

// checkpoint copies the WAL to the file: nearly all of it while commits go on,
// and the rest between two commits. The WAL begins anew with the next commit if no reader
// is in it; when it is long, readers are kept out for that. With forgotten words in it,
// it is truncated.
func (s *Store) checkpoint() error {
	log, first := s.emptyLog("PASSIVE")
	again, err := s.finish(log, first)
	for n := 1; again && n < truncating; n++ {
		again, err = s.finish(log, first)
	}
	return err
}

// finish is the part of a checkpoint for which commits wait: after a first one, which has
// copied nearly all to the file. again is true where one of our readers is in the way.
func (s *Store) finish(log logState, first error) (again bool, err error) {
	s.writing.LockBehind(nil)
	defer s.writing.Unlock()
	switch {
	case first != nil:
		return false, s.fail(first)
	case s.scrub.Load():
		return s.truncate()
	case log.pages == s.emptied: // nothing was committed since
		return false, nil
	case log.pages >= s.longAt:
		s.gate.close(s.patience)
		defer s.gate.open()
	}
	if log, err = s.emptyLog("PASSIVE"); err != nil {
		return false, s.fail(err)
	}
	s.emptied, s.longAt = 0, s.longLog
	if log.done == log.pages {
		s.emptied = log.pages
	} else if log.pages >= s.longLog { // another program reads it, for long
		s.longAt = log.pages + s.longLog
	}
	return false, nil
}

func (s *Store) truncate() (again bool, err error) {
	empty := s.gate.close(s.patience)
	defer s.gate.open()
	if _, err = s.emptyLog("TRUNCATE"); err == nil {
		s.scrub.Store(false)
	}
	return !empty && errors.Is(err, errReaders), s.fail(err)
}

var errReaders = errors.New("somebody reads what is in the log")

// logState is what a checkpoint leaves: pages in the WAL, and those of them that are in the file.
type logState struct{ pages, done int }

func (s *Store) emptyLog(how string) (log logState, err error) {
	var busy int
	err = s.checkpoints.QueryRowContext(context.Background(), "PRAGMA wal_checkpoint("+how+")").Scan(&busy, &log.pages, &log.done)
	if err == nil && busy != 0 && how == "TRUNCATE" {
		return log, errReaders
	}
	return log, err
}
