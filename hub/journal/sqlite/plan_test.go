package sqlite

import (
	"database/sql"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// However long the journal is, what is asked of it is found by an index.
func TestEveryQuestionHasItsIndex(t *testing.T) {
	s := opened(t, newPath(t), Options{})
	const spoken, byPosition = "p USING PRIMARY KEY (stream=? AND spoken=?", "e USING INTEGER PRIMARY KEY (rowid=?)"
	const all, newer, older, between = ")", " AND seq>?)", " AND seq<?)", " AND seq>? AND seq<?)"
	for query, want := range map[string][]string{
		pageOfStream:    {"MERGE", spoken + between, byPosition},
		allOfStream:     {"MERGE", spoken + all, byPosition},
		firstOfStream:   {"MERGE", spoken + all, byPosition},
		nthMessage:      {spoken + newer},
		messagesOf:      {spoken + between, byPosition},
		newestOfStream:  {spoken + older, byPosition},
		lastPlaces:      {"positions USING PRIMARY KEY (stream=? AND spoken=?" + older},
		entriesAt:       {byPosition},
		beforeLines:     {"positions USING PRIMARY KEY (stream=? AND spoken=?)", "entries USING INTEGER PRIMARY KEY (rowid=?)"},
		ticketsOfDesk:   {"MERGE", spoken + all, byPosition},
		unfiledEntries:  {"e USING INTEGER PRIMARY KEY (rowid>?)", "s USING INTEGER PRIMARY KEY (rowid=?)"},
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
		if !strings.Contains(query, "UNION ALL SELECT e.seq") { // which sorts what is not filed
			assert.NotContains(t, plan, "TEMP B-TREE", query)
		}
		assert.NotContains(t, strings.NewReplacer("SCAN j VIRTUAL TABLE", "", "SCAN meta", "").Replace(plan), "SCAN", query)
	}
}

// The index is walked from the newest on: a search sorts nothing.
func TestASearchSortsNothing(t *testing.T) {
	s := opened(t, newPath(t), Options{})
	plan := planOn(t, s.words.reader, foundInIndex)
	assert.Contains(t, plan, "VIRTUAL TABLE")
	assert.NotContains(t, plan, "TEMP B-TREE")
}

// planOf is how SQLite means to answer a query.
func planOf(t *testing.T, s *Store, query string) (plan string) {
	t.Helper()
	require.NoError(t, s.withReader(func(r *reader) error {
		plan = planOn(t, r.conn, query)
		return nil
	}))
	return plan
}

func planOn(t *testing.T, c *sql.Conn, query string) string {
	t.Helper()
	rows, err := c.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query, make([]any, strings.Count(query, "?"))...)
	require.NoError(t, err)
	defer rows.Close()
	var plan strings.Builder
	for rows.Next() {
		var a, b, c int
		var detail string
		require.NoError(t, rows.Scan(&a, &b, &c, &detail))
		plan.WriteString(detail + "\n")
	}
	require.NoError(t, rows.Err())
	return plan.String()
}
