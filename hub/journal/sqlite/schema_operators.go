package sqlite

// Before operators had a room of their own (protocol.OperatorsRoom), those of a server with --desk talked in #lobby and
// in other rooms, which a start without --desk shows to every session. The journal does not say how a server was
// started. It does say this:
//
//   - Sessions did not outlive the server. Those that overlap were of one run of it.
//   - A session that came to the desk from no room came to a server that was only a desk.
//   - A session in a room that was no operator's was at a server with rooms.
//
// So the rooms of a run are left alone if a session without operator rights was in one of them. Else only operators
// have heard what was said there, and it moves to their room, if any run was that of a server with only a desk. If none
// was, nothing is moved: an operator's line in an empty lobby was meant for the sessions to come.
//
// Pruned entries are no evidence. Where the desk has lost entries, only a join of a room counts, since everything
// before it may have been an operator's.
const separateOperators = moveOperators + `
INSERT INTO words(words) SELECT 'delete-all' WHERE EXISTS (SELECT 1 FROM moved); -- the stream stands in it
UPDATE meta SET indexed = 0 WHERE EXISTS (SELECT 1 FROM moved);
` + endMove

// An import moves them, too. It has no words yet.
const moveOperators = `
CREATE TEMP TABLE room AS SELECT id, pruned_nth FROM streams WHERE name GLOB '#*' AND name <> '#desk';
CREATE TEMP TABLE desk AS SELECT id, pruned_seq FROM streams WHERE name = '#desk';

CREATE TEMP TABLE visitor AS
	SELECT j.seq FROM entries t JOIN entries j ON j.seq = t.seq-1 AND j.author = t.author
	WHERE t.stream IN (SELECT id FROM desk) AND NOT t.spoken
		AND t.event GLOB '{"type":"ticket"*' AND json_extract(t.event, '$.state') = 'waiting'
		AND j.event GLOB '{"type":"joined"*'
		AND (j.seq = 1 OR EXISTS (SELECT 1 FROM entries b WHERE b.seq = j.seq-1 AND NOT (b.author = j.author AND b.event GLOB '{"type":"left"*')))
	LIMIT 1;

CREATE TEMP TABLE session AS
	SELECT author, min(seq) AS first, max(seq) AS last FROM entries WHERE EXISTS (SELECT 1 FROM visitor) GROUP BY author;
CREATE TEMP TABLE run AS
	SELECT author, sum(begins) OVER (ORDER BY first ROWS UNBOUNDED PRECEDING) AS run FROM (
		SELECT author, first, ifnull(first > max(last) OVER (ORDER BY first ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 1) AS begins FROM session);
CREATE INDEX temp.run_of_author ON run(author);
CREATE TEMP TABLE duty AS
	SELECT author, min(seq) AS since FROM entries WHERE stream IN (SELECT id FROM desk) AND NOT spoken AND event GLOB '{"type":"duty"*' GROUP BY author;
CREATE INDEX temp.duty_of_author ON duty(author);

CREATE TEMP TABLE ordinary AS
	SELECT DISTINCT run FROM entries e JOIN run USING (author) LEFT JOIN duty USING (author)
	WHERE e.stream IN (SELECT id FROM room)
		AND (since IS NULL OR since > e.seq+1) -- an operator's coming and going on duty are one step
		AND ((SELECT pruned_seq FROM desk) = 0 OR e.seq > (SELECT pruned_seq FROM desk) AND e.event GLOB '{"type":"joined"*'
			AND EXISTS (SELECT 1 FROM entries b WHERE b.seq = e.seq-1 AND b.author <> e.author));

CREATE TEMP TABLE moved AS
	SELECT seq FROM entries e JOIN run USING (author)
	WHERE stream IN (SELECT id FROM room) AND run NOT IN (SELECT run FROM ordinary);
INSERT OR IGNORE INTO streams (name, count, last, pruned_nth, pruned_seq) SELECT '#operators', 0, 0, 0, 0 WHERE EXISTS (SELECT 1 FROM moved);
UPDATE streams SET pruned_nth = 0, pruned_seq = 0 WHERE name = '#operators' AND EXISTS (SELECT 1 FROM moved);
UPDATE entries SET stream = (SELECT id FROM streams WHERE name = '#operators') WHERE seq IN (SELECT seq FROM moved);

CREATE TEMP TABLE place AS
	SELECT e.seq, e.stream, s.pruned_nth + row_number() OVER (PARTITION BY e.stream ORDER BY e.seq) AS nth
	FROM entries e JOIN streams s ON s.id = e.stream
	WHERE EXISTS (SELECT 1 FROM moved) AND s.name GLOB '#*' AND s.name <> '#desk';
CREATE INDEX temp.place_of_seq ON place(seq, nth);
CREATE INDEX temp.place_of_stream ON place(stream, nth, seq);
UPDATE entries SET nth = (SELECT nth FROM place WHERE place.seq = entries.seq) WHERE seq IN (SELECT seq FROM place);
UPDATE streams SET
	count = ifnull((SELECT max(nth) FROM place WHERE stream = streams.id), pruned_nth),
	last = ifnull((SELECT max(seq) FROM place WHERE stream = streams.id), pruned_seq)
	WHERE EXISTS (SELECT 1 FROM moved) AND name GLOB '#*' AND name <> '#desk';
`

const endMove = `
DROP TABLE room; DROP TABLE desk; DROP TABLE visitor; DROP TABLE session; DROP TABLE run;
DROP TABLE duty; DROP TABLE ordinary; DROP TABLE moved; DROP TABLE place;
`
