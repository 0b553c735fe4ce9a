package sqlite

import (
	"context"
	"errors"
	"os"
	"time"
)

// When Redact returns, no client can read the redacted words. The scrub takes what is left of them out of the files: it
// merges the index into one part (a small one is made anew), truncates the WAL, and rewrites a file that is not large,
// since SQLite leaves scraps of what stood on a page where it has moved the rest. One scrub serves all calls of Redact
// before it, and works in steps. Until all is done, markEntry stands in the index, so that the next process ends the
// scrub of a killed one.

const (
	rewritten  = 16 << 20         // bytes of a file that is rewritten in a tenth of a second
	scrubDelay = 5 * time.Second  // after Redact: other calls may follow
	scrubEvery = time.Minute      // from the beginning of one to that of the next, at the least
	scrubShare = 10               // times as long as a scrub took, from its beginning to that of the next, at the least
	quietTime  = 2 * time.Second  // without a commit, before a file is rewritten
	mergeEvery = 24 * time.Hour   // after which the words of pruned entries leave the index
	retryEvery = time.Second / 10 // while a reader is in the WAL
)

type scrubPhase int

const (
	scrubIdle    scrubPhase = iota
	scrubMark               // the index gets a new part
	scrubSort               // all its parts are to become one
	scrubSpread             // until there is nothing to merge; then from scrubMark on
	scrubMerge              // until there is nothing to merge
	scrubWAL                // until no reader is in the WAL
	scrubRewrite            // until there was no commit for a while
	scrubEnd
)

// scrubState is the scrub under way. The maintenance goroutine owns it.
type scrubState struct {
	phase      scrubPhase
	due        time.Time // of the next phase; zero: not known yet
	began      time.Time
	after      time.Time // before which no other begins
	merged     time.Time // when the index was merged last
	redacted   bool      // words were redacted, and not only pruned
	redactions uint64    // Store.redactions when it began
	garbage    uint64    // Store.garbage when all parts of the index were to become one
}

// scrubIsDue reports whether the scrub has something to do now.
func (m *maintenance) scrubIsDue(now time.Time) bool {
	c := &m.scrub
	switch c.phase {
	case scrubIdle:
		switch {
		case m.s.compact.Load():
			return true
		case m.s.marked.Load():
			if c.due.IsZero() {
				c.due = later(now.Add(m.s.opts.scrubDelay), c.after)
			}
			return !now.Before(c.due)
		}
		return m.isWorthMerging(now)
	case scrubSpread, scrubMerge:
		return false // Store.mergeStep goes on by itself
	case scrubMark, scrubSort:
		return true
	case scrubWAL:
		if m.s.compact.Load() { // another program may read for long
			c.phase = scrubIdle
			return true
		}
	case scrubRewrite:
		if m.s.redactions.Load() != c.redactions && !now.Before(c.after) || m.s.compact.Load() || m.isWorthMerging(now) {
			c.phase = scrubIdle // from the beginning
			return true
		}
		return !now.Before(c.due) && now.Sub(time.Unix(0, m.s.lastCommit.Load())) >= m.s.opts.quiet
	}
	return !now.Before(c.due)
}

// isWorthMerging reports whether the index holds more of what was pruned than of what is kept, or has held any of it
// for long.
func (m *maintenance) isWorthMerging(now time.Time) bool {
	garbage := m.s.garbage.Load()
	return garbage > 0 && now.Sub(m.scrub.merged) > mergeEvery || garbage > pruneBatch && garbage > m.s.maxEntries()
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// scrubStep does the next step of the scrub.
func (m *maintenance) scrubStep(now time.Time) (err error) {
	s, c := m.s, &m.scrub
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
		var how indexShape
		if how, err = s.sortParts(); err != nil {
			break
		}
		s.unmerged.Store(true)
		c.garbage = s.garbage.Load() // what was pruned since the scrub began is in those parts, too
		if c.phase = scrubMerge; how == oneLevel {
			c.phase = scrubSpread
		}
	case scrubWAL:
		s.walScrubDue.Store(true)
		if err = s.truncateWords(); err == nil {
			err = s.checkpoint()
		}
		switch {
		case errors.Is(err, errReaders):
			c.due, err = now.Add(retryEvery), nil
		case err == nil:
			c.phase = scrubEnd
			if c.redacted && isSmall(s.path) {
				c.phase = scrubRewrite
			}
		}
	case scrubRewrite:
		if !isSmall(s.path) { // any more
			c.phase = scrubEnd
			return nil
		}
		switch done, e := s.rewrite(); {
		case e != nil:
			err = e
		case done:
			c.phase, c.redacted = scrubWAL, false // the rewritten pages go from the WAL to the file at once
		default:
			c.due = now.Add(s.opts.scrubEvery)
		}
	case scrubEnd:
		if err = s.unmark(c.redactions); err == nil {
			c.phase, c.due = scrubIdle, time.Time{}
		}
	}
	return err
}

// onMerged is called when there is nothing left to merge.
func (m *maintenance) onMerged(now time.Time) error {
	c := &m.scrub
	if c.phase == scrubSpread {
		c.phase = scrubMark
	}
	if c.phase != scrubMerge {
		return nil
	}
	if err := m.s.inWords(func(*maintenanceStep) error { return m.s.setMergeParts(mergeParts) }); err != nil {
		return err
	}
	m.s.garbage.Add(-min(c.garbage, m.s.garbage.Load())) // what came since is for the next merge
	m.s.mergedBy.Store(m.s.scrubs.Load())
	c.merged, c.phase = now, scrubWAL
	if m.s.opts.Size > 0 {
		m.pruneAt = now // the merge has given room back, so the size is known
	}
	c.after = c.began.Add(max(m.s.opts.scrubEvery, scrubShare*now.Sub(c.began)))
	if !c.redacted {
		c.phase = scrubEnd
	}
	return nil
}

// beginScrub notes what the scrub is for, and gives the index a part with nothing but markEntry in it.
func (s *Store) beginScrub(c *scrubState) error {
	return s.inWords(func(step *maintenanceStep) error {
		c.redacted, c.redactions = s.marked.Load(), s.redactions.Load()
		if err := s.setMergeParts(mergeAllParts); err != nil {
			return err
		}
		return s.newMark(step)
	})
}

// maxEntries is how many entries there may be, at the most.
func (s *Store) maxEntries() uint64 {
	var first uint64
	err := s.withReader(func(r *reader) error {
		return r.conn.QueryRowContext(s.stop, "SELECT ifnull((SELECT min(seq) FROM entries), 0)").Scan(&first)
	})
	if err != nil {
		return s.Head()
	}
	return s.Head() - first
}

// rewrite rewrites both files. It gives up when a commit waits; done is false then.
func (s *Store) rewrite() (done bool, err error) {
	if err := s.rewriteWords(); err != nil {
		return false, err
	}
	ctx, cancel := context.WithCancel(s.stop)
	defer cancel()
	s.writing.LockForMaintenance(cancel)
	defer s.writing.Unlock()
	if s.broken != nil {
		return false, s.broken
	}
	err = s.withoutSync(func() error {
		_, err := s.w.conn.ExecContext(ctx, "VACUUM")
		return s.fail(err)
	})
	if ctx.Err() != nil && s.broken == nil {
		return err == nil, nil
	}
	return err == nil, err
}

func (s *Store) rewriteWords() error {
	s.words.mu.Lock()
	defer s.words.mu.Unlock()
	if s.words.conn == nil || !isSmall(s.words.path) {
		return nil
	}
	_, err := s.words.conn.ExecContext(s.stop, "VACUUM")
	return err
}

func isSmall(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Size() <= rewritten
}
