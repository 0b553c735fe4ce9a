package sqlite

import (
	"errors"
	"fmt"
	"syscall"

	driver "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"
)

var (
	errNotOurs = errors.New("this is no chinwag journal")
	errDamaged = errors.New("the journal is damaged")
	errClosed  = errors.New("the journal is closed")
	errFolder  = errors.New("this is a folder")

	errNotAsMade = fmt.Errorf("%w: it is not as it was written", errDamaged)
)

// explain makes a sentence for people of what went wrong with the file. An error of the system, an fs.PathError, stays
// what it is: the caller named the file and knows what to do next.
func explain(path string, err error) error {
	switch {
	case errors.Is(err, errNotOurs) || code(err) == codes.SQLITE_NOTADB:
		return fmt.Errorf("%s is not a chinwag journal, so it is left alone: please name another file", path)
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
	return fmt.Errorf("there is no journal at %s: a server says as it starts where its own is", path)
}

// code is SQLite's own number for err, 0 if it is not SQLite's.
func code(err error) int {
	if e, ok := errors.AsType[*driver.Error](err); ok {
		return e.Code()
	}
	return 0
}

// isFinal reports whether only a new start can tell what is in the file after err. After a failed flush the system may
// have thrown away what it could not write and say "done" the next time.
func isFinal(err error) bool {
	switch code(err) {
	case codes.SQLITE_IOERR_FSYNC, codes.SQLITE_IOERR_DIR_FSYNC, codes.SQLITE_IOERR_CLOSE, codes.SQLITE_NOTADB:
		return true
	}
	return code(err)&0xff == codes.SQLITE_CORRUPT
}
