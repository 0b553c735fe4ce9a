package sqlite

import (
	"errors"
	"time"

	"chinwag/hub/journal"
)

const (
	indexDelay        = 200 * time.Millisecond // entries of that time are indexed together
	restFactor        = 2                      // how much longer than it works the maintenance rests
	floodRate         = 2000                   // lines a second at which the index waits for the end of the flood
	maxIndexLag       = 200_000                // lines; beyond, it waits no more: a search would have to wait for it
	mergesPerIndexing = 6                      // steps of merging after each step of the index: words are merged a few times
	pruneStreamsEvery = time.Minute            // between two rounds of pruneStreams, at the least
	pruneStreamsPause = 10 * time.Millisecond  // between its steps, for other maintenance
	retryDelay        = 10 * time.Second       // after an error, before the maintenance is tried again
)

// maintenance is what the maintenance goroutine is about to do.
type maintenance struct {
	s              *Store
	pruneAt        time.Time
	pruning        bool // the last step was pruning: something else is next
	pruneStreamsAt time.Time
	prunedStreams  bool      // pruneStreams had the last step: indexing and merging are next
	indexAt        time.Time // zero: there was nothing to index
	head           uint64    // of the journal when the index was last looked at
	since          time.Time // when that was
	mergesDue      int       // steps of merging that go before the next step of the index
	scrub          scrubState
}

// maintain is the maintenance goroutine: it prunes, indexes, merges, scrubs and makes checkpoints behind the commits, a
// step at a time, and rests in between.
func (s *Store) maintain() {
	defer close(s.ended)
	m := maintenance{s: s, scrub: scrubState{merged: time.Now()}}
	for {
		rest, idle := m.work()
		if idle && !s.waitForWork(rest) || !idle && !s.pause(rest) {
			return
		}
	}
}

// work does the most urgent step, and returns how long to rest after it. idle means that there was nothing to do, so
// that a commit ends the rest.
func (m *maintenance) work() (rest time.Duration, idle bool) {
	start := time.Now()
	did, err := m.next(start)
	if did && err == nil {
		err = m.s.checkpointIfLong()
	}
	switch {
	case err != nil && !errors.Is(err, errReaders):
		_ = m.s.tell(err)
		return retryDelay, false
	case !did:
		return m.idleTime(start), true
	case m.pruning && m.s.pruningLags():
		return 0, false
	}
	return restFactor * time.Since(start), false
}

// next does one step, if there is one. Filing goes first, since what is not filed takes memory; then pruning, since
// pruned entries need not be indexed; then merging, so that the index does not grow faster than it is merged.
func (m *maintenance) next(now time.Time) (did bool, err error) {
	s := m.s
	prunes := !now.Before(m.pruneAt) && (!m.pruning || s.pruningLags())
	m.pruning = prunes
	var more bool
	switch {
	case s.filingIsDue():
		m.pruning = false
		err = s.runStep(lazy, s.fileSome)
	case prunes:
		if more, err = s.pruneSome(); !more {
			m.pruneAt = now.Add(s.pruneEvery())
		}
	case m.mergesDue > 0 && s.unmerged.Load():
		err = m.merge(now)
	case m.scrubIsDue(now):
		err = m.scrubStep(now)
	case !now.Before(m.pruneStreamsAt) && !m.prunedStreams:
		m.prunedStreams = true
		if more, err = s.pruneStreams(); more {
			m.pruneStreamsAt = now.Add(pruneStreamsPause)
		} else {
			m.pruneStreamsAt = now.Add(pruneStreamsEvery)
		}
	case m.indexIsDue(now):
		m.prunedStreams = false
		if _, err = s.index(); err != nil { // pruning goes on
			m.indexAt = now.Add(retryDelay)
			return true, m.s.tell(err)
		}
		if m.mergesDue = mergesPerIndexing; s.isFlooded(m.head, m.since) {
			m.indexAt = now.Add(indexDelay)
		}
		m.head, m.since = s.Head(), now
	case s.unmerged.Load():
		m.prunedStreams = false
		err = m.merge(now)
	default:
		m.prunedStreams = false
		return !now.Before(m.pruneAt) || !now.Before(m.pruneStreamsAt), nil // pruning waited only so that other steps come between
	}
	return true, err
}

// tell logs why maintenance is put off. It returns nil.
func (s *Store) tell(err error) error {
	if !errors.Is(err, journal.ErrBroken) && s.stop.Err() == nil { // the next commit returns ErrBroken
		s.opts.Log.Warn("the journal's maintenance is put off", "err", err)
	}
	return nil
}

func (m *maintenance) merge(now time.Time) error {
	m.mergesDue--
	m.s.unmerged.Store(false)
	more, err := m.s.mergeStep()
	if err == nil && !more {
		err = m.onMerged(now)
	}
	if err != nil || more {
		m.s.unmerged.Store(true)
	}
	return err
}

// indexIsDue reports whether an entry has waited for the index long enough.
func (m *maintenance) indexIsDue(now time.Time) bool {
	switch {
	case m.s.indexed.Load() >= m.s.Head():
		m.indexAt = time.Time{}
		return false
	case m.indexAt.IsZero():
		m.indexAt, m.head, m.since = now.Add(indexDelay), m.s.Head(), now
	}
	return !now.Before(m.indexAt)
}

// isFlooded reports whether entries come so fast since head was the head that the index should wait, and is not too far
// behind for that.
func (s *Store) isFlooded(head uint64, since time.Time) bool {
	now := s.Head()
	return float64(now-head) > floodRate*time.Since(since).Seconds() && now-s.indexed.Load() < maxIndexLag
}

// idleTime is how long there is nothing to do without a commit.
func (m *maintenance) idleTime(now time.Time) time.Duration {
	next := m.pruneAt
	for _, at := range []time.Time{m.pruneStreamsAt, m.indexAt, m.scrub.due} {
		if at.After(now) && at.Before(next) {
			next = at
		}
	}
	if m.scrub.phase == scrubRewrite {
		next = now.Add(min(m.s.opts.quiet, next.Sub(now)))
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
	if s.opts.Size > 0 || s.keepAfter.Load() == 0 { // or nothing may go yet
		every = least
	}
	return max(every, least)
}

// pause waits. It reports false when the store is being closed.
func (s *Store) pause(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-s.stop.Done():
		return false
	}
}

// waitForWork is pause, but ends early when something is committed or redacted.
func (s *Store) waitForWork(d time.Duration) bool {
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

// wake ends waitForWork.
func (s *Store) wake() {
	select {
	case s.work <- struct{}{}:
	default:
	}
}

// unlessStopped is err, or nil when the store is being closed.
func (s *Store) unlessStopped(err error) error {
	if s.stop.Err() != nil {
		return nil
	}
	return err
}
