// Chinwag is a chat room that anybody can walk into with nc, telnet or its own
// client, with an operator at the server's terminal.
//
//	chinwag serve              the server and its operator's console
//	chinwag join HOST[:PORT]   the client
//	chinwag history …          the record: export, import, verify, vacuum
//	chinwag password FILE      the operators' password, for serve
//	chinwag bench SCENARIO     what it costs, and what others cost
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
)

// version is set by the linker.
var version = "dev"

func main() {
	root := rootCommand()
	if err := root.Execute(); err != nil {
		code := 2 // what cobra refuses is a wrong usage
		if e, ok := errors.AsType[*exitError](err); ok {
			code = e.code
			err = e.err
		}
		if err != nil {
			fmt.Fprintf(os.Stderr, "chinwag: %v\n", err)
		}
		os.Exit(code)
	}
}

// exitError ends the program with a code that scripts can use. err, if there is
// one, is a sentence for people.
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

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "chinwag",
		Short: "a chat room that anybody can walk into",
		Long: `chinwag is a chat room that anybody can walk into with what is already on their
machine, and an operator at the server's own terminal who reads along and answers.

Open a room:        chinwag serve
Walk into it:       nc HOST 12345     telnet HOST 12345     chinwag join HOST`,
		Version:       version,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(serveCommand(), joinCommand(), historyCommand(), passwordCommand(), benchCommand())
	if guard := guardCommand(); guard != nil {
		root.AddCommand(guard)
	}
	return root
}
