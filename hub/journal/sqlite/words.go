package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"sync"

	codes "modernc.org/sqlite/lib"

	"chinwag/hub/journal"
)

// wordsFile is the file with the index of the words, beside that of the journal. It holds nothing that the journal does
// not: where it is lost, damaged, of another journal or of another version, it is made again. What puts words into it
// is never flushed; what takes words out is, before the journal changes, so that no power cut brings them back.
type wordsFile struct {
	path string
	id   []byte // of the journal's file

	mu             sync.Mutex // of the writer's side; taken before Store.writing
	db             *sql.DB
	conn           *sql.Conn // nil: the file could not be opened, and is tried again
	insert, remove *sql.Stmt

	closed bool // for ever

	reading sync.RWMutex // taken last: searches hold it for reading; to close the file, or to empty its WAL, for writing
	readDB  *sql.DB
	reader  *sql.Conn // nil: as conn
}

// wordsPath is the path of the words of the journal at path. All files of a journal begin with the name of the first.
func wordsPath(path string) string { return path + "-words" }

const (
	wordsSchema = 5  // the first without words
	fileSize    = 16 // bytes that name it
)

// wordsApart takes the words out of the file: they have one of their own.
const wordsApart = `
DROP TABLE words;
ALTER TABLE meta DROP COLUMN indexed;
ALTER TABLE meta ADD COLUMN file BLOB; -- of chance; names the file, so that its words are known
`

const (
	wordsID      = 0x63686e78              // "chnx" in the header of the file
	wordsVersion = 1<<16 + journal.Folding // of its tables, and of the words in them
)

const wordsTables = `
CREATE TABLE state (
	id      BLOB NOT NULL,    -- of the journal's file
	indexed INTEGER NOT NULL, -- the words of all entries up to this position are here
	time    INTEGER           -- of the entry there: where it is another, so is the journal
);
CREATE VIRTUAL TABLE words USING fts5(stream, text, content='', columnsize=0, tokenize='ascii');
`

// The index merges nothing by itself, since a statement that does has no bound in time. A deletion is noted in a part
// of its own, which is much quicker than to overwrite the words in all others; merging removes both.
var indexSettings = map[string]int{"automerge": 0, "usermerge": mergeParts, "crisismerge": 1000, "secure-delete": 0}

var errOtherWords = errors.New("the words are of another journal, or of another version")

// openWords opens the file with the words, or makes it again. It returns an error only where neither can be done: then
// the journal does without, and the maintenance tries again.
func (s *Store) openWords(ctx context.Context) error {
	err := s.words.open(ctx, s.Head(), s.timeAt)
	if err == nil {
		return s.loadWords(ctx)
	}
	s.words.close()
	if !errors.Is(err, os.ErrNotExist) {
		s.opts.Log.Info("the words are indexed again", "path", s.words.path, "why", err)
	}
	return s.makeWords(ctx, s.Head() > 0)
}

// makeWords makes the file with the words anew, without any. marked says that redacted words may be left in the files.
func (s *Store) makeWords(ctx context.Context, marked bool) (err error) {
	w := &s.words
	w.close()
	s.indexed.Store(0)
	if err = w.erase(); err != nil {
		return err
	}
	if err = w.create(ctx); err == nil && (marked || s.marked.Load()) {
		if err = s.put(&markEntry, w.insert); err == nil {
			s.marked.Store(true)
		}
	}
	if err != nil {
		w.close()
	}
	return err
}

// loadWords reads how far the index is.
func (s *Store) loadWords(ctx context.Context) error {
	var indexed uint64
	var marked int
	err := s.words.conn.QueryRowContext(ctx, "SELECT indexed, ("+isMarked+") FROM state").Scan(&indexed, &marked)
	s.indexed.Store(indexed)
	s.marked.Store(marked > 0)
	return err
}

// timeAt is the time column of the entry at a position; ok is false if it is not kept.
func (s *Store) timeAt(seq uint64) (at sql.NullInt64, ok bool, err error) {
	err = s.withReader(func(r *reader) error {
		return r.conn.QueryRowContext(s.stop, "SELECT time FROM entries WHERE seq=?", int64(seq)).Scan(&at)
	})
	return at, err == nil, noRow(err)
}

// open opens a file that is there, if it has the words of this journal, up to a position that it has.
func (w *wordsFile) open(ctx context.Context, head uint64, timeAt func(uint64) (sql.NullInt64, bool, error)) error {
	if err := checkHeader(w.path); err != nil {
		return err
	}
	if err := w.connect(ctx); err != nil {
		return err
	}
	var app, version int
	if err := w.conn.QueryRowContext(ctx, "SELECT a.application_id, v.user_version FROM pragma_application_id a, pragma_user_version v").Scan(&app, &version); err != nil {
		return err
	}
	if app != wordsID || version != wordsVersion {
		return errOtherWords
	}
	var id []byte
	var indexed uint64
	var at sql.NullInt64
	if err := w.conn.QueryRowContext(ctx, "SELECT id, indexed, time FROM state").Scan(&id, &indexed, &at); err != nil {
		return err
	}
	if string(id) != string(w.id) || indexed > head {
		return errOtherWords
	}
	is, kept, err := timeAt(indexed)
	if err == nil && kept && is != at {
		err = errOtherWords
	}
	return cmp.Or(err, w.prepare(ctx))
}

// erase removes the file. It is not there after that, or an error is returned.
func (w *wordsFile) erase() error {
	for _, end := range []string{"-wal", "-shm", ""} {
		if err := os.Remove(w.path + end); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// create makes the file.
func (w *wordsFile) create(ctx context.Context) error {
	if err := makeFile(w.path); err != nil {
		return err
	}
	if err := w.connect(ctx); err != nil {
		return err
	}
	tables := fmt.Sprintf("BEGIN; %s PRAGMA application_id=%d; PRAGMA user_version=%d; INSERT INTO state VALUES (x'%x', 0, NULL);", wordsTables, wordsID, wordsVersion, w.id)
	for name, value := range indexSettings {
		tables += fmt.Sprintf("INSERT INTO words (words, rank) VALUES ('%s', %d);", name, value)
	}
	if _, err := w.conn.ExecContext(ctx, tables+"COMMIT"); err != nil {
		return err
	}
	return w.prepare(ctx)
}

func (w *wordsFile) connect(ctx context.Context) (err error) {
	if w.db, err = sql.Open("sqlite", writingWords(w.path)); err == nil {
		w.conn, err = w.db.Conn(ctx)
	}
	return err
}

// prepare makes the statements, and the connection of searches.
func (w *wordsFile) prepare(ctx context.Context) (err error) {
	w.insert, err = w.conn.PrepareContext(ctx, "INSERT INTO words (rowid, stream, text) VALUES (?, ?, ?)")
	if err != nil {
		return err
	}
	w.remove, err = w.conn.PrepareContext(ctx, "INSERT INTO words (words, rowid, stream, text) VALUES ('delete', ?, ?, ?)")
	if err != nil {
		return err
	}
	w.reading.Lock()
	defer w.reading.Unlock()
	if w.readDB, err = sql.Open("sqlite", reading(w.path)); err == nil {
		w.reader, err = w.readDB.Conn(ctx)
	}
	return err
}

// close closes all connections.
func (w *wordsFile) close() {
	w.reading.Lock()
	defer w.reading.Unlock()
	if w.reader != nil {
		_ = w.reader.Close()
	}
	for _, stmt := range []*sql.Stmt{w.insert, w.remove} {
		if stmt != nil {
			_ = stmt.Close()
		}
	}
	if w.conn != nil {
		_ = w.conn.Close()
	}
	for _, db := range []*sql.DB{w.readDB, w.db} { // the writer's end copies the WAL to the file
		if db != nil {
			_ = db.Close()
		}
	}
	w.db, w.readDB, w.conn, w.reader, w.insert, w.remove = nil, nil, nil, nil, nil, nil
}

// isHarmed reports whether the file is to be made again after err. After others, as of a full disk, it is good as it
// is.
func isHarmed(err error) bool {
	switch code(err) & 0xff {
	case codes.SQLITE_CORRUPT, codes.SQLITE_NOTADB, codes.SQLITE_ERROR, codes.SQLITE_CANTOPEN, codes.SQLITE_READONLY:
		return true
	}
	return errors.Is(err, errStructure)
}
