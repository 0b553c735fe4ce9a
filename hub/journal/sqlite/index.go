package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"chinwag/hub/journal"
)

const (
	indexBatch = 2048 // entries in one step, at the most
	scanBatch  = 2048 // entries that are looked at for them
)

// index adds the next entries to the index, and reports whether there may be more. While it reads them and adds their
// words, none is redacted.
func (s *Store) index() (more bool, err error) {
	s.words.mu.Lock()
	defer s.words.mu.Unlock()
	err = s.wordsStep(lazy, func(step *maintenanceStep) error {
		from, head := s.indexed.Load(), s.Head()
		if from >= head {
			return nil
		}
		to := min(from+scanBatch, head)
		rows, whole, err := s.rows(step.budget, messagesBetween, indexBatch, int64(from), int64(to))
		if err != nil {
			return err
		}
		for i, r := range rows {
			words, err := wordsIn(r.event)
			if err != nil {
				return fmt.Errorf("entry %d: %w", r.seq, err)
			}
			in := indexed{r.seq, r.stream, words}
			if err := s.put(&in, s.words.insert); err != nil {
				return err
			}
			if !step.spend(len(words)) && i < len(rows)-1 {
				rows, whole = rows[:i+1], false
				break
			}
		}
		if !whole {
			to = rows[len(rows)-1].seq
		}
		more = to < head
		return s.setIndexed(step, to)
	})
	return more && err == nil, err
}

// setIndexed notes how far the index is.
func (s *Store) setIndexed(step *maintenanceStep, to uint64) error {
	at, _, err := s.timeAt(to)
	if err == nil {
		_, err = s.words.conn.ExecContext(context.Background(), "UPDATE state SET indexed=?, time=?", int64(to), at)
	}
	step.onCommit = func() { s.indexed.Store(to) }
	return err
}

const messagesBetween = "SELECT " + rawColumns + " FROM entries e WHERE seq>?2 AND seq<=?3 AND spoken ORDER BY seq LIMIT ?1"

// indexed is an entry of the index.
type indexed struct {
	seq    uint64
	stream int64
	text   string
}

// wordsIn are the words of a spoken event, as the index takes them.
func wordsIn(event []byte) (string, error) {
	text, err := textIn(event)
	return journal.IndexWords(text), err
}

// textIn is the text of a spoken event. To parse all of the event would cost a third of what it costs to index it. In
// JSON a quote in a value stands behind a backslash, so what begins like the member is the member.
func textIn(event []byte) (string, error) {
	const member = `"text":"`
	if _, rest, ok := bytes.Cut(event, []byte(member)); ok {
		if end := bytes.IndexAny(rest, `"\\`); end >= 0 && rest[end] == '"' {
			return string(rest[:end]), nil
		}
	}
	var spoken struct{ Text string }
	err := json.Unmarshal(event, &spoken)
	return spoken.Text, err
}

// put adds an entry to the index, or takes it out, as stmt says. An entry without words is not in it.
func (s *Store) put(in *indexed, stmt *sql.Stmt) (err error) {
	if in.text != "" {
		_, err = stmt.Exec(int64(in.seq), streamWord(in.stream), in.text)
		s.unmerged.Store(true)
	}
	return err
}
