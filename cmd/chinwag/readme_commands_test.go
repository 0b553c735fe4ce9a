//go:build unix

package main

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/protocol"
)

// TestThePagesAreTrueAboutCommands: what stands in the words of a page as something to type is a command, with what
// it can have; and the port that a firewall is to let in is ours.
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
			line, err := new(face).saveAs(m[1]) // which the screen takes out of the line
			require.NoError(t, err, m[1])
			_, err = protocol.ParseCommand(line)
			refusal, _ := errors.AsType[*protocol.Refusal](err)
			if m[2] == "" && err != nil {
				assert.Equal(t, "usage", refusal.Code, "%s: %s", file, m[1])
			} else {
				assert.NoError(t, err, "%s: %s", file, m[1])
			}
		}
	}
}
