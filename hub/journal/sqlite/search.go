package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"chinwag/hub/journal"
)

const (
	searchTime  = 10 * time.Second // a search that takes longer is given up
	searchWords = 16               // words that are looked for
)

// Search implements journal.Store. It finds whole words, without regard to case
// and accents; of a script that is written without spaces, any run of its signs.
func (s *Store) Search(streams []journal.Stream, words string, upto uint64, n int) (found []journal.Entry, err error) {
	if isNothing(words) || n <= 0 {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(s.stop, searchTime)
	defer cancel()
	for s.indexed.Load() < min(upto, s.Head()) {
		if _, err := s.index(); err != nil {
			return nil, fmt.Errorf("journal: cannot search: %w", err)
		}
		if ctx.Err() != nil {
			return nil, errors.New("journal: cannot search: the index is behind")
		}
	}
	err = s.borrow(func(r *reader) error {
		ids, names, err := r.streams(streams)
		if err != nil || len(ids) == 0 {
			return err
		}
		rows, err := r.conn.QueryContext(ctx, "SELECT e.stream, "+columns+` FROM words JOIN entries e ON e.seq=words.rowid
			WHERE words MATCH ? AND words.rowid<=? ORDER BY words.rowid DESC LIMIT ?`, query(ids, words), position(upto), n)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			e, err := r.next(rows, names)
			if err != nil {
				return err
			}
			found = append(found, e)
		}
		return rows.Err()
	})
	slices.Reverse(found)
	return found, err
}

func (r *reader) streams(names []journal.Stream) (ids []int64, byID map[int64]journal.Stream, err error) {
	byID = map[int64]journal.Stream{}
	for _, name := range names {
		var id int64
		var nth, seq uint64
		switch err := r.find.QueryRow(string(name)).Scan(&id, &nth, &seq); {
		case err == nil:
			ids, byID[id] = append(ids, id), name
		case !errors.Is(err, sql.ErrNoRows):
			return nil, nil, err
		}
	}
	return ids, byID, nil
}

// query is what the index is asked. Whatever somebody typed stands in it only
// between quotes, as signs that the index knows.
func query(streams []int64, words string) string {
	var b strings.Builder
	b.WriteString("stream : (")
	for i, id := range streams {
		if i > 0 {
			b.WriteString(" OR ")
		}
		b.WriteString(strconv.Quote(streamWord(id)))
	}
	b.WriteString(") AND text : (")
	for i, w := range wordsOf(words) {
		if i > 0 {
			b.WriteString(" AND ")
		}
		b.WriteString(`"` + w + `"`)
	}
	b.WriteString(")")
	return b.String()
}

// streamWord stands in the index for a stream.
func streamWord(id int64) string { return "s" + strconv.FormatInt(id, 10) }

func isNothing(words string) bool { return len(wordsOf(words)) == 0 }

// wordsOf are the words that are looked for: each a phrase of what the index
// takes for words.
func wordsOf(s string) (words []string) {
	for _, w := range strings.Fields(s) {
		if w = strings.Join(strings.Fields(spaced(w)), " "); w != "" && len(words) < searchWords {
			words = append(words, w)
		}
	}
	return words
}

// spaced is s as the index takes it: every sign that is a word by itself stands
// alone, and what is no part of a word is a space.
func spaced(s string) string {
	var b strings.Builder
	b.Grow(len(s) + len(s)/2)
	for _, r := range s {
		switch {
		case r < utf8.RuneSelf && isWord[r]:
			b.WriteByte(byte(r))
		case r < utf8.RuneSelf:
			b.WriteByte(' ')
		case isAlone(r):
			b.WriteByte(' ')
			b.WriteRune(r)
			b.WriteByte(' ')
		case unicode.In(r, unicode.L, unicode.N, unicode.M, unicode.Co):
			b.WriteRune(r)
		default:
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// isWord are the signs of ASCII that are parts of words: most of what is said, and
// found without the tables of Unicode.
var isWord = func() (is [utf8.RuneSelf]bool) {
	for r := range is {
		is[r] = unicode.In(rune(r), unicode.L, unicode.N, unicode.M, unicode.Co)
	}
	return is
}()

// isAlone knows the scripts that are written without spaces between words, and
// signs like emoji.
func isAlone(r rune) bool {
	if r < 0x2E80 {
		return r > unicode.MaxLatin1 && unicode.Is(unicode.So, r)
	}
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.So)
}
