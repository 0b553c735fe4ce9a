//go:build unix

package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// A screen changes the terminal for all who use it after us. Whoever ends in good
// order puts it back; a process that panics in some goroutine or is killed
// cannot. So a small second process watches over the terminal: it remembers how the terminal was,
// waits until the first is gone, and puts the terminal back if the first did not say
// that it has done so itself.

// guardTerminal starts the watch over standard input. done must be called when
// the terminal is whole again. Without a watch the program runs just as well.
func guardTerminal() (done func()) {
	self, err := os.Executable()
	if err != nil || os.Getenv(guarded) != "" {
		return func() {}
	}
	r, alive, err := os.Pipe()
	if err != nil {
		return func() {}
	}
	defer r.Close()
	guard := exec.Command(self, guardName)
	guard.Stdin, guard.Stdout = r, os.Stdout
	guard.Env = append(os.Environ(), guarded+"=1")
	guard.ExtraFiles = []*os.File{os.Stdin}
	ready, err := guard.StderrPipe()
	if err != nil || guard.Start() != nil {
		_ = alive.Close()
		return func() {}
	}
	_, _ = ready.Read(make([]byte, 1)) // it knows how the terminal was
	// What the runtime says of a crash would vanish with the screen: the guard tells it afterwards.
	_ = debug.SetCrashOutput(alive, debug.CrashOptions{})
	return func() {
		_ = debug.SetCrashOutput(nil, debug.CrashOptions{})
		_, _ = alive.WriteString(allIsWell)
		_ = alive.Close()
		_ = guard.Wait()
	}
}

const (
	guardName = "guard-terminal"
	guarded   = "CHINWAG_GUARDED" // in the environment of the guard: it starts no guard of its own, whatever it is
	allIsWell = "."
	maxCrash  = 64 << 10 // bytes of a crash that are told
)

// guardCommand is the second process. Its standard input is a pipe that ends
// with the first, descriptor 3 is the terminal.
func guardCommand() *cobra.Command {
	return &cobra.Command{
		Use: guardName, Hidden: true, Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			// It must outlive what ends the first.
			signal.Ignore(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGTTOU)
			tty := os.NewFile(3, "terminal")
			was, err := term.GetState(int(tty.Fd()))
			if err != nil {
				return err
			}
			_, _ = os.Stderr.WriteString(allIsWell)
			words, _ := io.ReadAll(io.LimitReader(os.Stdin, maxCrash))
			if string(words) == allIsWell {
				return nil
			}
			_ = term.Restore(int(tty.Fd()), was)
			// Leave the alternate screen; show the cursor; plain text; no bracketed paste, mouse or keypad modes.
			fmt.Print("\x1b[?1049l\x1b[?25h\x1b[0m\x1b[?2004l\x1b[?1000l\x1b[?1l\x1b>\r\n")
			fmt.Println("chinwag has ended unexpectedly, and your terminal is as it was." + keepCrash(words))
			return nil
		},
	}
}

// keepCrash writes what the runtime said last to a file, and says where that is:
// it is for whoever mends the program, not for the person at the screen.
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
