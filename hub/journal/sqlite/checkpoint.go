package sqlite

import (
	"context"
	"errors"
	"time"
)

const (
	walPages      = 1000                  // pages in the WAL before they go to the file
	longWAL       = 4 * walPages          // pages beyond which readers are kept out, so that it begins anew
	patience      = 50 * time.Millisecond // that a checkpoint waits for the readers inside
	truncateTries = 20                    // attempts to empty a WAL with redacted words in it
)

// checkpointIfLong makes a checkpoint if the WAL is long, or has redacted words in it.
func (s *Store) checkpointIfLong() error {
	if s.walScrubDue.Load() {
		return s.checkpoint()
	}
	wal, err := s.checkpointWAL("NOOP")
	if err != nil || wal.pages < walPages {
		return s.unlessStopped(err)
	}
	return s.checkpoint()
}

// checkpoint copies the WAL to the file: nearly all of it while commits go on, and the rest between two commits. The
// WAL begins anew with the next commit if no reader is in it; when it is long, readers are kept out for that. With
// redacted words in it, it is truncated.
func (s *Store) checkpoint() error {
	wal, first := s.checkpointWAL("PASSIVE")
	again, err := s.finish(wal, first)
	for n := 1; again && n < truncateTries; n++ {
		again, err = s.finish(wal, first)
	}
	return err
}

// finish is the part of a checkpoint for which commits wait: after a first one, which has copied nearly all to the
// file. again is true where one of our readers is in the way.
func (s *Store) finish(wal walState, first error) (again bool, err error) {
	s.writing.LockForMaintenance(nil)
	defer s.writing.Unlock()
	switch {
	case first != nil:
		return false, s.fail(first)
	case s.walScrubDue.Load():
		return s.truncate()
	case wal.pages == s.checkpointed: // nothing was committed since
		return false, nil
	case wal.pages >= s.longWALAt:
		s.latch.exclude(s.patience)
		defer s.latch.readmit()
	}
	if wal, err = s.checkpointWAL("PASSIVE"); err != nil {
		return false, s.fail(err)
	}
	s.checkpointed, s.longWALAt = 0, s.longWAL
	if wal.done == wal.pages {
		s.checkpointed = wal.pages
	} else if wal.pages >= s.longWAL { // another program reads it, for long
		s.longWALAt = wal.pages + s.longWAL
	}
	return false, nil
}

func (s *Store) truncate() (again bool, err error) {
	empty := s.latch.exclude(s.patience)
	defer s.latch.readmit()
	if _, err = s.checkpointWAL("TRUNCATE"); err == nil {
		s.walScrubDue.Store(false)
	}
	return !empty && errors.Is(err, errReaders), s.fail(err)
}

var errReaders = errors.New("the WAL has readers")

// walState is what a checkpoint leaves: pages in the WAL, and those of them that are in the file.
type walState struct{ pages, done int }

func (s *Store) checkpointWAL(how string) (wal walState, err error) {
	var busy int
	err = s.checkpoints.QueryRowContext(context.Background(), "PRAGMA wal_checkpoint("+how+")").Scan(&busy, &wal.pages, &wal.done)
	if err == nil && busy != 0 && how == "TRUNCATE" {
		return wal, errReaders
	}
	return wal, err
}
