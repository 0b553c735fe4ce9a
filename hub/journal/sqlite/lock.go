package sqlite

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"strings"
)

// LockedError says that another process has the file open. It does not say what to do: the caller knows where the path
// comes from.
type LockedError struct {
	Path string
	PID  string // of that process; "": unknown
}

func (e *LockedError) Error() string {
	if e.PID == "" {
		return fmt.Sprintf("another chinwag has %s open", e.Path)
	}
	return fmt.Sprintf("another chinwag (process %s) has %s open", e.PID, e.Path)
}

// lockFile locks path+".lock" for this process. The system releases the lock when the process ends, however it ends, so
// a file that is left means nothing.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lock(f); err != nil {
		pid, _ := io.ReadAll(io.LimitReader(f, 20))
		_ = f.Close()
		return nil, &LockedError{Path: path, PID: strings.TrimSpace(string(pid))}
	}
	if err = f.Truncate(0); err == nil {
		_, err = f.WriteAt(fmt.Appendln(nil, os.Getpid()), 0)
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// unlockFile releases the lock at once. To close the file is not enough: a child process that is being started just
// then holds it for a moment, too.
func unlockFile(f *os.File) error {
	err := unlock(f)
	return cmp.Or(f.Close(), err)
}
