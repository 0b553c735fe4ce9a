package sqlite

import (
	"database/sql"
	"fmt"
	"time"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

const (
	columns      = "e.seq, " + afterSeq
	filedColumns = "p.seq, " + afterSeq // where the position is that of a row of positions
	afterSeq     = "e.nth, e.time, e.id, e.author, e.here, e.event"
)

// row is an entry as it stands in the file.
type row struct {
	seq, nth     uint64
	time         sql.NullInt64
	id, author   sql.RawBytes
	roomIsStream bool
	event        sql.RawBytes
}

func (r *row) columns() []any {
	return []any{&r.seq, &r.nth, &r.time, &r.id, &r.author, &r.roomIsStream, &r.event}
}

// entry decodes row, an entry of this stream.
func (r *reader) entry(row *row, st journal.Stream) (journal.Entry, error) {
	e := journal.Entry{Seq: row.seq, StreamSeq: row.nth, Stream: st}
	ev, err := protocol.DecodeEvent(row.event)
	if err != nil {
		return e, fmt.Errorf("entry %d: %w", row.seq, err)
	}
	recorded, ok := ev.(protocol.Recorded)
	if !ok {
		return e, fmt.Errorf("entry %d: a %T is nothing to record", row.seq, ev)
	}
	stamp := protocol.MetaOf(recorded)
	stamp.Seq = row.seq
	if row.time.Valid {
		stamp.Time = time.Unix(0, row.time.Int64).UTC()
	}
	copy(stamp.ID[:], row.id)
	copy(e.Author[:], row.author)
	if row.roomIsStream {
		if stamp.Room, err = r.room(st); err != nil {
			return e, fmt.Errorf("entry %d: %w", row.seq, err)
		}
	}
	e.Event = recorded.WithMeta(stamp)
	return e, nil
}

// room is the room of a stream. Its cache is there because to parse a name costs more than to read a line.
func (r *reader) room(st journal.Stream) (protocol.Room, error) {
	if room, ok := r.rooms[st]; ok {
		return room, nil
	}
	room, err := protocol.ParseRoom(string(st))
	if err == nil {
		if len(r.rooms) >= maxStreams {
			clear(r.rooms)
		}
		r.rooms[st] = room
	}
	return room, err
}

// scanEntries calls f for the entries of one stream, until f wants no more. It closes rows.
func (r *reader) scanEntries(rows *sql.Rows, st journal.Stream, f func(journal.Entry) (more bool)) error {
	defer rows.Close()
	for more := true; more && rows.Next(); {
		var row row
		if err := rows.Scan(row.columns()...); err != nil {
			return err
		}
		e, err := r.entry(&row, st)
		if err != nil {
			return err
		}
		more = f(e)
	}
	return rows.Err()
}

// scanNamed is the entry of a row that begins with its stream.
func (r *reader) scanNamed(rows *sql.Rows, names map[int64]journal.Stream) (journal.Entry, error) {
	var id int64
	var row row
	if err := rows.Scan(append([]any{&id}, row.columns()...)...); err != nil {
		return journal.Entry{}, err
	}
	return r.entry(&row, names[id])
}
