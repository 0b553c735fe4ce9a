package sqlite

// filePositions makes the index of streams a table of its own, which is written behind the commits, and a view for
// people who look into the file.
const filePositions = `
CREATE TABLE positions ( -- of the entries of each stream
	stream INTEGER NOT NULL,
	spoken INTEGER NOT NULL,
	seq    INTEGER NOT NULL,
	PRIMARY KEY (stream, spoken, seq)
) WITHOUT ROWID;
INSERT INTO positions SELECT stream, 0, seq FROM entries WHERE NOT spoken ORDER BY stream, seq;
INSERT INTO positions SELECT stream, 1, seq FROM entries WHERE spoken ORDER BY stream, seq;
DROP INDEX spoken_in_stream;
DROP INDEX unspoken_in_stream;
-- All entries up to this position are in positions and in the counters of their streams. Of those after it, these are:
-- the ones up to streams.last.
ALTER TABLE meta ADD COLUMN filed INTEGER NOT NULL DEFAULT 0;
UPDATE meta SET filed = ifnull((SELECT max(seq) FROM entries), 0);
CREATE VIEW lines AS
	SELECT e.seq, s.name AS stream, e.nth, datetime(e.time / 1000000000, 'unixepoch') AS time, hex(e.author) AS author,
		e.event ->> '$.type' AS type, e.event ->> '$.from' AS "from", e.event ->> '$.text' AS text, e.event
	FROM entries e JOIN streams s ON s.id = e.stream;
`

// filedOf makes a query for filed entries in order; the conditions must name one p.stream. Messages and other entries
// stand apart in positions, and SQLite merges the two as it reads. The entries are e, and their positions p.seq, which
// is the first column.
func filedOf(columns, conditions string) string {
	return filedParts(columns, conditions) + " ORDER BY 1"
}

// allOf makes a query for all entries of a stream in order: its first parameter is the stream, and its second are the
// places of the entries that are not filed.
func allOf(columns, conditions string) string {
	return filedParts(columns, "p.stream=?1"+conditions) +
		" UNION ALL SELECT e.seq, " + columns + " FROM json_each(?2) j CROSS JOIN entries e ON e.seq=j.value>>1 WHERE 1" + conditions + " ORDER BY 1"
}

func filedParts(columns, conditions string) string {
	one := "SELECT p.seq, " + columns + " FROM positions p CROSS JOIN entries e ON e.seq=p.seq WHERE " + conditions + " AND p.spoken="
	return one + "0 UNION ALL " + one + "1"
}
