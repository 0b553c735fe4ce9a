package sqlite

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"strings"
)

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
		return nil, fmt.Errorf("another chinwag (process %s) has %s open: end that one, or choose another file", strings.TrimSpace(string(pid)), path)
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
