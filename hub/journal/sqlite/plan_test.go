package sqlite

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// However long the journal is, what is asked of it is found by an index.
func TestEveryQuestionHasItsIndex(t *testing.T) {
	s := opened(t, newPath(t), Options{})
	const spoken, unspoken = "INDEX spoken_in_stream ", "INDEX unspoken_in_stream "
	const all, newer, older, between = "(stream=?)", "(stream=? AND rowid>?)", "(stream=? AND rowid<?)", "(stream=? AND rowid>? AND rowid<?)"
	for query, want := range map[string][]string{
		pageOfStream:  {"MERGE", spoken + between, unspoken + between},
		allOfStream:   {"MERGE", spoken + all, unspoken + all},
		firstOfStream: {"MERGE", spoken + all, unspoken + all},
		"SELECT seq FROM " + messagesIn + " ORDER BY seq LIMIT 1 OFFSET ?3":                                                                   {spoken + newer},
		"SELECT seq FROM " + messagesIn + " AND seq<=?3 AND author=?4 ORDER BY seq":                                                           {spoken + between},
		"SELECT seq FROM entries WHERE stream=(SELECT id FROM streams WHERE name=?) AND spoken AND seq<=? ORDER BY seq DESC LIMIT 1 OFFSET ?": {spoken + older},
		beforeLines:     {spoken + all},
		ticketsOfDesk:   {"MERGE", spoken + all, unspoken + all},
		tailOfAll:       {"e USING INTEGER PRIMARY KEY (rowid>?)", "s USING INTEGER PRIMARY KEY (rowid=?)"},
		oldest:          {"INTEGER PRIMARY KEY (rowid<?)"},
		messagesBetween: {"INTEGER PRIMARY KEY (rowid>? AND rowid<?)"},
		namedAt:         {"e USING INTEGER PRIMARY KEY (rowid=?)"},
		streamsFrom:     {"INTEGER PRIMARY KEY (rowid>?)"},
	} {
		plan := planOf(t, s, query)
		for _, step := range want {
			assert.Contains(t, plan, step, query)
		}
		assert.NotContains(t, plan, "TEMP B-TREE", query)
		assert.NotContains(t, strings.ReplaceAll(plan, "SCAN words VIRTUAL TABLE", ""), "SCAN", query)
	}
}

// The index is walked from the newest on: a search sorts nothing.
func TestASearchSortsNothing(t *testing.T) {
	s := opened(t, newPath(t), Options{})
	plan := planOf(t, s, foundInIndex)
	assert.Contains(t, plan, "VIRTUAL TABLE")
	assert.NotContains(t, plan, "TEMP B-TREE")
}

// planOf is how SQLite means to answer a query.
func planOf(t *testing.T, s *Store, query string) string {
	t.Helper()
	var plan strings.Builder
	err := s.withReader(func(r *reader) error {
		rows, err := r.conn.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query, make([]any, strings.Count(query, "?"))...)
		require.NoError(t, err)
		defer rows.Close()
		for rows.Next() {
			var a, b, c int
			var detail string
			require.NoError(t, rows.Scan(&a, &b, &c, &detail))
			plan.WriteString(detail + "\n")
		}
		return rows.Err()
	})
	require.NoError(t, err)
	return plan.String()
}
