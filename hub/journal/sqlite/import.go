package sqlite

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"time"

	"chinwag/hub/journal"
	"chinwag/protocol"
	"github.com/google/uuid"
)

// maxLine is how long a line of an export may be. The longest entry has a few kilobytes.
const maxLine = 1 << 20

// ImportResult counts what an import has found.
type ImportResult struct {
	Entries uint64
	Lost    uint64 // entries that could not be read when the export was made
	Missing uint64 // entries that the export counts and does not hold; above 0 only with partial
}

// Import makes a journal at path of what Export wrote as JSON, with the same epoch and
// positions: all of it or, if something is missing and partial is not set, nothing. A partial
// one may get another epoch, see fit. Import does not touch a file that has entries already, and
// a failed import leaves no file behind that was not there before.
func Import(path string, from io.Reader, partial bool) (done ImportResult, err error) {
	made := absent(path)
	s, err := Open(path, Options{Sync: Normal, Mailbox: -1})
	if err == nil {
		done, err = s.importFrom(from, partial)
		if e := s.Close(); err == nil {
			err = e
		}
		err = explain(path, err)
	}
	if err != nil {
		remove(path, made)
		return ImportResult{}, err
	}
	return done, nil
}

// absent are the files of the journal at path that are not there.
func absent(path string) (files []string) {
	for _, end := range []string{"", "-wal", "-shm", ".lock"} {
		if _, err := os.Lstat(path + end); errors.Is(err, os.ErrNotExist) {
			files = append(files, path+end)
		}
	}
	return files
}

// remove removes files of the journal at path, unless another process has it by now.
func remove(path string, files []string) {
	f, err := os.OpenFile(path+".lock", os.O_RDWR, 0)
	if err != nil {
		return // no file was made
	}
	defer f.Close()
	if lock(f) != nil {
		return
	}
	for _, name := range files {
		if os.Remove(name) != nil && name == path+".lock" { // not every system removes what is open
			_ = f.Close()
			_ = os.Remove(name)
		}
	}
}

func (s *Store) importFrom(from io.Reader, partial bool) (done ImportResult, err error) {
	var used bool
	if err := s.borrow(func(r *reader) error {
		return r.conn.QueryRowContext(s.stop, "SELECT EXISTS (SELECT 1 FROM streams) OR EXISTS (SELECT 1 FROM rows)").Scan(&used)
	}); err != nil {
		return done, err
	}
	if used {
		return done, fmt.Errorf("%s has entries already: please import into a new file", s.path)
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	// All of it or nothing: half a history looks like a whole one.
	err = s.transact(func() error {
		in := importing{s: s, from: bufio.NewReaderSize(from, maxLine), partial: partial, streams: map[journal.Stream]*importedStream{}}
		if err := in.all(); err != nil {
			return err
		}
		s.head.Store(in.last)
		done = in.done
		return nil
	})
	return done, err
}

// importing is an import under way.
type importing struct {
	s       *Store
	from    *bufio.Reader
	partial bool
	header  header
	line    int // number of the line that was read last
	streams map[journal.Stream]*importedStream
	last    uint64  // position of the last entry
	end     *footer // nil: not seen yet
	gap     int     // number of the first line before which something is missing; 0: none
	done    ImportResult
}

// importedStream is what an export counts of a stream, and how far its entries have come.
type importedStream struct {
	streamRow
	nth, seq uint64 // of its last entry
}

// wrong is the error of a line of the export, as a sentence.
func (in *importing) wrong(format string, args ...any) error {
	return fmt.Errorf("line %d of the export %s, so nothing is imported", max(1, in.line), fmt.Sprintf(format, args...))
}

func (in *importing) all() error {
	line, whole, err := in.next()
	if err != nil {
		return err
	}
	if h := &in.header; !whole || json.Unmarshal(line, h) != nil || h.Chinwag != exportName || h.Version < 1 || h.Gone > math.MaxInt64 {
		return in.wrong("is not the first of a history that chinwag has exported as json")
	} else if h.Version > exportVersion {
		return errors.New("this export was made by a newer chinwag: please import it with that one")
	}
	for {
		line, whole, err := in.next()
		switch {
		case err != nil:
			return err
		case line == nil:
			return in.finish()
		case !whole: // the export is cut off in it
			in.line--
			return in.finish()
		}
		if err := in.one(line); err != nil {
			return err
		}
	}
}

// next is the next line that is not empty; nil is the end. It is whole if it ends with a newline
// or is valid JSON.
func (in *importing) next() (line []byte, whole bool, err error) {
	for {
		if in.line == 0 {
			if err := in.encoding(); err != nil {
				return nil, false, err
			}
		}
		in.line++
		line, err := in.from.ReadSlice('\n')
		switch {
		case err == nil || errors.Is(err, io.EOF):
		case errors.Is(err, bufio.ErrBufferFull):
			return nil, false, in.wrong("is longer than any that chinwag writes")
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

// encoding skips a byte order mark of UTF-8, and rejects UTF-16 and gzip.
func (in *importing) encoding() error {
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

func (in *importing) one(line []byte) error {
	var l struct {
		exported
		End     string
		Chinwag string
	}
	if in.end != nil {
		return in.wrong("stands after the end of it")
	}
	if json.Unmarshal(line, &l) != nil {
		return in.wrong("is not as chinwag writes it")
	}
	switch {
	case l.Chinwag != "":
		return in.wrong("begins another export")
	case l.End != "":
		if in.end = new(footer); json.Unmarshal(line, in.end) != nil {
			return in.wrong("is not as chinwag writes it")
		}
		return nil
	case l.Event != nil:
		return in.entry(&l.exported)
	}
	return in.stream(line)
}

func (in *importing) stream(line []byte) error {
	st := new(importedStream)
	if json.Unmarshal(line, &st.streamRow) != nil || !isStream(st.Name) || in.streams[st.Name] != nil ||
		st.PrunedNth > st.Count || max(st.Count, st.Last, st.PrunedSeq) > math.MaxInt64 {
		return in.wrong("is no stream, or one that was there before")
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

// entry imports an entry. It gets the next number in its stream, whatever the export says: a
// partial import counts the entries that are there.
func (in *importing) entry(e *exported) error {
	ev, err := protocol.DecodeEvent(e.Event)
	recorded, ok := ev.(protocol.Recorded)
	st := in.streams[e.Stream]
	switch {
	case err != nil || !ok || !isTime(protocol.MetaOf(ev).Time):
		return in.wrong("is no event that a record can hold")
	case st == nil:
		return in.wrong("is of a stream that the export does not name")
	case e.Seq <= max(in.last, st.seq) || e.Seq > math.MaxInt64:
		return in.wrong("is not in its place, or stands there again")
	}
	last := e.Nth == st.Count
	if in.gap == 0 && (e.Nth != st.nth+1 || last != (e.Seq == st.Last) || e.Nth > st.Count) {
		in.gap = in.line
	}
	st.nth, st.seq, in.last = st.nth+1, e.Seq, e.Seq
	in.done.Entries++
	in.s.w.add(&journal.Entry{Stream: e.Stream, Author: e.Author, Event: recorded}, st.ID, e.Seq, st.nth)
	return in.s.w.flush(rowsAtOnce)
}

// isTime reports whether t can stand in the file.
func isTime(t time.Time) bool { return t.IsZero() || time.Unix(0, t.UnixNano()).Equal(t) }

// finish is called at the end of the export: it rejects what is incomplete, or makes the
// rest of the journal.
func (in *importing) finish() error {
	if err := in.judge(); err != nil {
		return err
	}
	if err := in.s.w.flush(1); err != nil {
		return err
	}
	if err := in.fit(); err != nil || in.header.Version > 1 {
		return err
	}
	_, err := in.s.w.conn.ExecContext(in.s.stop, separateOperators)
	return err
}

// isCut reports whether the export has lost its end, so that an unknown number of entries is missing.
func (in *importing) isCut() bool { return in.end == nil && in.header.Version > 2 }

// judge compares the entries that are there with the counters of the streams and of the end.
func (in *importing) judge() error {
	var promised uint64
	for _, st := range in.streams {
		promised += st.Count - st.PrunedNth
	}
	missing := promised - min(promised, in.done.Entries)
	fits := in.end == nil || in.end.Streams == len(in.streams) && in.end.Entries == in.done.Entries && in.end.Last == in.last
	switch {
	case fits && in.end != nil && in.end.Lost > 0:
		in.done.Lost = in.end.Lost
		return nil
	case fits && !in.isCut() && missing == 0 && in.gap == 0:
		return nil
	case in.partial:
		in.done.Missing = missing
		return nil
	}
	var what string
	switch {
	case in.isCut():
		what = fmt.Sprintf("is cut off after line %d: %d of its %d entries are missing", in.line, missing, promised)
	case missing > 0 && in.gap > 0:
		what = fmt.Sprintf("has lost %d of its %d entries, the first of them before line %d", missing, promised, in.gap)
	case missing > 0:
		what = fmt.Sprintf("has lost %d of its %d entries, up to the last", missing, promised)
	default:
		what = "is not as it was written: its lines do not fit what it counts"
	}
	return fmt.Errorf("the export %s; nothing is imported: please export once more, or take what is there with --partial", what)
}

// fit makes the counters fit the entries that are there. Where the last entries are missing, or
// may be, their positions will be used again, so the journal gets another epoch.
func (in *importing) fit() error {
	conn, stop := in.s.w.conn, in.s.stop
	var last uint64
	for _, st := range in.streams {
		last = max(last, st.Last)
		end := st.seq
		if st.nth == st.PrunedNth { // there is none
			end = min(st.Last, in.last)
		}
		prunedSeq := min(st.PrunedSeq, in.last)
		if st.nth == st.Count && end == st.Last && prunedSeq == st.PrunedSeq {
			continue
		}
		if _, err := conn.ExecContext(stop, "UPDATE streams SET count=?, last=?, pruned_seq=? WHERE id=?", int64(st.nth), int64(end), int64(prunedSeq), st.ID); err != nil {
			return err
		}
	}
	h := &in.header
	if last > in.last || in.isCut() {
		h.Epoch, h.Gone = uuid.New(), min(h.Gone, in.last)
	}
	_, err := conn.ExecContext(stop, "UPDATE meta SET epoch=?, gone=?", h.Epoch[:], int64(h.Gone))
	return err
}
