package sqlite

import (
	"context"
	"errors"
	"os"
	"time"
)

// When Redact returns, no client can read the forgotten words. The scrub takes what is
// left of them out of the files: it merges the index into one part (a small one is made anew), truncates
// the WAL, and rewrites a file that is not large, since SQLite leaves scraps of
// what stood on a page where it has moved the rest. One scrub serves all calls of Redact
// before it, and works in slices. Until all is done, theMark stands in the index, so that
// the next process ends the scrub of a killed one.

const (
	rewritten  = 16 << 20         // bytes of a file that is rewritten in a tenth of a second
	scrubDelay = 5 * time.Second  // after Redact: other calls may follow
	scrubEvery = time.Minute      // from the beginning of one to that of the next, at the least
	scrubShare = 10               // times as long as a scrub took, from its beginning to that of the next, at the least
	quietTime  = 2 * time.Second  // without a commit, before a file is rewritten
	mergeEvery = 24 * time.Hour   // after which the words of pruned entries leave the index
	retryEvery = time.Second / 10 // while a reader is in the WAL
)

// theMark stands in the index while forgotten words may be left in the files. It is
// no entry: position 0 in stream 0.
var theMark = indexed{text: "forgotten"}

const isMarked = `SELECT count(*) FROM words WHERE words MATCH 'stream : "s0"'`

type scrubPhase int

const (
	scrubIdle    scrubPhase = iota
	scrubMark               // the index gets a new part
	scrubSort               // all its parts are to become one
	scrubSpread             // until there is nothing to merge; then from scrubMark on
	scrubMerge              // until there is nothing to merge
	scrubLog                // until no reader is in the WAL
	scrubRewrite            // until there was no commit for a while
	scrubEnd
)

// scrubbing is the scrub under way. The maintenance goroutine owns it.
type scrubbing struct {
	phase     scrubPhase
	due       time.Time // of the next phase; zero: not known yet
	began     time.Time
	after     time.Time // before which no other begins
	merged    time.Time // when the index was merged last
	forget    bool      // words were forgotten, and not only pruned
	forgotten uint64    // Store.forgotten when it began
	garbage   uint64    // Store.garbage when all parts of the index were to become one
}

// scrubIsDue reports whether the scrub has something to do now.
func (t *tidying) scrubIsDue(now time.Time) bool {
	c := &t.scrub
	switch c.phase {
	case scrubIdle:
		switch {
		case t.s.compact.Load():
			return true
		case t.s.marked.Load():
			if c.due.IsZero() {
				c.due = latest(now.Add(t.s.opts.scrubDelay), c.after)
			}
			return !now.Before(c.due)
		}
		return t.isWorthMerging(now)
	case scrubSpread, scrubMerge:
		return false // Store.mergeSome goes on by itself
	case scrubMark, scrubSort:
		return true
	case scrubLog:
		if t.s.compact.Load() { // another program may read for long
			c.phase = scrubIdle
			return true
		}
	case scrubRewrite:
		if t.s.forgotten.Load() != c.forgotten && !now.Before(c.after) || t.s.compact.Load() || t.isWorthMerging(now) {
			c.phase = scrubIdle // from the beginning
			return true
		}
		return !now.Before(c.due) && now.Sub(time.Unix(0, t.s.spoke.Load())) >= t.s.opts.quiet
	}
	return !now.Before(c.due)
}

// isWorthMerging reports whether the index holds more of what was pruned than of what is kept, or
// has held any of it for long.
func (t *tidying) isWorthMerging(now time.Time) bool {
	garbage := t.s.garbage.Load()
	return garbage > 0 && now.Sub(t.scrub.merged) > mergeEvery || garbage > indexAtOnce && garbage > t.s.held()
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// scrubStep does the next step of the scrub.
func (t *tidying) scrubStep(now time.Time) (err error) {
	s, c := t.s, &t.scrub
	switch c.phase {
	case scrubIdle:
		s.compact.Store(false)
		if err = s.beginScrub(c); err == nil {
			c.began, c.due, c.phase = now, now, scrubSort
			s.scrubs.Add(1)
		}
	case scrubMark:
		if err = s.mark(); err == nil {
			c.phase = scrubSort
		}
	case scrubSort:
		var how sorting
		if how, err = s.sortParts(); err != nil {
			break
		}
		s.unmerged.Store(true)
		c.garbage = s.garbage.Load() // what was pruned since the scrub began is in those parts, too
		if c.phase = scrubMerge; how == oneLevel {
			c.phase = scrubSpread
		}
	case scrubLog:
		s.scrub.Store(true)
		err = s.checkpoint()
		switch {
		case errors.Is(err, errReaders):
			c.due, err = now.Add(retryEvery), nil
		case err == nil:
			c.phase = scrubEnd
			if c.forget && s.isSmall() {
				c.phase = scrubRewrite
			}
		}
	case scrubRewrite:
		if !s.isSmall() { // any more
			c.phase = scrubEnd
			return nil
		}
		switch done, e := s.rewrite(); {
		case e != nil:
			err = e
		case done:
			c.phase, c.forget = scrubLog, false // the rewritten pages go from the WAL to the file at once
		default:
			c.due = now.Add(s.opts.scrubEvery)
		}
	case scrubEnd:
		if err = s.unmark(c.forgotten); err == nil {
			c.phase, c.due = scrubIdle, time.Time{}
		}
	}
	return err
}

// merged is called when there is nothing left to merge.
func (t *tidying) merged(now time.Time) error {
	c := &t.scrub
	if c.phase == scrubSpread {
		c.phase = scrubMark
	}
	if c.phase != scrubMerge {
		return nil
	}
	if err := t.s.slice(lazy, func(*slice) error { return t.s.setMergeParts(mergeParts) }); err != nil {
		return err
	}
	t.s.garbage.Add(-min(c.garbage, t.s.garbage.Load())) // what came since is for the next merge
	t.s.mergedBy.Store(t.s.scrubs.Load())
	c.merged, c.phase = now, scrubLog
	if t.s.opts.Size > 0 {
		t.pruneAt = now // the merge has given room back, so the size is known
	}
	c.after = c.began.Add(max(t.s.opts.scrubEvery, scrubShare*now.Sub(c.began)))
	if !c.forget {
		c.phase = scrubEnd
	}
	return nil
}

// beginScrub notes what the scrub is for, and gives the index a part with nothing but theMark in it.
func (s *Store) beginScrub(c *scrubbing) error {
	return s.slice(lazy, func(l *slice) error {
		c.forget, c.forgotten = s.marked.Load(), s.forgotten.Load()
		if err := s.setMergeParts(mergeAllParts); err != nil {
			return err
		}
		return s.newMark(l)
	})
}

// mark gives the index a part with nothing but theMark in it.
func (s *Store) mark() error { return s.slice(lazy, s.newMark) }

func (s *Store) newMark(l *slice) error {
	if s.marked.Load() {
		if err := s.put(&theMark, s.w.outOfIndex); err != nil {
			return err
		}
	}
	l.then = func() { s.marked.Store(true) }
	return s.put(&theMark, s.w.intoIndex)
}

// held is how many entries there may be, at the most.
func (s *Store) held() uint64 {
	var first uint64
	err := s.borrow(func(r *reader) error {
		return r.conn.QueryRowContext(s.stop, "SELECT ifnull((SELECT min(seq) FROM entries), 0)").Scan(&first)
	})
	if err != nil {
		return s.Head()
	}
	return s.Head() - first
}

// rewrite rewrites the file. It gives up when a commit waits; done is false then.
func (s *Store) rewrite() (done bool, err error) {
	ctx, cancel := context.WithCancel(s.stop)
	defer cancel()
	s.writing.LockBehind(cancel)
	defer s.writing.Unlock()
	if s.broken != nil {
		return false, s.broken
	}
	err = s.lightly(func() error {
		_, err := s.w.conn.ExecContext(ctx, "VACUUM")
		return s.fail(err)
	})
	if ctx.Err() != nil && s.broken == nil {
		return err == nil, nil
	}
	return err == nil, err
}

func (s *Store) isSmall() bool {
	info, err := os.Stat(s.path)
	return err == nil && info.Size() <= rewritten
}

// unmark takes the mark out of the index, if nothing was forgotten since.
func (s *Store) unmark(forgotten uint64) error {
	return s.slice(lazy, func(l *slice) error {
		if s.forgotten.Load() != forgotten || !s.marked.Load() {
			return nil
		}
		l.then = func() { s.marked.Store(false) }
		return s.put(&theMark, s.w.outOfIndex)
	})
}
