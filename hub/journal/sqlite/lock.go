package sqlite

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"strings"
)

// InUseError says that another process has the record. Who named the file says what to do.
type InUseError struct {
	Path string
	PID  string // of that process; "": it is not known
}

func (e *InUseError) Error() string {
	if e.PID == "" {
		return fmt.Sprintf("another chinwag has %s open", e.Path)
	}
	return fmt.Sprintf("another chinwag (process %s) has %s open", e.PID, e.Path)
}

// lockFile takes path+".lock" for this process alone. The system gives it back
// when the process ends, however it ends; so the file stays, and its being
// there means nothing.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lock(f); err != nil {
		pid, _ := io.ReadAll(io.LimitReader(f, 20))
		_ = f.Close()
		return nil, &InUseError{Path: path, PID: strings.TrimSpace(string(pid))}
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

// unlockFile gives the lock back at once. To close the file is not enough: where the process
// is starting another one just then, that holds it for a moment, too.
func unlockFile(f *os.File) error {
	err := unlock(f)
	return cmp.Or(f.Close(), err)
}
