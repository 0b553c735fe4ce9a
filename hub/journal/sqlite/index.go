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
	indexBatch = 512  // entries in one step, at the most
	scanBatch  = 2048 // entries that are looked at for them
)

// index adds the next entries to the index, and reports whether there may be more.
func (s *Store) index() (more bool, err error) {
	err = s.runStep(lazy, func(step *maintenanceStep) error {
		from, head := s.indexed.Load(), s.Head()
		if from >= head {
			return nil
		}
		to := min(from+scanBatch, head)
		rows, whole, err := s.w.raw(messagesBetween, indexBatch, int64(from), int64(to))
		if err != nil {
			return err
		}
		for i, r := range rows {
			words, err := wordsIn(r.event)
			if err != nil {
				return fmt.Errorf("entry %d: %w", r.seq, err)
			}
			in := indexed{r.seq, r.stream, words}
			if err := s.put(&in, s.w.indexInsert); err != nil {
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
		step.onCommit = func() { s.indexed.Store(to) }
		_, err = s.w.conn.ExecContext(context.Background(), "UPDATE meta SET indexed=?", int64(to))
		return err
	})
	return more && err == nil, err
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

// The index merges nothing by itself, since a statement that does has no bound in time. A deletion is noted in a part
// of its own, which is much quicker than to overwrite the words in all others; merging removes both.
var indexSettings = map[string]int{"automerge": 0, "usermerge": mergeParts, "crisismerge": 1000, "secure-delete": 0}

// setIndex gives the index of a file these settings: an older version made it with others.
func setIndex(ctx context.Context, c *sql.Conn) error {
	for name, value := range indexSettings {
		var is sql.NullInt64
		if err := c.QueryRowContext(ctx, "SELECT max(v) FROM words_config WHERE k=?", name).Scan(&is); err != nil {
			return err
		}
		if is.Valid && is.Int64 == int64(value) {
			continue
		}
		if _, err := c.ExecContext(ctx, "INSERT INTO words (words, rank) VALUES (?, ?)", name, value); err != nil {
			return err
		}
	}
	return nil
}
