package sqlite

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"

	"github.com/google/uuid"
	codes "modernc.org/sqlite/lib"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// Format is the format of an export.
type Format string

// The formats of an export.
const (
	JSON Format = "json" // lines that Import reads
	Text Format = "text" // lines that people read
)

// An export is lines: a header, the streams, the entries, and an end.
//
//	{"chinwag":"history","version":3,"epoch":…,"gone":…}
//	{"stream":"#lobby","count":…,"last":…,"pruned_nth":…,"pruned_seq":…}
//	{"seq":1,"nth":1,"stream":"#lobby","author":…,"event":{…}}
//	{"end":"history","streams":1,"entries":1,"last":1,"lost":…}
type header struct {
	Chinwag string    `json:"chinwag"` // "history"
	Version int       `json:"version"`
	Epoch   uuid.UUID `json:"epoch"`
	Gone    uint64    `json:"gone,omitzero"`
}

const (
	exportName    = "history"
	exportVersion = 3 // in 1 the operators of a desk may be in other rooms than their own; up to 2 there is no end
)

// footer is the end: it counts what stands before it. An export without one was cut off.
type footer struct {
	End     string `json:"end"` // "history"
	Streams int    `json:"streams"`
	Entries uint64 `json:"entries"`
	Last    uint64 `json:"last"`          // position of the last of them
	Lost    uint64 `json:"lost,omitzero"` // entries that could not be read
}

// exported is one entry.
type exported struct {
	Seq    uint64          `json:"seq"`
	Nth    uint64          `json:"nth"`
	Stream journal.Stream  `json:"stream"`
	Author uuid.UUID       `json:"author"`
	Event  json.RawMessage `json:"event"`
}

// Export writes the whole journal at path to w, also while a server writes to it. Entries that cannot be read are left
// out, and the error tells how many.
func Export(path string, w io.Writer, f Format) error {
	if f != JSON && f != Text {
		return fmt.Errorf("an export is json or text, not %q", f)
	}
	return readSnapshot(path, func(c *sql.Conn, r *reader) error {
		x := &exporter{conn: c, reader: r, out: bufio.NewWriter(w), format: f, names: map[int64]journal.Stream{}, next: 1}
		x.json = json.NewEncoder(x.out)
		x.json.SetEscapeHTML(false)
		if err := x.run(context.Background()); err != nil {
			return err
		}
		if err := x.finish(); err != nil {
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

// exporter is an export under way.
type exporter struct {
	conn   *sql.Conn
	reader *reader
	out    *bufio.Writer
	json   *json.Encoder
	format Format
	names  map[int64]journal.Stream
	last   uint64 // position of the last entry, as far as that can be known
	next   uint64 // position of the next entry to look at; the first is 1
	lost   uint64 // entries that cannot be read
	end    footer
}

func (x *exporter) run(ctx context.Context) error {
	streams, err := x.reader.allStreams(ctx)
	if err != nil {
		return err
	}
	_ = x.conn.QueryRowContext(ctx, "SELECT ifnull(max(seq), 0) FROM entries").Scan(&x.last) // where that fails, the counters have to do
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
		x.skipCorrupt(ctx)
	}
}

// finish writes how much was exported, so that an import misses what is cut off.
func (x *exporter) finish() error {
	if x.format == Text {
		return nil
	}
	x.end.End, x.end.Streams, x.end.Lost = exportName, len(x.names), x.lost
	return x.json.Encode(x.end)
}

func (x *exporter) head(ctx context.Context, streams []streamRow) error {
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

// entries writes all entries from next on, until the end or the first damaged page of the file.
func (x *exporter) entries(ctx context.Context) error {
	rows, err := x.conn.QueryContext(ctx, "SELECT e.stream, "+columns+" FROM entries e WHERE seq>=? ORDER BY seq", position(x.next))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		e, err := x.reader.scanNamed(rows, x.names)
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

func (x *exporter) write(e *journal.Entry) (err error) {
	if x.format == Text {
		_, err = fmt.Fprintf(x.out, "%s %s", e.Stream, protocol.AppendTranscript(nil, e.Event))
		return err
	}
	x.end.Entries++
	x.end.Last = e.Seq
	return x.json.Encode(exported{e.Seq, e.StreamSeq, e.Stream, e.Author, protocol.AppendEventJSON(nil, e.Event)})
}

// skipCorrupt moves next beyond a damaged place: in steps that grow, then by bisection to the first entry behind it.
func (x *exporter) skipCorrupt(ctx context.Context) {
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
func (x *exporter) isWhole(ctx context.Context, at uint64) bool {
	var event sql.RawBytes
	rows, err := x.conn.QueryContext(ctx, "SELECT event FROM entries WHERE seq=?", position(at))
	if err != nil {
		return false
	}
	defer rows.Close()
	return rows.Next() && rows.Scan(&event) == nil && rows.Err() == nil
}
