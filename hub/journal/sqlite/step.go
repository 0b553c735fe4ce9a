package sqlite

import (
	"context"
	"fmt"
	"time"

	"chinwag/hub/journal"
)

// Maintenance is done in slices, each a transaction of its own, between the commits.
// What FTS5 writes is known only when the transaction is committed, and costs about
// as much again, so a slice is bounded in words, too.
const (
	sliceTime  = 3 * time.Millisecond
	sliceBytes = 24 << 10 // of words that go into the index or out of it
	rowCost    = 64       // what a row costs beside its words, in bytes of words
)

// slice is a piece of maintenance under way. It holds the writer's turn.
type slice struct {
	s      *Store
	until  time.Time // zero: no row is done yet
	left   int       // bytes of words
	spent  int
	urgent bool   // it does not end early for a commit that waits, since it must keep up with the commits
	then   func() // called when it is committed; nil: nothing
}

// spend counts a row with so many bytes of words, and reports whether there is time
// for another. Every slice has at least one, so that maintenance makes progress in any flood.
func (l *slice) spend(words int) bool {
	if l.spent += rowCost + words; l.until.IsZero() {
		l.until = time.Now().Add(l.s.opts.sliceTime)
	}
	return l.spent < l.left && time.Now().Before(l.until) && (l.urgent || !l.s.writing.isWanted())
}

// safety is how safe a slice is when it has returned.
type safety int

const (
	lazy    safety = iota // the next commit flushes it: its work can be done again
	durable               // it is flushed like a commit
)

// slice runs f in a transaction, when no commit waits.
func (s *Store) slice(safe safety, f func(l *slice) error) error {
	s.writing.LockBehind(nil)
	defer s.writing.Unlock()
	do := func() error {
		l := slice{s: s, left: sliceBytes}
		err := s.transact(func() error { return f(&l) })
		if err == nil && l.then != nil {
			l.then()
		}
		if s.opts.watch != nil {
			s.opts.watch(&l)
		}
		return err
	}
	if safe == durable {
		return do()
	}
	return s.lightly(do)
}

// lightly runs f with synchronous=NORMAL, without a flush. Use it only for data that
// can be rebuilt; the next commit flushes it, too.
func (s *Store) lightly(f func() error) error {
	if s.opts.Sync != Full {
		return f()
	}
	ctx := context.Background()
	if _, err := s.w.conn.ExecContext(ctx, "PRAGMA synchronous=normal"); err != nil {
		return err
	}
	err := f()
	if _, e := s.w.conn.ExecContext(ctx, "PRAGMA synchronous=full"); e != nil && s.broken == nil {
		s.broken = fmt.Errorf("%w (%w)", journal.ErrBroken, e) // nothing would be safe any more
	}
	return err
}
