package sqlite

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// However long the record is, what is asked of it is found by an index.
func TestEveryQuestionHasItsIndex(t *testing.T) {
	s := opened(t, newPath(t), Options{})
	for query, want := range map[string]string{
		"SELECT " + columns + " FROM entries e WHERE stream=? AND seq>? AND seq<=? ORDER BY seq LIMIT ?":                                              "entries_of_stream (stream=? AND rowid>? AND rowid<?)",
		"SELECT seq FROM entries WHERE stream=(SELECT id FROM streams WHERE name=?) AND spoken AND seq<=? ORDER BY seq DESC LIMIT 1 OFFSET ?":         "spoken_in_stream (stream=? AND rowid<?)",
		"SELECT seq FROM entries WHERE author=? AND spoken AND seq>? AND stream IN (SELECT id FROM streams WHERE name IN (?,?)) ORDER BY seq LIMIT ?": "spoken_by_author (author=? AND rowid>?)",
		"SELECT seq, nth, stream, spoken, event FROM entries WHERE stream=? ORDER BY seq LIMIT ?":                                                     "entries_of_stream (stream=?)",
		"SELECT seq, stream, event FROM entries WHERE seq>? AND seq<=? AND spoken ORDER BY seq LIMIT ?":                                               "INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
		"SELECT id FROM streams WHERE name>='@' AND name<'A' AND last<=?1 LIMIT 1":                                                                    "(name>? AND name<?)",
		"SELECT e.stream FROM words JOIN entries e ON e.seq=words.rowid WHERE words MATCH ? AND words.rowid<=? ORDER BY words.rowid DESC LIMIT ?":     "VIRTUAL TABLE",
	} {
		err := s.borrow(func(r *reader) error {
			rows, err := r.conn.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query, make([]any, strings.Count(query, "?"))...)
			require.NoError(t, err)
			defer rows.Close()
			var plan strings.Builder
			for rows.Next() {
				var a, b, c int
				var detail string
				require.NoError(t, rows.Scan(&a, &b, &c, &detail))
				plan.WriteString(detail + "\n")
			}
			assert.Contains(t, plan.String(), want, query)
			assert.NotContains(t, plan.String(), "TEMP B-TREE", query)
			return rows.Err()
		})
		require.NoError(t, err)
	}
}
