package main

import (
	"strings"
	"testing"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/assert"
)

// The shell is offered what there is, and files only where a file is wanted.
func TestTheShellCompletes(t *testing.T) {
	const files, noFiles = ":0", ":4"
	for typed, want := range map[string]string{
		"h":                        "help\tshow the help of a command\nhistory\t",
		"history ex":               "export\twrite all",
		"history export ":          "db\n:8", // files with that ending
		"history verify chat":      "db\n:8",
		"history export a.db ":     noFiles,
		"history export --format ": "json\ntext\n" + noFiles,
		"password ":                files,
		"password a ":              noFiles,
		"join ":                    noFiles,
		"join --nick ":             noFiles,
		"join --room ":             noFiles,
		"bench fl":                 "flood\t",
		"bench flood --dialect ":   "chinwag\njson\nirc\nline\n" + noFiles,
		"bench flood --dialect=i":  "chinwag\njson\nirc\nline\n" + noFiles, // the shell takes those that begin so
		"bench flood --journal ":   "sqlite\nmemory\n" + noFiles,
		"bench flood --members ":   noFiles,
		"bench compare --only ":    "flood\npaced\nidle\nstorm\nrooms\nmany-rooms\nwatched\ngrowth\nslow\n" + noFiles,
		"bench compare --without ": "chinwag sqlite\nchinwag memory\nbare writes\ninspircd\nngircd\nncat\n" + noFiles,
		"help history ":            "export\nimport\nvacuum\nverify\n" + noFiles,
		"help exit":                "exit-codes\n",
	} {
		args := strings.Split(typed, " ")
		code, out, _ := ran(t, "", append([]string{"__complete"}, args...)...)
		assert.Zero(t, code, typed)
		assert.Contains(t, out, want, typed)
	}
}

// Every flag of these commands that has a value says what it may be, or that it is no file.
func TestNoFlagIsCompletedByAccident(t *testing.T) {
	for _, c := range allCommands(rootCommand()) {
		if !strings.HasPrefix(c.CommandPath(), "chinwag join") && !strings.HasPrefix(c.CommandPath(), "chinwag history") && !strings.HasPrefix(c.CommandPath(), "chinwag bench") {
			continue
		}
		c.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
			_, ok := c.GetFlagCompletionFunc(f.Name)
			assert.True(t, ok || f.NoOptDefVal != "", "%s --%s", c.CommandPath(), f.Name)
		})
	}
}
