//go:build !unix

package main

import "github.com/spf13/cobra"

// guardTerminal has nothing to watch over: elsewhere the system gives each
// program a console of its own state.
func guardTerminal() (done func()) { return func() {} }

func guardCommand() *cobra.Command { return nil }
