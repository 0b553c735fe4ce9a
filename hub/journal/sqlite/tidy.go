package sqlite

import (
	"errors"
	"time"

	"chinwag/hub/journal"
)

const (
	indexDelay   = 200 * time.Millisecond // what is said meanwhile is indexed together
	pauseFactor  = 2                      // how much longer than it works the maintenance rests
	floodRate    = 2000                   // lines a second at which the index waits for the end of the flood
	mostBehind   = 200_000                // lines; beyond, it waits no more: a search would have to wait for it
	mergesOwed   = 6                      // steps after each slice of the index: what went in is merged a few times
	sweepEvery   = time.Minute            // all streams are looked at once in that time, at the most
	sweepPause   = 10 * time.Millisecond  // between its steps, for what else there is to do
	afterTrouble = 10 * time.Second       // the maintenance is tried again
)

// tidying is what the maintenance goroutine is about to do.
type tidying struct {
	s       *Store
	pruneAt time.Time
	pruning bool // the last slice was pruning: something else is next
	sweepAt time.Time
	swept   bool      // since there was time for what follows it
	indexAt time.Time // zero: there was nothing to index
	head    uint64    // of the record
	since   time.Time // when it was the head
	owed    int       // steps of merging that go before the next slice of the index
	scrub   scrubbing
}

// maintain is the maintenance goroutine: it prunes, indexes, merges, scrubs and empties
// the log behind the commits, a slice at a time, and rests in between.
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
// that there was none, so that a commit may bring one before.
func (t *tidying) step() (rest time.Duration, idle bool) {
	start := time.Now()
	did, err := t.one(start)
	if did && err == nil {
		err = t.s.checkpointIfLong()
	}
	switch {
	case err != nil && !errors.Is(err, errReaders):
		if !errors.Is(err, journal.ErrBroken) && t.s.stop.Err() == nil { // a commit tells that
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

// one does one slice, if there is one. What is no longer kept goes first, since it need not
// be indexed then; but what went into the index is merged before more does.
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
		return !now.Before(t.pruneAt) || !now.Before(t.sweepAt), nil // it is their turn again
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

// indexIsDue reports whether something waits for the index for long enough.
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

// isFlooded reports whether so much was said since head was the head that the index
// had better wait, and may.
func (s *Store) isFlooded(head uint64, since time.Time) bool {
	now := s.Head()
	return float64(now-head) > floodRate*time.Since(since).Seconds() && now-s.indexed.Load() < mostBehind
}

// wait is how long there is nothing to do but what a commit brings.
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

// pruneEvery is how often to look for what is no longer kept.
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

// sleep is rest, until something is committed or forgotten.
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

// stopped is err, unless it is only that the store is being closed.
func (s *Store) stopped(err error) error {
	if s.stop.Err() != nil {
		return nil
	}
	return err
}
