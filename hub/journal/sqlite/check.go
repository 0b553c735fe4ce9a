package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	driver "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"
)

var (
	errNotOurs = errors.New("this is no chinwag record")
	errDamaged = errors.New("the record is damaged")
	errClosed  = errors.New("the record is closed")
	errFolder  = errors.New("this is a folder")

	errNotAsMade = fmt.Errorf("%w: it is not as it was written", errDamaged)
)

// explain makes a sentence for people of what went wrong with the file. An error of the system,
// an fs.PathError, stays what it is: the caller named the file and knows what to do next.
func explain(path string, err error) error {
	switch {
	case errors.Is(err, errNotOurs) || code(err) == codes.SQLITE_NOTADB:
		return fmt.Errorf("%s is not a chinwag record, so it is left alone: please name another file", path)
	case errors.Is(err, errFolder):
		return fmt.Errorf("%s is a folder: please name the file in it, which a server calls chinwag.db", path)
	case errors.Is(err, errDamaged), code(err)&0xff == codes.SQLITE_CORRUPT,
		code(err)&0xff == codes.SQLITE_ERROR: // our statements are right, so the file is not
		if code(err) != 0 {
			err = errNotAsMade
		}
		return fmt.Errorf("%[1]s is damaged (%[2]w), so it is left as it is: please put back a copy of it, or move %[1]s, %[1]s-wal and %[1]s-shm away to begin anew; "+
			"\"chinwag history export\" saves what can still be read", path, err)
	case code(err)&0xff == codes.SQLITE_READONLY, code(err)&0xff == codes.SQLITE_CANTOPEN, code(err)&0xff == codes.SQLITE_PERM:
		return fmt.Errorf("%s cannot be opened, or nothing can be written beside it: please see whose it is, and its folder, or work on a copy in a folder of your own", path)
	case code(err)&0xff == codes.SQLITE_BUSY, code(err)&0xff == codes.SQLITE_LOCKED:
		return fmt.Errorf("another program has %s open and is writing to it: please end that one first", path)
	case code(err)&0xff == codes.SQLITE_FULL, errors.Is(err, syscall.ENOSPC):
		return fmt.Errorf("the disk of %s is full: please make room there", path)
	case code(err)&0xff == codes.SQLITE_IOERR:
		return fmt.Errorf("%s cannot be read or written, since its disk has failed or is full: please see what the system's log says", path)
	case code(err)&0xff == codes.SQLITE_NOMEM:
		return fmt.Errorf("this machine has no memory left for %s: please end some programs, and try again", path)
	case code(err) != 0:
		return fmt.Errorf("%s cannot be used (the database's error number is %d): \"chinwag history verify\" says what is wrong with it", path, code(err))
	}
	return err
}

func errMissing(path string) error {
	return fmt.Errorf("there is no record at %s: a server says as it starts where its own is", path)
}

func isEmpty(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Size() == 0
}

// code is SQLite's own number for err, 0 if it is not SQLite's.
func code(err error) int {
	if e, ok := errors.AsType[*driver.Error](err); ok {
		return e.Code()
	}
	return 0
}

// isFinal reports whether only a new start can tell what is in the file after
// err. After a failed flush the system may have thrown away what it could not
// write and say "done" the next time.
func isFinal(err error) bool {
	switch code(err) {
	case codes.SQLITE_IOERR_FSYNC, codes.SQLITE_IOERR_DIR_FSYNC, codes.SQLITE_IOERR_CLOSE, codes.SQLITE_NOTADB:
		return true
	}
	return code(err)&0xff == codes.SQLITE_CORRUPT
}

func writing(path string, sync Sync) string {
	return dsn(path, "rw", "_txlock=immediate", "_pragma=journal_mode(WAL)", "_pragma=synchronous("+string(sync)+")",
		"_pragma=fullfsync(1)", "_pragma=checkpoint_fullfsync(1)", // what a flush means on a Mac
		"_pragma=secure_delete(1)", "_pragma=temp_store(memory)", "_pragma=wal_autocheckpoint(0)", "_pragma=journal_size_limit(67108864)", "_pragma=cache_size(-16384)")
}

func reading(path string) string {
	return dsn(path, "ro", "_pragma=query_only(1)", "_pragma=cache_size(-4096)")
}

func dsn(path, mode string, params ...string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") { // C:/...
		path = "/" + path
	}
	u := url.URL{Scheme: "file", Path: path}
	return u.String() + "?mode=" + mode + "&_pragma=busy_timeout(5000)&" + strings.Join(params, "&")
}

// makeFile makes an empty file that only its owner may read. It leaves a file that is
// there, and rejects one that is no database.
func makeFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		if err := f.Close(); err != nil {
			return err
		}
		if dir, err := os.Open(filepath.Dir(path)); err == nil {
			_ = dir.Sync() // not every system can
			_ = dir.Close()
		}
		return nil
	}
	if !errors.Is(err, os.ErrExist) {
		return err
	}
	return checkHeader(path)
}

// checkKind rejects what is no regular file: to open a pipe would block for ever.
func checkKind(path string) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return err
	case info.IsDir():
		return errFolder
	case !info.Mode().IsRegular():
		return errNotOurs
	}
	return nil
}

// checkHeader rejects a file that is no database, before SQLite touches it.
func checkHeader(path string) error {
	if err := checkKind(path); err != nil {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	const magic = "SQLite format 3\x00"
	head := make([]byte, len(magic))
	switch n, err := f.Read(head); {
	case n == 0:
		if log, err := os.Stat(path + "-wal"); err == nil && log.Size() > 0 {
			return fmt.Errorf("%w: it is empty, and its log is not", errDamaged)
		}
		return nil
	case err != nil:
		return err
	case string(head[:n]) != magic:
		return errNotOurs
	}
	return nil
}

const (
	smallFile = 16 << 20 // bytes that are checked as a whole at each start
	tailLines = 1000     // entries that are checked in any case
)

// check is the check at each start: of a small file all of it, of a large one
// the small tables and the last entries.
func check(ctx context.Context, c *sql.Conn, path string) error {
	checks := []string{"quick_check('meta')", "quick_check('streams')", "quick_check('rows')"}
	if info, err := os.Stat(path); err == nil && info.Size() <= smallFile {
		checks = []string{"integrity_check(1)"}
	}
	for _, pragma := range checks {
		var verdict string
		if err := c.QueryRowContext(ctx, "PRAGMA "+pragma).Scan(&verdict); err != nil {
			return err
		}
		if verdict != "ok" {
			return errNotAsMade // Verify says it all
		}
	}
	return checkTail(ctx, c)
}

// checkTail compares the last entries with the counters of the streams.
func checkTail(ctx context.Context, c *sql.Conn) error {
	var wrong int
	err := c.QueryRowContext(ctx, `
		SELECT count(*) FROM (
			SELECT stream, max(seq) AS last, max(nth) AS nth FROM (SELECT seq, stream, nth FROM entries ORDER BY seq DESC LIMIT ?) GROUP BY stream
		) tail LEFT JOIN streams s ON s.id = tail.stream
		WHERE s.id IS NULL OR s.count <> tail.nth OR s.last <> tail.last`, tailLines).Scan(&wrong)
	if err == nil && wrong > 0 {
		err = fmt.Errorf("%w: its counters do not fit its entries", errDamaged)
	}
	if err != nil {
		return err
	}
	var head, last int64
	err = c.QueryRowContext(ctx, "SELECT ifnull((SELECT max(seq) FROM entries), 0), ifnull((SELECT max(last) FROM streams), 0)").Scan(&head, &last)
	if err == nil && last > head {
		err = fmt.Errorf("%w: its last entries are missing", errDamaged)
	}
	return err
}
