package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Wrong usage ends with exitUsage in every command, before it does anything. Each message says what was wrong, and what
// is right.

func wrongUsage(format string, args ...any) error {
	return &exitError{exitUsage, fmt.Errorf(format, args...)}
}

// setUsage makes root and all commands below it tell of wrong usage in our words.
func setUsage(root *cobra.Command) {
	root.SetFlagErrorFunc(flagError)
	fitScreen(root)
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, c := range allCommands(root) {
		switch {
		case c.Name() == "help" && c.Parent() == root:
			c.Run, c.RunE, c.ValidArgsFunction = nil, help, completeCommand
			c.Short, c.Long = "show the help of a command", "help shows the help of a command, or of a topic: chinwag help history import"
		case c.Name() == "completion" && c.Parent() == root:
			c.Short = "make the script by which Tab in your shell completes this"
			fallthrough
		case c.HasSubCommands():
			c.Args, c.RunE = cobra.ArbitraryArgs, chooseCommand
		case c.HasParent() && c.Parent().Name() == "completion":
			write := c.RunE
			c.Args, c.RunE = argCount(0, 0), func(c *cobra.Command, args []string) error {
				if err := write(c, args); err != nil {
					return failure(writeError("what your shell needs", err))
				}
				return nil
			}
		case c.Args == nil:
			c.Args = argCount(0, 0)
		}
	}
}

// allCommands are c and all commands below it.
func allCommands(c *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{c}
	for _, sub := range c.Commands() {
		all = append(all, allCommands(sub)...)
	}
	return all
}

// argCount checks the number of arguments.
func argCount(least, most int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return wrongUsage("%s wants one more word: %s", c.CommandPath(), useLine(c))
		case len(args) > most && most == 0 && c.Flags().Lookup("listen") != nil && strings.ContainsAny(args[0], "0123456789"):
			return wrongUsage("%s takes flags and no other words, and %q is none: is it --listen %[2]s?", c.CommandPath(), shorten(args[0]))
		case len(args) > most && most == 0:
			return wrongUsage("%s takes flags and no other words, and %q is none: \"%s --help\" lists them", c.CommandPath(), shorten(args[0]), c.CommandPath())
		case len(args) > most:
			return wrongUsage("%s does not know what to do with %q: it is %s", c.CommandPath(), shorten(args[most]), useLine(c))
		}
		return nil
	}
}

// useLine says how to type a command.
func useLine(c *cobra.Command) string { return strings.TrimSuffix(c.UseLine(), " [flags]") }

// chooseCommand runs where the name of a command below c is missing or wrong.
func chooseCommand(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return unknownCommand(c, args[0])
	}
	if !c.HasParent() {
		return c.Help()
	}
	return wrongUsage("%s wants one of these after it: %s", c.CommandPath(), strings.Join(commandNames(c), ", "))
}

func unknownCommand(c *cobra.Command, word string) error {
	names, word := commandNames(c), shorten(word)
	for _, other := range allCommands(c.Root()) { // chinwag export for chinwag history export
		if other.Name() == word && other.IsAvailableCommand() {
			return wrongUsage("%s has no command %q: is it \"%s\"?", c.CommandPath(), word, other.CommandPath())
		}
	}
	if near := suggestion(word, names); near != "" {
		return wrongUsage("%s has no command %q: is it %s? There are %s", c.CommandPath(), word, near, strings.Join(names, ", "))
	}
	return wrongUsage("%s has no command %q: there are %s", c.CommandPath(), word, strings.Join(names, ", "))
}

func commandNames(c *cobra.Command) (names []string) {
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() || sub.IsAdditionalHelpTopicCommand() || sub.Name() == "help" {
			names = append(names, sub.Name())
		}
	}
	return names
}

// help shows the help of a command, or fails if there is no command of that name.
func help(c *cobra.Command, args []string) error {
	at := c.Root()
	for _, name := range args {
		i := slices.IndexFunc(at.Commands(), func(sub *cobra.Command) bool { return sub.Name() == name })
		if i < 0 {
			return unknownCommand(at, name)
		}
		at = at.Commands()[i]
	}
	at.InitDefaultHelpFlag()
	return at.Help()
}

// completeCommand completes the name of a command below those that are typed.
func completeCommand(c *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	at, rest, err := c.Root().Find(args)
	if err != nil || len(rest) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return commandNames(at), cobra.ShellCompDirectiveNoFileComp
}

// flagError makes the error of a flag of c one of wrong usage.
func flagError(c *cobra.Command, err error) error {
	if typed := c.Flags().Args(); c.HasSubCommands() && len(typed) > 0 {
		return unknownCommand(c, typed[0]) // whose flag it is
	}
	switch e := err.(type) {
	case *pflag.NotExistError:
		return unknownFlag(c, e.GetSpecifiedName(), e.GetSpecifiedShortnames())
	case *pflag.ValueRequiredError:
		return wrongUsage("--%[1]s wants its %[2]s after it: %[3]s --%[1]s %[2]s", e.GetFlag().Name, valueName(e.GetFlag()), c.CommandPath())
	case *pflag.InvalidValueError:
		return &exitError{exitUsage, wrongFlag(e)}
	case *pflag.InvalidSyntaxError:
		return wrongUsage("%q is no flag: \"%s --help\" lists them", shorten(e.GetSpecifiedFlag()), c.CommandPath())
	}
	return &exitError{exitUsage, err}
}

// valueName is the name of the value of a flag.
func valueName(f *pflag.Flag) string {
	if takes := f.Annotations[takesValue]; len(takes) > 0 {
		return takes[0]
	}
	what, _ := pflag.UnquoteUsage(f)
	return cmp.Or(valueNames[what], what, "VALUE")
}

// valueNames replace pflag's names of values that no usage names.
var valueNames = map[string]string{"string": "VALUE", "int": "NUMBER", "float": "NUMBER", "duration": "TIME", "strings": "VALUES"}

// rejectEmpty rejects an empty value of a flag: in a script it is most likely an unset variable.
func rejectEmpty(c *cobra.Command) (err error) {
	c.Flags().Visit(func(f *pflag.Flag) {
		if value := f.Value.String(); value == "" || f.Value.Type() == "stringSlice" && value == "[]" {
			err = cmp.Or(err, wrongUsage("--%s is empty: give it its %s, or leave it out", f.Name, valueName(f)))
		}
	})
	return err
}

// unknownFlag is the error of a flag that c does not have: a name, or one letter of several.
func unknownFlag(c *cobra.Command, name, letters string) error {
	typed, listed := "--"+shorten(name), fmt.Sprintf("\"%s --help\" lists them", c.CommandPath())
	if letters != "" {
		typed = "-" + strings.ToValidUTF8(firstLetter(name, letters), "?")
	}
	all := names(c)
	if near := cmp.Or(alias(typed, all), suggestion(name, all)); near != "" && (letters == "" || alias(typed, all) != "") {
		return wrongUsage("%s has no flag %s: is it --%s? %s", c.CommandPath(), typed, near, listed)
	}
	for _, other := range allCommands(c.Root()) {
		if letters == "" && other.Flags().Lookup(name) != nil && !other.Hidden {
			return wrongUsage("%s has no flag %s: \"%s\" has it", c.CommandPath(), typed, other.CommandPath())
		}
	}
	return wrongUsage("%s has no flag %s: %s", c.CommandPath(), typed, listed)
}

// firstLetter is the letter of letters that is no flag. pflag cuts letters of several bytes, so name may be a part of
// one.
func firstLetter(name, letters string) string {
	for _, r := range letters {
		if strings.HasPrefix(string(r), name[:1]) {
			return string(r)
		}
	}
	return name
}

func names(c *cobra.Command) (names []string) {
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, f.Name)
		}
	})
	return names
}

// aliases are names that other programs give to our flags.
var aliases = map[string][]string{
	"--port": {"listen", "addr"}, "-p": {"listen", "addr"}, "--host": {"listen", "addr"}, "--address": {"listen", "addr"}, "--addr": {"listen"}, "--bind": {"listen"}, "-P": {"listen", "addr"},
	"--name": {"nick"}, "--user": {"nick"}, "--username": {"nick"}, "-u": {"nick"}, "--channel": {"room"}, "-c": {"config", "room"},
	"--password": {"operator-password-file"}, "--password-file": {"operator-password-file"}, "--db": {"data"}, "--dir": {"data"}, "-d": {"data"}, "--database": {"data"},
	"--quiet": {"log-level", "plain"}, "-q": {"log-level", "plain"}, "--verbose": {"log-level"}, "--debug": {"log-level"}, "-v": {"log-level"},
	"--history": {"replay"}, "--clients": {"members"}, "--users": {"members"}, "--duration": {"time"}, "--count": {"lines"}, "-f": {"format", "config"}, "--output": {"format"},
	"--greeting": {"bare-greeting"}, "--raw": {"bare"},
}

func alias(typed string, names []string) string {
	for _, other := range aliases[typed] {
		if slices.Contains(names, other) {
			return other
		}
	}
	return ""
}

// oneDash rejects a long flag with one dash: -nick bob would be the nick "ick".
func oneDash(root *cobra.Command, args []string) error {
	c, rest, err := root.Find(args)
	if err != nil {
		return nil
	}
	for _, a := range rest {
		if a == "--" {
			return nil
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(a, "-"), "=")
		if len(name) > 1 && strings.HasPrefix(a, "-") && c.Flags().Lookup(name) != nil {
			return wrongUsage("a flag that is a word has two dashes: --%s", name)
		}
	}
	return nil
}

// checkOneOf rejects a value that is not in the list.
func checkOneOf(flag, value string, values ...string) error {
	if slices.Contains(values, value) {
		return nil
	}
	return &exitError{exitUsage, refuseValue("--"+flag, either(values), value)}
}

const maxNumber = 1e18 // of any number; infinity is more

// atLeast rejects a value that is too small, or no number.
func atLeast[N int | float64 | time.Duration](flag string, value, least N) error {
	if !(value >= least) || float64(value) > maxNumber { // NaN is neither
		return wrongUsage("--%s is %v at the least, not %v", flag, least, value)
	}
	return nil
}
