package sqlite

import (
	"errors"
	"os"
)

// Vacuum rewrites the file at path without free pages and redacted words.
func Vacuum(path string) error {
	if err := checkHeader(path); err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return errMissing(path)
		}
		return explain(path, err)
	}
	s, err := Open(path, Options{Mailbox: -1})
	if err != nil {
		return err
	}
	err = s.anew() // otherwise the words of pruned entries stay in the index
	for more := true; more && err == nil; {
		more, err = s.index()
	}
	if err == nil {
		err = s.vacuum()
	}
	if err == nil {
		err = s.unmark(s.redactions.Load())
	}
	if e := s.Close(); err == nil {
		err = e
	}
	return explain(path, err)
}

func (s *Store) vacuum() error {
	s.writing.Lock()
	defer s.writing.Unlock()
	_, err := s.w.conn.ExecContext(s.stop, "VACUUM")
	return err
}

// anew makes the index anew.
func (s *Store) anew() error {
	s.words.mu.Lock()
	defer s.words.mu.Unlock()
	return s.makeWords(s.stop, true)
}
