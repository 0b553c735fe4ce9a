package sqlite

import (
	"context"
	"errors"
)

// The index has parts, which are merged a few pages at a time. See https://www.sqlite.org/fts5.html#the_merge_command.

const mergePages = 16 // in one step: two milliseconds

// How many parts of the index are merged into one. FTS5 does not go on with a merge while there are more new parts than
// the merge has, but too few to be merged. While all parts are to become one, two are therefore enough, so that the
// merge comes to its end.
const (
	mergeParts    = 4
	mergeAllParts = 2
)

// indexShape is the state of an index whose parts are to become one.
type indexShape int

const (
	oneInput indexShape = iota // they are inputs of one merge
	oneLevel                   // they are on one level, and must be spread first
	noParts                    // there were so few pages that the index is made anew
)

const smallIndex = 128 // pages that are made anew in a fraction of a second; more than a step of lines has

// sortParts begins to merge all parts of the index into one. FTS5 drops what is noted as deleted only where nothing
// older can lie above: in its topmost level. It moves all parts there, unless they are on one level already; then it
// merges them where they are. Such parts must be spread first: a merge moves its result up a level, and the next mark
// lies below. Small parts FTS5 puts on one level again and again, so a small index is made anew.
func (s *Store) sortParts() (how indexShape, err error) {
	err = s.inWords(func(step *maintenanceStep) error {
		var structure []byte
		const theStructure = 10 // as FTS5 numbers it
		if err := s.words.conn.QueryRowContext(context.Background(), "SELECT block FROM words_data WHERE id=?", theStructure).Scan(&structure); err != nil {
			return err
		}
		levels, pages, err := partsOf(structure)
		switch {
		case err != nil:
			return err
		case pages <= s.opts.smallIndex:
			how = noParts
			return s.clearIndex(step)
		case levels == 1:
			how = oneLevel
			return nil
		}
		_, err = s.mergePages(-mergePages)
		return err
	})
	return how, err
}

// clearIndex empties the index. The entries that are kept are indexed again, like new ones.
func (s *Store) clearIndex(step *maintenanceStep) error {
	_, err := s.words.conn.ExecContext(context.Background(), "INSERT INTO words (words) VALUES ('delete-all'); UPDATE state SET indexed=0, time=NULL")
	if err != nil {
		return err
	}
	step.onCommit = func() {
		s.indexed.Store(0)
		s.marked.Store(true)
	}
	return s.put(&markEntry, s.words.insert)
}

var errStructure = errors.New("the index is not what it should be")

// partsOf decodes the structure of an index: on how many levels there are parts, and how many pages they have.
// https://www.sqlite.org/fts5.html and the source of FTS5 describe it: four bytes, then the number of levels, of parts
// and of pages written; for each level the number of its parts in a merge and of all its parts; for each part its id,
// its first page and its last.
func partsOf(structure []byte) (levels, pages int, err error) {
	at := 4
	next := func() (n int) {
		for i := 0; i < 9 && err == nil; i++ {
			if at >= len(structure) {
				err = errStructure
				break
			}
			b := structure[at]
			at++
			if n = n<<7 | int(b&0x7f); b < 0x80 {
				break
			}
		}
		return n
	}
	count := next()
	next()
	next()
	for ; count > 0 && err == nil; count-- {
		next()
		parts := next()
		if parts > 0 {
			levels++
		}
		for ; parts > 0 && err == nil; parts-- {
			next()
			first, last := next(), next()
			if first > 0 {
				pages += last - first + 1
			}
		}
	}
	return levels, pages, err
}

// setMergeParts must be called in a step.
func (s *Store) setMergeParts(n int) error {
	_, err := s.words.conn.ExecContext(context.Background(), "INSERT INTO words (words, rank) VALUES ('usermerge', ?)", n)
	return err
}

// mergeStep merges a few pages of the index, and reports whether there is more.
func (s *Store) mergeStep() (more bool, err error) {
	err = s.inWords(func(*maintenanceStep) error {
		more, err = s.mergePages(mergePages)
		return err
	})
	return more, err
}

// mergePages merges so many pages; below zero, all parts are to become one. It must be called in a step.
func (s *Store) mergePages(pages int) (more bool, err error) {
	var before, after int
	const changes = "SELECT total_changes()"
	ctx := context.Background()
	if err := s.words.conn.QueryRowContext(ctx, changes).Scan(&before); err != nil {
		return false, err
	}
	if _, err := s.words.conn.ExecContext(ctx, "INSERT INTO words (words, rank) VALUES ('merge', ?)", pages); err != nil {
		return false, err
	}
	err = s.words.conn.QueryRowContext(ctx, changes).Scan(&after)
	return after-before >= 2, err // as FTS5 says that it has merged something
}
