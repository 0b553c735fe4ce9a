package sqlite

import (
	"errors"
	"time"

	"chinwag/hub/journal"
)

const (
	indexDelay   = 200 * time.Millisecond // entries of that time are indexed together
	pauseFactor  = 2                      // how much longer than it works the maintenance rests
	floodRate    = 2000                   // lines a second at which the index waits for the end of the flood
	mostBehind   = 200_000                // lines; beyond, it waits no more: a search would have to wait for it
	mergesOwed   = 6                      // steps of merging after each slice of the index: words are merged a few times
	sweepEvery   = time.Minute            // between two looks at all streams, at the least
	sweepPause   = 10 * time.Millisecond  // between its steps, for other maintenance
	afterTrouble = 10 * time.Second       // after an error, before the maintenance is tried again
)

// tidying is what the maintenance goroutine is about to do.
type tidying struct {
	s       *Store
	pruneAt time.Time
	pruning bool // the last slice was pruning: something else is next
	sweepAt time.Time
	swept   bool      // the sweep had the last step: indexing and merging are next
	indexAt time.Time // zero: there was nothing to index
	head    uint64    // of the journal when the index was last looked at
	since   time.Time // when that was
	owed    int       // steps of merging that go before the next slice of the index
	scrub   scrubbing
}

// maintain is the maintenance goroutine: it prunes, indexes, merges, scrubs and makes
// checkpoints behind the commits, a slice at a time, and rests in between.
func (s *Store) maintain() {
	defer close(s.ended)
	t := tidying{s: s, scrub: scrubbing{merged: time.Now()}}
	for {
		rest, idle := t.step()
		if idle && !s.sleep(rest) || !idle && !s.rest(rest) {
			return
		}
	}
}

// step does the most urgent slice, and returns how long to rest after it. idle means
// that there was nothing to do, so that a commit ends the rest.
func (t *tidying) step() (rest time.Duration, idle bool) {
	start := time.Now()
	did, err := t.one(start)
	if did && err == nil {
		err = t.s.checkpointIfLong()
	}
	switch {
	case err != nil && !errors.Is(err, errReaders):
		if !errors.Is(err, journal.ErrBroken) && t.s.stop.Err() == nil { // the next commit returns ErrBroken
			t.s.opts.Log.Warn("the record's maintenance is put off", "err", err)
		}
		return afterTrouble, false
	case !did:
		return t.wait(start), true
	case t.pruning && t.s.isLate():
		return 0, false
	}
	return pauseFactor * time.Since(start), false
}

// one does one slice, if there is one. Pruning goes first, since pruned entries need not
// be indexed; then comes merging, so that the index does not grow faster than it is merged.
func (t *tidying) one(now time.Time) (did bool, err error) {
	s := t.s
	prunes := !now.Before(t.pruneAt) && (!t.pruning || s.isLate())
	t.pruning = prunes
	var more bool
	switch {
	case prunes:
		if more, err = s.pruneSome(); !more {
			t.pruneAt = now.Add(s.pruneEvery())
		}
	case t.owed > 0 && s.unmerged.Load():
		err = t.merge(now)
	case t.scrubIsDue(now):
		err = t.scrubStep(now)
	case !now.Before(t.sweepAt) && !t.swept:
		t.swept = true
		if more, err = s.sweepSome(); more {
			t.sweepAt = now.Add(sweepPause)
		} else {
			t.sweepAt = now.Add(sweepEvery)
		}
	case t.indexIsDue(now):
		t.swept = false
		_, err = s.index()
		if t.owed = mergesOwed; s.isFlooded(t.head, t.since) {
			t.indexAt = now.Add(indexDelay)
		}
		t.head, t.since = s.Head(), now
	case s.unmerged.Load():
		t.swept = false
		err = t.merge(now)
	default:
		t.swept = false
		return !now.Before(t.pruneAt) || !now.Before(t.sweepAt), nil // they only waited for their turn
	}
	return true, err
}

func (t *tidying) merge(now time.Time) error {
	t.owed--
	t.s.unmerged.Store(false)
	more, err := t.s.mergeSome()
	if err == nil && !more {
		err = t.merged(now)
	}
	if err != nil || more {
		t.s.unmerged.Store(true)
	}
	return err
}

// indexIsDue reports whether an entry has waited for the index long enough.
func (t *tidying) indexIsDue(now time.Time) bool {
	switch {
	case t.s.indexed.Load() >= t.s.Head():
		t.indexAt = time.Time{}
		return false
	case t.indexAt.IsZero():
		t.indexAt, t.head, t.since = now.Add(indexDelay), t.s.Head(), now
	}
	return !now.Before(t.indexAt)
}

// isFlooded reports whether entries come so fast since head was the head that the index
// should wait, and is not too far behind for that.
func (s *Store) isFlooded(head uint64, since time.Time) bool {
	now := s.Head()
	return float64(now-head) > floodRate*time.Since(since).Seconds() && now-s.indexed.Load() < mostBehind
}

// wait is how long there is nothing to do without a commit.
func (t *tidying) wait(now time.Time) time.Duration {
	next := t.pruneAt
	for _, at := range []time.Time{t.sweepAt, t.indexAt, t.scrub.due} {
		if at.After(now) && at.Before(next) {
			next = at
		}
	}
	if t.scrub.phase == scrubRewrite {
		next = now.Add(min(t.s.opts.quiet, next.Sub(now)))
	}
	return max(next.Sub(now), time.Millisecond)
}

// pruneEvery is the time between two looks for entries to prune.
func (s *Store) pruneEvery() time.Duration {
	const least, most = time.Second, time.Minute
	every := most
	if s.opts.Keep > 0 {
		every = min(every, s.opts.Keep/10)
	}
	if s.opts.Size > 0 || s.kept.Load() == 0 { // or nothing may go yet
		every = least
	}
	return max(every, least)
}

// rest waits. It reports false when the store is being closed.
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

// sleep is rest, but ends early when something is committed or forgotten.
func (s *Store) sleep(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-s.work:
	case <-s.stop.Done():
		return false
	}
	return true
}

// wake ends a sleep.
func (s *Store) wake() {
	select {
	case s.work <- struct{}{}:
	default:
	}
}

// stopped is err, or nil when the store is being closed.
func (s *Store) stopped(err error) error {
	if s.stop.Err() != nil {
		return nil
	}
	return err
}
