package sqlite

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"

	"chinwag/hub/journal"
)

// maxLine is how long a line of an export may be. The longest entry has a few kilobytes.
const maxLine = 1 << 20

// ImportResult counts what an import has found.
type ImportResult struct {
	Entries uint64
	Lost    uint64 // entries that could not be read when the export was made
	Missing uint64 // entries that the export counts and does not hold; above 0 only with partial
}

// Import makes a journal at path of what Export wrote as JSON, with the same epoch and positions: all of it or, if
// something is missing and partial is not set, nothing. A partial one may get another epoch, see adjustCounters. Import
// does not touch a file that has entries already, and a failed import leaves no file behind that was not there before.
func Import(path string, from io.Reader, partial bool) (done ImportResult, err error) {
	made := missingFiles(path)
	s, err := Open(path, Options{Sync: Normal, Mailbox: -1})
	if err == nil {
		done, err = s.importFrom(from, partial)
		if e := s.Close(); err == nil {
			err = e
		}
		err = explain(path, err)
	}
	if err != nil {
		removeFiles(path, made)
		return ImportResult{}, err
	}
	return done, nil
}

// missingFiles are the files of the journal at path that are not there.
func missingFiles(path string) (files []string) {
	words := wordsPath(path)
	for _, name := range []string{path, path + "-wal", path + "-shm", path + ".lock", words, words + "-wal", words + "-shm"} {
		if _, err := os.Lstat(name); errors.Is(err, os.ErrNotExist) {
			files = append(files, name)
		}
	}
	return files
}

// removeFiles removes files of the journal at path, unless another process has it by now.
func removeFiles(path string, files []string) {
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
	if err := s.withReader(func(r *reader) error {
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
		in := importer{s: s, from: bufio.NewReaderSize(from, maxLine), partial: partial, streams: map[journal.Stream]*importedStream{}}
		if err := in.run(); err != nil {
			return err
		}
		s.filed.Store(in.last)
		s.head.Store(in.last)
		done = in.done
		return nil
	})
	return done, err
}

// importer is an import under way.
type importer struct {
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

// errorf is the error of a line of the export, as a sentence.
func (in *importer) errorf(format string, args ...any) error {
	return fmt.Errorf("line %d of the export %s, so nothing is imported", max(1, in.line), fmt.Sprintf(format, args...))
}

func (in *importer) run() error {
	line, whole, err := in.nextLine()
	if err != nil {
		return err
	}
	if h := &in.header; !whole || json.Unmarshal(line, h) != nil || h.Chinwag != exportName || h.Version < 1 || h.Gone > math.MaxInt64 {
		return in.errorf("is not the first of a history that chinwag has exported as json")
	} else if h.Version > exportVersion {
		return errors.New("this export was made by a newer chinwag: please import it with that one")
	}
	for {
		line, whole, err := in.nextLine()
		switch {
		case err != nil:
			return err
		case line == nil:
			return in.finish()
		case !whole: // the export is cut off in it
			in.line--
			return in.finish()
		}
		if err := in.importLine(line); err != nil {
			return err
		}
	}
}
