//go:build unix

package tui

import (
	"os"
	"os/signal"
	"syscall"
	"time"
)

// suspend gives the terminal to the shell until fg. A process without such a shell is not stopped by the signal, and
// goes on after a moment.
func (v *view) suspend() {
	v.drainWhile(func() { _ = v.term.Suspend() })
	woken := make(chan os.Signal, 1)
	signal.Notify(woken, syscall.SIGCONT)
	defer signal.Stop(woken)
	if syscall.Kill(0, syscall.SIGTSTP) == nil { // the whole job, as the terminal itself would do it
		select { // it may take a moment to arrive
		case <-woken:
		case <-time.After(time.Second / 2):
		}
	}
	if err := v.term.Resume(); err != nil {
		v.ended, v.err = true, err
	}
	v.redrawAll = true
}
