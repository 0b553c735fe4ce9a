package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"chinwag/protocol"
)

// The exit codes of all commands: one kind of failure has one code.
const (
	exitFailed = 1 // something was rejected or lost, or has failed
	exitUsage  = 2 // nothing was tried
	exitNobody = 3 // no connection, or no chinwag server
)

// exitKicked is the code of a client that was kicked.
var exitKicked = protocol.Kicked.ExitCode()

// exitCodes is the only list of them. The rows without a command are for all commands.
var exitCodes = []struct {
	code    int
	command string // "": any
	means   string
}{
	{0, "", "done"},
	{0, "serve", "ended by /shutdown, its console or a signal; nothing is lost"},
	{0, "join", "all was said and acknowledged, or the desk closed the talk"},
	{exitFailed, "", "it was tried and failed"},
	{exitFailed, "serve", "no address or no journal to be had, or the disk failed"},
	{exitFailed, "join", "something was refused or lost, or the server ended it otherwise"},
	{exitFailed, "history", "the file is not there, no journal, damaged, or in use"},
	{exitFailed, "bench", "a line was lost or wrong, or the server could not be reached"},
	{exitUsage, "", "wrong usage: a command, flag or value that cannot be"},
	{exitUsage, "serve", "a wrong setting, also in a variable or a file"},
	{exitNobody, "join", "no connection, or not a chinwag server"},
	{exitKicked, "join", "kicked"},
}

// exitError ends the program with an exit code. err is a sentence for people; nil: the reason was told already.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// exitCodeOf is the exit code and the last words of the program for err.
func exitCodeOf(err error) (code int, words string) {
	e, ok := errors.AsType[*exitError](err)
	switch {
	case err == nil:
		return 0, ""
	case !ok:
		return exitUsage, err.Error() // an error of the settings
	case e.err == nil:
		return e.code, ""
	}
	return e.code, e.err.Error()
}

// failure gives err the code exitFailed, unless it has a code.
func failure(err error) error {
	if _, ok := errors.AsType[*exitError](err); ok || err == nil {
		return err
	}
	return &exitError{exitFailed, err}
}

// exitCodesTopic is a page of the help.
func exitCodesTopic() *cobra.Command {
	var b strings.Builder
	b.WriteString("A command ends with one of these codes, for scripts:\n\n")
	last := -1
	for _, e := range exitCodes {
		code := "  "
		if e.code != last {
			code = fmt.Sprintf("%2d", e.code)
		}
		last = e.code
		fmt.Fprintf(&b, "%s  %-8s %s\n", code, e.command, e.means)
	}
	b.WriteString("\nWhere a second signal ends it at once, the shell tells which (130 is Ctrl-C).")
	return &cobra.Command{Use: "exit-codes", Short: "the codes with which the commands end", Long: b.String()}
}

// exitCodesHelp is the part of the help of a command that names its codes.
func exitCodesHelp(command string) string {
	var b strings.Builder
	b.WriteString("Exit codes:\n")
	own := map[int]bool{}
	for _, e := range exitCodes {
		own[e.code] = own[e.code] || e.command == command
	}
	for _, e := range exitCodes {
		if e.command == command || e.command == "" && !own[e.code] {
			fmt.Fprintf(&b, "  %d  %s\n", e.code, e.means)
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}
