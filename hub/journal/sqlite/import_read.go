package sqlite

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"chinwag/hub/journal"
	"chinwag/protocol"
)

// nextLine is the next line that is not empty; nil is the end. It is whole if it ends with a newline or is valid JSON.
func (in *importer) nextLine() (line []byte, whole bool, err error) {
	for {
		if in.line == 0 {
			if err := in.checkEncoding(); err != nil {
				return nil, false, err
			}
		}
		in.line++
		line, err := in.from.ReadSlice('\n')
		switch {
		case err == nil || errors.Is(err, io.EOF):
		case errors.Is(err, bufio.ErrBufferFull):
			return nil, false, in.errorf("is longer than any that chinwag writes")
		default:
			return nil, false, fmt.Errorf("the export could be read up to line %d and no further, so nothing is imported", in.line-1)
		}
		if text := bytes.TrimSpace(line); len(text) > 0 {
			return text, err == nil || json.Valid(text), nil
		}
		if err != nil {
			in.line--
			return nil, false, nil
		}
	}
}

// checkEncoding skips a byte order mark of UTF-8, and rejects UTF-16 and gzip.
func (in *importer) checkEncoding() error {
	begins, _ := in.from.Peek(3)
	switch {
	case bytes.HasPrefix(begins, []byte("\xef\xbb\xbf")):
		_, err := in.from.Discard(3)
		return err
	case bytes.HasPrefix(begins, []byte("\xff\xfe")), bytes.HasPrefix(begins, []byte("\xfe\xff")),
		bytes.HasPrefix(begins, []byte("{\x00")), bytes.HasPrefix(begins, []byte("\x00{")):
		return errors.New("the export is in UTF-16, as PowerShell writes it, so nothing is imported: please export once more in cmd.exe, or save it as UTF-8")
	case bytes.HasPrefix(begins, []byte("\x1f\x8b")):
		return errors.New("the export is compressed, so nothing is imported: please unpack it first, as in: gunzip < FILE | chinwag history import NEW")
	}
	return nil
}

func (in *importer) importLine(line []byte) error {
	var l struct {
		exported
		End     string
		Chinwag string
	}
	if in.end != nil {
		return in.errorf("stands after the end of it")
	}
	if json.Unmarshal(line, &l) != nil {
		return in.errorf("is not as chinwag writes it")
	}
	switch {
	case l.Chinwag != "":
		return in.errorf("begins another export")
	case l.End != "":
		if in.end = new(footer); json.Unmarshal(line, in.end) != nil {
			return in.errorf("is not as chinwag writes it")
		}
		return nil
	case l.Event != nil:
		return in.addEntry(&l.exported)
	}
	return in.addStream(line)
}

func (in *importer) addStream(line []byte) error {
	st := new(importedStream)
	if json.Unmarshal(line, &st.streamRow) != nil || !isStream(st.Name) || in.streams[st.Name] != nil ||
		st.PrunedNth > st.Count || max(st.Count, st.Last, st.PrunedSeq) > math.MaxInt64 {
		return in.errorf("is no stream, or one that was there before")
	}
	made, err := in.s.w.conn.ExecContext(in.s.stop, "INSERT INTO streams (name, count, last, pruned_nth, pruned_seq) VALUES (?,?,?,?,?)",
		string(st.Name), int64(st.Count), int64(st.Last), int64(st.PrunedNth), int64(st.PrunedSeq))
	if err == nil {
		st.ID, err = made.LastInsertId()
	}
	st.nth, st.seq = st.PrunedNth, st.PrunedSeq
	in.streams[st.Name] = st
	return err
}

// isStream reports whether a stream may have that name.
func isStream(st journal.Stream) bool {
	if strings.HasPrefix(string(st), "#") {
		room, err := protocol.ParseRoom(string(st))
		return err == nil && journal.OfRoom(room) == st
	}
	return st == journal.Everybody || strings.HasPrefix(string(st), "@") && len(st) <= 100
}

// addEntry imports an entry. It gets the next number in its stream, whatever the export says: a partial import counts
// the entries that are there.
func (in *importer) addEntry(e *exported) error {
	ev, err := protocol.DecodeEvent(e.Event)
	recorded, ok := ev.(protocol.Recorded)
	st := in.streams[e.Stream]
	switch {
	case err != nil || !ok || !isTime(protocol.MetaOf(ev).Time):
		return in.errorf("is no event that a journal can hold")
	case st == nil:
		return in.errorf("is of a stream that the export does not name")
	case e.Seq <= max(in.last, st.seq) || e.Seq > math.MaxInt64:
		return in.errorf("is not in its place, or stands there again")
	}
	last := e.Nth == st.Count
	if in.gap == 0 && (e.Nth != st.nth+1 || last != (e.Seq == st.Last) || e.Nth > st.Count) {
		in.gap = in.line
	}
	st.nth, st.seq, in.last = st.nth+1, e.Seq, e.Seq
	in.done.Entries++
	in.s.w.add(&journal.Entry{Stream: e.Stream, Author: e.Author, Event: recorded}, st.ID, e.Seq, st.nth)
	return in.s.w.flush(insertBatch)
}

// isTime reports whether t can stand in the file.
func isTime(t time.Time) bool { return t.IsZero() || time.Unix(0, t.UnixNano()).Equal(t) }
