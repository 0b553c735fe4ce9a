package sqlite

import (
	"context"
	"errors"
	"time"

	"chinwag/hub/journal"
)

const (
	indexDelay  = 200 * time.Millisecond // what is said meanwhile is indexed together
	pruneEvery  = time.Minute
	pauseFactor = 2       // how much longer than it works the maintenance rests
	floodRate   = 2000    // lines a second at which the index waits for the end of the flood
	mostBehind  = 200_000 // lines; beyond, it waits no more: a search would have to wait for it
)

// maintain is the maintenance goroutine: it indexes, prunes and empties the log
// behind the commits, and rests between its small steps.
func (s *Store) maintain() {
	defer close(s.ended)
	prune := time.NewTicker(pruneEvery)
	defer prune.Stop()
	s.steps(s.index)
	s.steps(s.pruneSome)
	for {
		select {
		case <-s.work:
			s.follow(prune.C)
		case <-prune.C:
			s.steps(s.pruneSome)
		case <-s.stop.Done():
			return
		}
	}
}

// steps does a step until there is nothing more to do, and rests in between.
func (s *Store) steps(step func() (more bool, err error)) {
	for {
		start := time.Now()
		if !s.step(step) || !s.rest(pauseFactor*time.Since(start)) {
			return
		}
	}
}

// follow takes what is committed into the index until it has all. In a flood it does
// a step now and then, and the rest when the flood is over. A flood may last, so it
// prunes meanwhile when it is time to.
func (s *Store) follow(prune <-chan time.Time) {
	for pause := indexDelay; ; {
		head, since := s.Head(), time.Now()
		if !s.rest(pause) {
			return
		}
		select {
		case <-prune:
			s.steps(s.pruneSome)
		default:
		}
		start := time.Now()
		if !s.step(s.index) {
			return
		}
		if pause = pauseFactor * time.Since(start); s.isFlooded(head, since) {
			pause = indexDelay
		}
	}
}

// isFlooded reports whether so much was said since head was the head that the index
// had better wait, and may.
func (s *Store) isFlooded(head uint64, since time.Time) bool {
	now := s.Head()
	return float64(now-head) > floodRate*time.Since(since).Seconds() && now-s.indexed.Load() < mostBehind
}

// step does one step and empties the log if it is long. It reports whether there
// is more to do.
func (s *Store) step(step func() (more bool, err error)) bool {
	more, err := step()
	if err == nil {
		err = s.checkpointIfLong()
	}
	if err != nil && !errors.Is(err, journal.ErrBroken) { // a commit tells that
		s.opts.Log.Warn("the record's maintenance is put off", "err", err)
	}
	return more && err == nil
}

// rest waits a while, and reports whether there is anything to do after it.
func (s *Store) rest(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-s.stop.Done():
		return false
	}
}

// stopped is err, unless it is only that the store is being closed.
func (s *Store) stopped(err error) error {
	if s.stop.Err() != nil {
		return nil
	}
	return err
}

// pruneSome removes a few entries that are no longer kept, and reports whether
// there may be more. The last entry stays: it is where the record goes on.
func (s *Store) pruneSome() (more bool, err error) {
	s.pruning.Lock() // what is too much is counted before it is removed
	defer s.pruning.Unlock()
	for _, prune := range []func() (int, error){s.pruneOld, s.pruneMany, s.pruneMailboxes} {
		if n, err := prune(); n > 0 || err != nil {
			return err == nil, err
		}
	}
	return false, nil
}

// pruneOld removes what is older than Options.Keep.
func (s *Store) pruneOld() (int, error) {
	if s.opts.Keep <= 0 {
		return 0, nil
	}
	upto, err := s.Before(time.Now().Add(-s.opts.Keep))
	if err != nil || upto == 0 {
		return 0, err
	}
	return s.prune("SELECT "+rawColumns+" FROM entries WHERE seq<=? ORDER BY seq LIMIT ?", position(upto), indexAtOnce)
}

// pruneMany removes what is more than Options.Lines in a stream.
func (s *Store) pruneMany() (int, error) {
	if s.opts.Lines <= 0 {
		return 0, nil
	}
	id, excess, err := s.streamWhere("count - pruned_nth - ?1 FROM streams WHERE count - pruned_nth > ?1 LIMIT 1", s.opts.Lines)
	if err != nil || excess == 0 {
		return 0, err
	}
	return s.prune(firstOfStream, id, min(excess, indexAtOnce))
}

// pruneMailboxes removes mailboxes of sessions that have been silent for long.
// A session is given up long before, so nobody can read them any more.
func (s *Store) pruneMailboxes() (int, error) {
	if s.opts.Mailbox < 0 {
		return 0, nil
	}
	kept := s.opts.Mailbox
	if s.opts.Keep > 0 {
		kept = min(kept, s.opts.Keep)
	}
	upto, err := s.Before(time.Now().Add(-kept))
	if err != nil || upto == 0 {
		return 0, err
	}
	id, left, err := s.streamWhere("count - pruned_nth FROM streams WHERE name>='@' AND name<'A' AND last<=?1 LIMIT 1", position(upto))
	switch {
	case err != nil || id == 0:
		return 0, err
	case left > 0:
		return s.prune(firstOfStream, id, indexAtOnce)
	}
	return 1, s.dropStream(id)
}

func (s *Store) streamWhere(query string, arg any) (id int64, n int, err error) {
	err = s.borrow(func(r *reader) error {
		err := r.conn.QueryRowContext(s.stop, "SELECT id, "+query, arg).Scan(&id, &n)
		return noRow(err)
	})
	return id, n, s.stopped(err)
}

var firstOfStream = ofStream("SELECT "+rawColumns+" FROM entries WHERE stream=?1") + " LIMIT ?2"

// prune removes the entries that a query finds. They must be the oldest of their
// streams, in order.
func (s *Store) prune(query string, args ...any) (n int, err error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	err = s.lightly(func() error {
		return s.transact(func() error {
			rows, err := s.w.raw(query, args...)
			if err != nil {
				return err
			}
			for _, r := range rows {
				if r.seq >= s.Head() {
					break
				}
				if err := s.remove(&r); err != nil {
					return err
				}
				n++
			}
			return nil
		})
	})
	return n, err
}

func (s *Store) remove(r *rawRow) error {
	if err := s.leaveIndex(r); err != nil {
		return err
	}
	if _, err := s.w.remove.Exec(int64(r.seq)); err != nil {
		return err
	}
	_, err := s.w.prune.Exec(int64(r.nth), int64(r.seq), r.stream)
	return err
}

// dropStream forgets an empty stream as a whole.
func (s *Store) dropStream(id int64) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	return s.lightly(func() error {
		return s.transact(func() error {
			clear(s.streams)
			_, err := s.w.conn.ExecContext(context.Background(), `
				UPDATE meta SET gone=max(gone, (SELECT last FROM streams WHERE id=?1));
				DELETE FROM streams WHERE id=?1 AND count=pruned_nth`, id)
			return err
		})
	})
}
