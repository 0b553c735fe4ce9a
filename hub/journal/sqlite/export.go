package sqlite

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"

	"github.com/google/uuid"
	codes "modernc.org/sqlite/lib"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// Format is a spelling of an exported record.
type Format string

const (
	JSON Format = "json" // lines that Import reads
	Text Format = "text" // lines that people read
)

// The first line of an exported record, before its streams and its entries.
type header struct {
	Chinwag string    `json:"chinwag"` // "history"
	Version int       `json:"version"`
	Epoch   uuid.UUID `json:"epoch"`
	Gone    uint64    `json:"gone,omitzero"`
}

const (
	exportName    = "history"
	exportVersion = 2 // in 1 the operators of a desk may stand in other rooms than their own
)

// exported is one entry.
type exported struct {
	Seq    uint64          `json:"seq"`
	Nth    uint64          `json:"nth"`
	Stream journal.Stream  `json:"stream"`
	Author uuid.UUID       `json:"author"`
	Event  json.RawMessage `json:"event"`
}

// Export writes the whole record at path to w, also while a server writes to it. What
// cannot be read of a damaged one is left out, and the error tells how much that is.
func Export(path string, w io.Writer, f Format) error {
	if f != JSON && f != Text {
		return fmt.Errorf("an export is json or text, not %q", f)
	}
	return view(path, func(c *sql.Conn, r *reader) error {
		x := &exporting{conn: c, reader: r, out: bufio.NewWriter(w), format: f, names: map[int64]journal.Stream{}, next: 1}
		x.json = json.NewEncoder(x.out)
		x.json.SetEscapeHTML(false)
		if err := x.all(context.Background()); err != nil {
			return err
		}
		if err := x.out.Flush(); err != nil {
			return err
		}
		if x.lost > 0 {
			return fmt.Errorf("%s is damaged: %d of its entries cannot be read, and are not in the export", path, x.lost)
		}
		return nil
	})
}

// exporting is an export under way.
type exporting struct {
	conn   *sql.Conn
	reader *reader
	out    *bufio.Writer
	json   *json.Encoder
	format Format
	names  map[int64]journal.Stream
	last   uint64 // position of the last entry, as the streams have it
	next   uint64 // position from which on nothing was looked at yet; the first is 1
	lost   uint64 // entries that cannot be read
}

func (x *exporting) all(ctx context.Context) error {
	streams, err := allStreams(ctx, x.conn)
	if err != nil {
		return err
	}
	for _, st := range streams {
		x.names[st.ID], x.last = st.Name, max(x.last, st.Last)
	}
	if x.format == JSON {
		if err := x.head(ctx, streams); err != nil {
			return err
		}
	}
	for {
		err := x.entries(ctx)
		switch {
		case code(err)&0xff != codes.SQLITE_CORRUPT:
			return err
		case x.next > x.last:
			return nil
		}
		x.leap(ctx)
	}
}

func (x *exporting) head(ctx context.Context, streams []streamRow) error {
	h := header{Chinwag: exportName, Version: exportVersion}
	if err := x.conn.QueryRowContext(ctx, "SELECT epoch, gone FROM meta").Scan(&h.Epoch, &h.Gone); err != nil {
		return err
	}
	if err := x.json.Encode(h); err != nil {
		return err
	}
	for _, st := range streams {
		if err := x.json.Encode(st); err != nil {
			return err
		}
	}
	return nil
}

// entries writes all entries from next on, until the end or a place at which the
// file is damaged.
func (x *exporting) entries(ctx context.Context) error {
	rows, err := x.conn.QueryContext(ctx, "SELECT e.stream, "+columns+" FROM entries e WHERE seq>=? ORDER BY seq", position(x.next))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		e, err := x.reader.next(rows, x.names)
		x.next = max(x.next, e.Seq+1)
		if err != nil {
			x.lost++
			continue
		}
		if err := x.write(&e); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (x *exporting) write(e *journal.Entry) (err error) {
	if x.format == Text {
		_, err = fmt.Fprintf(x.out, "%s %s", e.Stream, protocol.AppendRecord(nil, e.Event))
		return err
	}
	return x.json.Encode(exported{e.Seq, e.Nth, e.Stream, e.Author, protocol.AppendEventJSON(nil, e.Event)})
}

// leap moves next beyond a damaged place: in steps that grow, and then back to the
// first entry behind it.
func (x *exporting) leap(ctx context.Context) {
	from, step := x.next, uint64(1)
	for from+step <= x.last && !x.isWhole(ctx, from+step) {
		step *= 2
	}
	bad, good := from+step/2, min(from+step, x.last+1)
	for good-bad > 1 {
		if mid := bad + (good-bad)/2; x.isWhole(ctx, mid) {
			good = mid
		} else {
			bad = mid
		}
	}
	x.next = max(good, from+1)
	x.lost += x.next - from
}

// isWhole reports whether there is an entry at this position that can be read.
func (x *exporting) isWhole(ctx context.Context, at uint64) bool {
	var event sql.RawBytes
	rows, err := x.conn.QueryContext(ctx, "SELECT event FROM entries WHERE seq=?", position(at))
	if err != nil {
		return false
	}
	defer rows.Close()
	return rows.Next() && rows.Scan(&event) == nil && rows.Err() == nil
}

// next is the entry of a row that begins with its stream.
func (r *reader) next(rows *sql.Rows, names map[int64]journal.Stream) (journal.Entry, error) {
	var id int64
	var row row
	if err := rows.Scan(append([]any{&id}, row.columns()...)...); err != nil {
		return journal.Entry{}, err
	}
	return r.entry(&row, names[id])
}

// Import makes a record at path of what Export wrote as JSON, with the same
// epoch and positions. It does not touch a file that has entries already.
func Import(path string, r io.Reader) error {
	s, err := Open(path, Options{Sync: Normal, Mailbox: -1})
	if err != nil {
		return err
	}
	err = s.importFrom(r)
	if e := s.Close(); err == nil {
		err = e
	}
	return err
}

func (s *Store) importFrom(from io.Reader) error {
	var streams int
	if err := s.borrow(func(r *reader) error {
		return r.conn.QueryRowContext(s.stop, "SELECT count(*) FROM streams").Scan(&streams)
	}); err != nil {
		return err
	}
	if streams > 0 {
		return fmt.Errorf("%s has entries already: please import into a new file", s.path)
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	// All of it or nothing: half a history looks like a whole one.
	return s.transact(func() error {
		in := importing{s: s, from: json.NewDecoder(from), ids: map[journal.Stream]int64{}}
		if err := in.all(); err != nil {
			return fmt.Errorf("line %d of the export: %w", in.line, err)
		}
		s.head.Store(in.last)
		return nil
	})
}

// importing is an import under way.
type importing struct {
	s    *Store
	from *json.Decoder
	line int
	ids  map[journal.Stream]int64
	last uint64
}

func (in *importing) all() error {
	var h header
	in.line++
	if err := in.from.Decode(&h); err != nil || h.Chinwag != exportName || h.Version < 1 || h.Version > exportVersion {
		return errors.New("this is no history that chinwag has exported as JSON")
	}
	conn := in.s.w.conn
	if _, err := conn.ExecContext(in.s.stop, "UPDATE meta SET epoch=?, gone=?", h.Epoch[:], int64(h.Gone)); err != nil {
		return err
	}
	for {
		in.line++
		var raw json.RawMessage
		switch err := in.from.Decode(&raw); {
		case errors.Is(err, io.EOF):
			return in.end(h.Version)
		case err != nil:
			return err
		}
		if err := in.one(raw); err != nil {
			return err
		}
	}
}

// newest is the position of the last entry that a row of streams has had.
const newest = `max(pruned_seq,
	ifnull((SELECT max(seq) FROM entries WHERE stream=streams.id AND spoken), 0),
	ifnull((SELECT max(seq) FROM entries WHERE stream=streams.id AND NOT spoken), 0))`

// end brings an export of an older version forward.
func (in *importing) end(version int) error {
	if err := in.fit(); err != nil || version == exportVersion {
		return err
	}
	_, err := in.s.w.conn.ExecContext(in.s.stop, separateOperators)
	return err
}

// fit makes the counters fit an export of a damaged record, whose last entries may be
// missing. Their positions will be used again, so it is another record.
func (in *importing) fit() error {
	if err := in.s.w.flush(1); err != nil {
		return err
	}
	cut, err := in.s.w.conn.ExecContext(in.s.stop, `UPDATE streams SET count=ifnull((SELECT nth FROM entries WHERE seq=`+newest+`), pruned_nth), last=`+newest+`
		WHERE last>`+newest)
	if err != nil {
		return err
	}
	if n, err := cut.RowsAffected(); n == 0 || err != nil {
		return err
	}
	another := uuid.New()
	_, err = in.s.w.conn.ExecContext(in.s.stop, "UPDATE meta SET epoch=?", another[:])
	return err
}

func (in *importing) one(raw json.RawMessage) error {
	var e exported
	if err := json.Unmarshal(raw, &e); err != nil {
		return err
	}
	if e.Event != nil {
		return in.entry(&e)
	}
	var st streamRow
	if err := json.Unmarshal(raw, &st); err != nil {
		return err
	}
	made, err := in.s.w.conn.ExecContext(in.s.stop, "INSERT INTO streams (name, count, last, pruned_nth, pruned_seq) VALUES (?,?,?,?,?)",
		string(st.Name), int64(st.Count), int64(st.Last), int64(st.PrunedNth), int64(st.PrunedSeq))
	if err == nil {
		in.ids[st.Name], err = made.LastInsertId()
	}
	return err
}

func (in *importing) entry(e *exported) error {
	ev, err := protocol.DecodeEvent(e.Event)
	if err != nil {
		return err
	}
	recorded, ok := ev.(protocol.Recorded)
	id, known := in.ids[e.Stream]
	if !ok || !known || e.Seq <= in.last || e.Seq > math.MaxInt64 {
		return errors.New("this is no entry, or not in its place")
	}
	in.last = e.Seq
	in.s.w.add(&journal.Entry{Stream: e.Stream, Author: e.Author, Event: recorded}, id, e.Seq, e.Nth)
	return in.s.w.flush(rowsAtOnce)
}

// Vacuum writes the file at path anew, without the room of what is gone.
func Vacuum(path string) error {
	if err := checkHeader(path); err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("there is no record at %s", path)
		}
		return explain(path, err)
	}
	s, err := Open(path, Options{Mailbox: -1})
	if err != nil {
		return err
	}
	for more := true; more && err == nil; {
		more, err = s.index()
	}
	if err == nil {
		err = s.vacuum()
	}
	if e := s.Close(); err == nil {
		err = e
	}
	return explain(path, err)
}

func (s *Store) vacuum() error {
	s.writing.Lock()
	defer s.writing.Unlock()
	for _, do := range []string{"INSERT INTO words(words) VALUES ('optimize')", "VACUUM"} {
		if _, err := s.w.conn.ExecContext(s.stop, do); err != nil {
			return err
		}
	}
	return nil
}
