package main

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/protocol"
)

// thePages are for people, and what stands in them is true.
var thePages = []string{"README.md", "cmd/chinwag/README.zh.md", "cmd/chinwag/OPERATING.md"}

// toFile is a transcript to a file, whose name the screen takes out of the line.
var toFile = regexp.MustCompile(`^(/transcript [0-9]+) \S+$`)

// TestThePagesAreTrueAboutCommands: what stands in the words of a page as something to type is a command, with what it
// can have; and the port that a firewall is to let in is ours.
func TestThePagesAreTrueAboutCommands(t *testing.T) {
	t.Parallel()
	for _, file := range thePages {
		page, err := os.ReadFile(filepath.Join("..", "..", file))
		require.NoError(t, err)
		for _, m := range regexp.MustCompile(`TCP(?: port)? (\d+)`).FindAllStringSubmatch(string(page), -1) {
			assert.Equal(t, defaultPort, m[1], "%s: %s", file, m[0])
		}
		found := regexp.MustCompile("`(/[a-z]+( [^`]*)?)`").FindAllStringSubmatch(string(page), -1)
		assert.Greater(t, len(found), 5, file)
		for _, m := range found {
			_, err := protocol.ParseCommand(toFile.ReplaceAllString(m[1], "$1"))
			refusal, _ := errors.AsType[*protocol.Refusal](err)
			if m[2] == "" && err != nil {
				assert.Equal(t, "usage", refusal.Code, "%s: %s", file, m[1])
			} else {
				assert.NoError(t, err, "%s: %s", file, m[1])
			}
		}
	}
}

// TestThePagesAreTrueAboutFlags: what a page calls a flag is one, and where a table has its default, it is that.
func TestThePagesAreTrueAboutFlags(t *testing.T) {
	t.Parallel()
	serve, join := serveCommand(), joinCommand()
	for _, file := range thePages {
		page, err := os.ReadFile(filepath.Join("..", "..", file))
		require.NoError(t, err)
		for _, m := range regexp.MustCompile("`--([a-z-]+)").FindAllStringSubmatch(string(page), -1) {
			known := serve.Flags().Lookup(m[1]) != nil || join.Flags().Lookup(m[1]) != nil || m[1] == "help" || m[1] == "broker" || m[1] == "partial"
			assert.True(t, known, "%s: --%s", file, m[1])
		}
		for _, m := range regexp.MustCompile("`chinwag ([a-z -]*(?:help [a-z-]+|--help))`").FindAllStringSubmatch(string(page), -1) {
			code, out, said := ran(t, "", strings.Fields(m[1])...)
			require.Zero(t, code, "%s: %s", file, m[0])
			assert.NotContains(t, out+said, "Unknown help topic", "%s: %s", file, m[0])
		}
		for _, m := range regexp.MustCompile("(?m)^\\| `--([a-z-]+)` \\| (?:`([^`]*)`)? *\\|").FindAllStringSubmatch(string(page), -1) {
			f := serve.Flags().Lookup(m[1])
			if assert.NotNil(t, f, m[1]) {
				assert.Equal(t, strings.Trim(f.DefValue, "[]"), m[2], "%s: --%s", file, m[1])
			}
		}
	}
}
