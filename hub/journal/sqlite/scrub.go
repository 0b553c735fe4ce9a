package sqlite

import (
	"context"
	"errors"
	"os"
	"time"
)

// Forgotten words are gone for everybody when Forget returns. The scrub takes what is
// left of them out of the files: the index is merged into one part, the log is
// emptied, and a file that is not large is written anew, since SQLite leaves scraps of
// what stood on a page where it has moved the rest. It is one for all who have
// forgotten something meanwhile, it does a slice at a time, and what a killed process
// leaves undone the next one does: until all is done, theMark stands in the index.

const (
	mergePages = 16               // of the index in one step: two milliseconds
	rewritten  = 16 << 20         // bytes of a file that is written anew in a tenth of a second
	scrubDelay = 5 * time.Second  // others may forget something, too
	scrubEvery = time.Minute      // at the most
	scrubShare = 10               // how much longer than a scrub took the next one waits
	quietTime  = 2 * time.Second  // that nothing was said, before a file is written anew
	mergeEvery = 24 * time.Hour   // after which the words of what is no longer kept leave the index
	retryEvery = time.Second / 10 // where a reader still looks at the log
)

// theMark stands in the index while something forgotten may be left in the files. It is
// no entry: position 0 in stream 0.
var theMark = indexed{text: "forgotten"}

const isMarked = `SELECT count(*) FROM words WHERE words MATCH 'stream : "s0"'`

type scrubPhase int

const (
	scrubIdle    scrubPhase = iota
	scrubMerge              // until there is nothing to merge
	scrubLog                // until no reader looks at the log
	scrubRewrite            // until nobody speaks for a while
	scrubEnd
)

// scrubbing is the scrub under way. The maintenance goroutine owns it.
type scrubbing struct {
	phase     scrubPhase
	due       time.Time // of the next phase; zero: nobody knows yet
	began     time.Time
	after     time.Time // before which no other begins
	merged    time.Time // when the index was merged last
	forget    bool      // something was forgotten: not only pruned
	forgotten uint64    // Store.forgotten when it began
	garbage   uint64    // Store.garbage when it began
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
	case scrubMerge:
		return false // Store.mergeSome goes on by itself
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

// isWorthMerging reports whether the index holds more of what is gone than of what is kept, or
// has held it for long.
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
		c.began, c.due = now, now
		c.forget, c.forgotten, c.garbage = s.marked.Load(), s.forgotten.Load(), s.garbage.Load()
		s.compact.Store(false)
		if err = s.setMergeParts(mergeAllParts); err == nil {
			_, err = s.mergeSome(-mergePages) // all parts become inputs of one
		}
		if err == nil {
			c.phase = scrubMerge
			s.unmerged.Store(true)
			s.scrubs.Add(1)
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
			c.phase, c.forget = scrubLog, false // what it has written goes to the file at once
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
	if c.phase != scrubMerge {
		return nil
	}
	if err := t.s.setMergeParts(mergeParts); err != nil {
		return err
	}
	t.s.garbage.Add(-c.garbage) // what came since is of the next
	t.s.mergedBy.Store(t.s.scrubs.Load())
	c.merged, c.phase = now, scrubLog
	if t.s.opts.Size > 0 {
		t.pruneAt = now // with the room that there is now
	}
	c.after = c.began.Add(max(t.s.opts.scrubEvery, scrubShare*now.Sub(c.began)))
	if !c.forget {
		c.phase, c.due = scrubIdle, time.Time{}
	}
	return nil
}

func (s *Store) setMergeParts(n int) error {
	return s.slice(lazy, func(*slice) error {
		_, err := s.w.conn.ExecContext(context.Background(), "INSERT INTO words (words, rank) VALUES ('usermerge', ?)", n)
		return err
	})
}

// held is how many entries there may be.
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

// mergeSome merges a few pages of the index, and reports whether there is more. With
// pages below zero, all parts of the index are to become one.
func (s *Store) mergeSome(pages int) (more bool, err error) {
	var before, after int
	const changes = "SELECT total_changes()"
	ctx := context.Background()
	err = s.slice(lazy, func(*slice) error {
		if err := s.w.conn.QueryRowContext(ctx, changes).Scan(&before); err != nil {
			return err
		}
		if _, err := s.w.conn.ExecContext(ctx, "INSERT INTO words (words, rank) VALUES ('merge', ?)", pages); err != nil {
			return err
		}
		return s.w.conn.QueryRowContext(ctx, changes).Scan(&after)
	})
	return after-before >= 2, err // as FTS5 says that it has merged something
}

// rewrite writes the file anew, unless somebody speaks meanwhile.
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
