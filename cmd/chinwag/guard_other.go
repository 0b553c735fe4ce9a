//go:build !unix

package main

import "github.com/spf13/cobra"

// guardTerminal does nothing: other systems keep the state of a console
// for each program.
func guardTerminal() (done func()) { return func() {} }

func guardCommand() *cobra.Command { return nil }
