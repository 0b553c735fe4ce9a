package hubtest

import (
	"slices"
	"sync"
	"testing/synctest"

	"chinwag/hub/journal"
)

// Store is a store whose commits a test may hold back, let go one after the other, and let fail. It keeps every entry
// that was ever committed, in order.
type Store struct {
	journal.Store

	// BeforeCommit is called before each commit: it may take its time, and its error is the commit's. It is set before
	// anything is committed; nil: not called.
	BeforeCommit func([]journal.Entry) error

	gate chan error // the result of the commit that is held; nil: it goes on

	mu      sync.Mutex
	entries []journal.Entry
	failure error // not nil: what every commit returns
	held    bool
	waits   bool // a commit is held just now
}

func newStore(s journal.Store) *Store { return &Store{Store: s, gate: make(chan error)} }

// Commit implements journal.Store.
func (s *Store) Commit(entries []journal.Entry, rows []journal.Row) error {
	if err := s.fails(entries); err != nil {
		return err
	}
	if err := s.pass(); err != nil {
		return err
	}
	if err := s.Store.Commit(entries, rows); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.entries = append(s.entries, entries...)
	return nil
}

// LegacyState is that of the store, or the zero LegacyState where it has none.
func (s *Store) LegacyState() (journal.LegacyState, error) {
	if l, ok := s.Store.(interface {
		LegacyState() (journal.LegacyState, error)
	}); ok {
		return l.LegacyState()
	}
	return journal.LegacyState{}, nil
}

func (s *Store) fails(entries []journal.Entry) error {
	s.mu.Lock()
	failure := s.failure
	s.mu.Unlock()
	if failure == nil && s.BeforeCommit != nil {
		return s.BeforeCommit(entries)
	}
	return failure
}

// pass waits while commits are held.
func (s *Store) pass() error {
	s.mu.Lock()
	s.waits = s.held
	held := s.held
	s.mu.Unlock()
	if !held {
		return nil
	}
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.waits = false
	}()
	return <-s.gate
}

// Entries is all that was committed so far. The caller must not change it.
func (s *Store) Entries() []journal.Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clip(s.entries)
}

// Fail lets every commit fail with err from now on; nil: no more.
func (s *Store) Fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failure = err
}

// Hold lets commits wait from now on.
func (s *Store) Hold() { s.setHeld(true) }

// Let lets the commit that is held go on, or fail with err; those after it are held as before. It waits for one, if
// none is held yet.
func (s *Store) Let(err error) {
	s.gate <- err
	synctest.Wait()
}

// Open holds no commit from now on. The one that is held goes on, or fails with err: it waits for one, if none is held
// yet.
func (s *Store) Open(err error) {
	synctest.Wait()
	s.setHeld(false)
	s.Let(err)
}

// Release is Open where it may be that no commit is held.
func (s *Store) Release() {
	synctest.Wait()
	s.setHeld(false)
	if s.isWaiting() {
		s.Let(nil)
	}
}

func (s *Store) setHeld(held bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = held
}

func (s *Store) isWaiting() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.waits
}
