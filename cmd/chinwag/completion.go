package main

import "github.com/spf13/cobra"

// What the shell completes.

// completeFile offers files with an extension for the first argument, and nothing after it.
func completeFile(ending ...string) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		switch {
		case len(args) > 0:
			return nil, cobra.ShellCompDirectiveNoFileComp
		case len(ending) == 0:
			return nil, cobra.ShellCompDirectiveDefault
		}
		return ending, cobra.ShellCompDirectiveFilterFileExt
	}
}

// completes offers values for a flag. Without values it offers nothing, rather than files.
func completes(c *cobra.Command, flag string, values ...string) {
	if err := c.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic(err)
	}
}

// oneOfFlag gives c a flag that is one of a few words.
func oneOfFlag[T ~string](c *cobra.Command, name string, words *value[T], usage string) {
	c.Flags().Var(words, name, usage+words.expects())
	completes(c, name, words.choices...)
}
