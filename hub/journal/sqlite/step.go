package sqlite

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"chinwag/hub/journal"
)

// Maintenance is done in steps, each a transaction of its own, between the commits. What FTS5 writes is known only when
// the transaction is committed, and costs about as much again, so a step is bounded in words, too.
const (
	stepTime  = 3 * time.Millisecond
	stepBytes = 24 << 10 // of words that go into the index or out of it
	rowCost   = 64       // what a row costs beside its words, in bytes of words
)

// maintenanceStep is a piece of maintenance under way. It holds the write lock.
type maintenanceStep struct {
	s        *Store
	deadline time.Time     // zero: no row is done yet
	budget   int           // bytes of words
	time     time.Duration // that it has; 0: as the options say
	spent    int
	urgent   bool   // it does not end early for a commit that waits, since it must keep up with the commits
	onCommit func() // called when it is committed; nil: nothing
}

// spend counts a row with so many bytes of words, and reports whether there is time for another. Every step has at
// least one, so that maintenance makes progress in any flood.
func (step *maintenanceStep) spend(words int) bool {
	if step.spent += rowCost + words; step.deadline.IsZero() {
		step.deadline = time.Now().Add(cmp.Or(step.time, step.s.opts.stepTime))
	}
	return step.spent < step.budget && time.Now().Before(step.deadline) && (step.urgent || !step.s.writing.commitWaits())
}

// safety is how safe a step is when it has returned.
type safety int

const (
	lazy    safety = iota // the next commit flushes it: its work can be done again
	durable               // it is flushed like a commit
)

// runStep runs f in a transaction, when no commit waits.
func (s *Store) runStep(safe safety, f func(step *maintenanceStep) error) error {
	s.writing.LockForMaintenance(nil)
	defer s.writing.Unlock()
	do := func() error { return s.doStep(f, false) }
	if safe == durable {
		return do()
	}
	return s.withoutSync(do)
}

// doStep does a step. The caller holds s.writing.
func (s *Store) doStep(f func(step *maintenanceStep) error, urgent bool) error {
	step := maintenanceStep{s: s, budget: stepBytes, urgent: urgent}
	err := s.transact(func() error { return f(&step) })
	if err == nil && step.onCommit != nil {
		step.onCommit()
	}
	if s.opts.watch != nil {
		s.opts.watch(&step)
	}
	return err
}

// withoutSync runs f with synchronous=NORMAL, without a flush. Use it only for data that can be rebuilt; the next
// commit flushes it, too.
func (s *Store) withoutSync(f func() error) error {
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
