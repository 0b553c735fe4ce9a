// Chinwag is a chat server for nc, telnet and its own client, with an operator at the server's terminal.
//
//	chinwag serve              the server and its operator's console
//	chinwag join HOST[:PORT]   the client
//	chinwag history …          the journal: export, import, verify, vacuum
//	chinwag password FILE      the operators' password, for serve
//	chinwag bench SCENARIO     what it costs, and what other servers cost
//	chinwag help exit-codes    the exit codes of all of them
package main

import (
	"fmt"
	"os"
	"strings"
	"unicode"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"chinwag/conn/tui"
	"chinwag/conn/tui/guard"
)

// version is set by the linker.
var version = "dev"

func main() {
	setTimeZone()
	uuid.EnableRandPool() // ids are no secrets, and each line needs one
	root := rootCommand()
	err := oneDash(root, os.Args[1:])
	if err == nil {
		err = root.Execute()
	}
	code, words := exitCodeOf(err)
	if words != "" {
		fmt.Fprintf(tui.Output(os.Stderr), "chinwag: %s\n", printable(words))
	}
	os.Exit(code)
}

// printable is words without control characters: a name that was typed may hold any.
func printable(words string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) && !unicode.Is(unicode.Zs, r) && r != '\n' {
			return '?'
		}
		return r
	}, words)
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "chinwag",
		Short: "a chat room that anybody can walk into",
		Long: `chinwag is a chat room that anybody can walk into with what is already on their
machine, and an operator at the server's own terminal who reads along and
answers.

Open a room:        chinwag serve
Walk into it:       nc HOST 12345     telnet HOST 12345     chinwag join HOST`,
		Version:       version,
		SilenceUsage:  true,
		SilenceErrors: true,
		PersistentPreRunE: func(c *cobra.Command, _ []string) error {
			if c.Hidden || c.Name() == "serve" { // serve checks the zone itself, and logs what is wrong
				return nil
			}
			if trouble := setTimeZone(); trouble != "" {
				fmt.Fprintf(tui.Output(os.Stderr), "chinwag: %s\n", trouble)
			}
			return rejectEmpty(c)
		},
	}
	root.AddCommand(serveCommand(), joinCommand(), historyCommand(), passwordCommand(), benchCommand(), exitCodesTopic(), guardCommand())
	setUsage(root)
	return root
}

// guardCommand is the second process that guards the terminal of the first.
func guardCommand() *cobra.Command {
	return &cobra.Command{Use: guard.Command, Hidden: true, Args: cobra.NoArgs, RunE: func(*cobra.Command, []string) error { return guard.Run() }}
}
