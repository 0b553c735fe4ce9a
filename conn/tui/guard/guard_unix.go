//go:build unix

package guard

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime/debug"
	"syscall"

	"golang.org/x/term"
)

// Start starts the guard of standard input. done must be called when the terminal is restored. The program runs just as
// well without a guard.
func Start() (done func()) {
	self, err := os.Executable()
	if err != nil || os.Getenv(Variable) != "" {
		return func() {}
	}
	r, alive, err := os.Pipe()
	if err != nil {
		return func() {}
	}
	defer r.Close()
	guard := exec.Command(self, Command)
	guard.Stdin, guard.Stdout = r, os.Stdout
	guard.Env = append(os.Environ(), Variable+"=1")
	guard.ExtraFiles = []*os.File{os.Stdin}
	ready, err := guard.StderrPipe()
	if err != nil || guard.Start() != nil {
		_ = alive.Close()
		return func() {}
	}
	_, _ = ready.Read(make([]byte, 1)) // the guard has saved the state
	// The runtime's report of a crash would vanish with the screen: the guard writes it to a file.
	_ = debug.SetCrashOutput(alive, debug.CrashOptions{})
	return func() {
		_ = debug.SetCrashOutput(nil, debug.CrashOptions{})
		_, _ = alive.WriteString(restoredMark)
		_ = alive.Close()
		_ = guard.Wait()
	}
}

const (
	restoredMark = "."
	maxCrash     = 64 << 10 // bytes of a crash report that are kept
)

// Run is the second process. Its standard input is a pipe that ends with the first, descriptor 3 is the terminal.
func Run() error {
	// It must outlive what ends the first.
	signal.Ignore(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGTTOU)
	tty := os.NewFile(3, "terminal")
	was, err := term.GetState(int(tty.Fd()))
	if err != nil {
		return err
	}
	_, _ = os.Stderr.WriteString(restoredMark)
	words, _ := io.ReadAll(io.LimitReader(os.Stdin, maxCrash))
	if string(words) == restoredMark {
		return nil
	}
	_ = term.Restore(int(tty.Fd()), was)
	// Leave the alternate screen; show the cursor; plain text; no bracketed paste, mouse or keypad modes.
	fmt.Print("\x1b[?1049l\x1b[?25h\x1b[0m\x1b[?2004l\x1b[?1000l\x1b[?1l\x1b>\r\n")
	fmt.Println("chinwag has ended unexpectedly, and your terminal is as it was." + keepCrash(words))
	return nil
}

// keepCrash writes the crash report of the runtime to a file, and says where that is: the report is for a bug report,
// not for the screen.
func keepCrash(words []byte) string {
	if len(words) == 0 {
		return ""
	}
	f, err := os.CreateTemp("", "chinwag-crash-*.txt")
	if err != nil {
		return ""
	}
	defer f.Close()
	if _, err := f.Write(words); err != nil {
		return ""
	}
	return " What it said last is in " + f.Name() + ": please report it."
}
