package sqlite

import (
	"errors"
	"os"
	"syscall"

	codes "modernc.org/sqlite/lib"
)

// isNoRoom reports whether err says that the disk or the user's quota is full. SQLite has an error number only for the
// first; where it says no more than that a file could not be written, a write of our own asks the system why.
func isNoRoom(err error, path string) bool {
	switch code(err) {
	case 0:
		errno, ok := errors.AsType[syscall.Errno](err)
		return ok && noRoom[errno]
	case codes.SQLITE_IOERR_WRITE, codes.SQLITE_IOERR_FSYNC:
		err := probe(path)
		return err != nil && isNoRoom(err, path)
	}
	return code(err)&0xff == codes.SQLITE_FULL
}

// probe writes a little more to the file at path.
func probe(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	_, err = f.Write(make([]byte, 64<<10))
	return errors.Join(err, f.Sync(), f.Close())
}
