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
	exportVersion = 1
)

// exported is one entry.
type exported struct {
	Seq    uint64          `json:"seq"`
	Nth    uint64          `json:"nth"`
	Stream journal.Stream  `json:"stream"`
	Author uuid.UUID       `json:"author"`
	Event  json.RawMessage `json:"event"`
}

// Export writes the whole record at path to w, also while a server writes to it.
func Export(path string, w io.Writer, f Format) error {
	if f != JSON && f != Text {
		return fmt.Errorf("an export is json or text, not %q", f)
	}
	return view(path, func(c *sql.Conn, r *reader) error {
		out := bufio.NewWriter(w)
		if err := export(context.Background(), c, r, out, f); err != nil {
			return err
		}
		return out.Flush()
	})
}

func export(ctx context.Context, c *sql.Conn, r *reader, out *bufio.Writer, f Format) error {
	streams, err := allStreams(ctx, c)
	if err != nil {
		return err
	}
	names := map[int64]journal.Stream{}
	for _, st := range streams {
		names[st.ID] = st.Name
	}
	to := json.NewEncoder(out)
	to.SetEscapeHTML(false)
	if f == JSON {
		h := header{Chinwag: exportName, Version: exportVersion}
		if err := c.QueryRowContext(ctx, "SELECT epoch, gone FROM meta").Scan(&h.Epoch, &h.Gone); err != nil {
			return err
		}
		if err := to.Encode(h); err != nil {
			return err
		}
		for _, st := range streams {
			if err := to.Encode(st); err != nil {
				return err
			}
		}
	}
	rows, err := c.QueryContext(ctx, "SELECT e.stream, "+columns+" FROM entries e ORDER BY seq")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		e, err := r.next(rows, names)
		if err != nil {
			return err
		}
		if f == Text {
			_, err = fmt.Fprintf(out, "%s %s", e.Stream, protocol.AppendEvent(nil, protocol.Past{Event: e.Event, Dated: true}))
		} else {
			err = to.Encode(exported{e.Seq, e.Nth, e.Stream, e.Author, protocol.AppendEventJSON(nil, e.Event)})
		}
		if err != nil {
			return err
		}
	}
	return rows.Err()
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
	if err := in.from.Decode(&h); err != nil || h.Chinwag != exportName || h.Version != exportVersion {
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
			return in.s.w.flush(1)
		case err != nil:
			return err
		}
		if err := in.one(raw); err != nil {
			return err
		}
	}
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
