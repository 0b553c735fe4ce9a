package main

import (
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"syscall"

	"github.com/gdamore/tcell/v2"
	"golang.org/x/term"

	"chinwag/conn/console"
	"chinwag/conn/tui"
)

// openConsole is the console that the settings and the terminal allow.
func openConsole(s settings) console.Console {
	log := tui.Output(os.Stderr)
	// The reader of the console's lines may go away, which must not end the server.
	signal.Ignore(syscall.SIGPIPE)
	if s.Console == "off" || !hasInput(os.Stdin) {
		return console.None(log)
	}
	if s.Console == "auto" && onTerminal() && drawable() {
		return console.NewScreen(viewOptions(), log)
	}
	return console.NewLines(tui.Input(os.Stdin), tui.Output(os.Stdout), log, term.IsTerminal(int(os.Stdout.Fd())))
}

// onTerminal reports whether standard input and output are a terminal that can show a screen.
func onTerminal() bool {
	return knowsTerminal() && term.IsTerminal(int(os.Stdin.Fd())) && term.IsTerminal(int(os.Stdout.Fd()))
}

// knowsTerminal reports whether a screen can be drawn on this kind of terminal.
func knowsTerminal() bool {
	if runtime.GOOS == "windows" {
		return true // it has one kind of console
	}
	kind := os.Getenv("TERM")
	_, err := tcell.LookupTerminfo(kind)
	return kind != "dumb" && err == nil
}

// drawable reports whether a screen can be drawn in the character set of this terminal. If not, it writes why to
// standard error.
func drawable() bool {
	err := tui.CheckCharset()
	if err != nil {
		fmt.Fprintf(os.Stderr, "chinwag: no screen but plain lines, in UTF-8: %v\n", err)
	}
	return err == nil
}

// hasInput reports whether there may be input: not where standard input is closed or /dev/null.
func hasInput(f *os.File) bool {
	at, err := f.Stat()
	if err != nil {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(at, null)
}
