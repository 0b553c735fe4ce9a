//go:build unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var aSetting = regexp.MustCompile("(?m)^\\| `--([a-z-]+)[^|]*` \\| `([A-Z_]+)=([^`]*)` \\| (?:`([^`]*)`|none) \\| ([^|]*) \\|$")

// Each row of SETTINGS.md works as it stands there: its flag, its variable and its key give the same value, and without
// them it is the default that it names.
func TestEveryRowOfTheSettingsPage(t *testing.T) {
	alone(t)
	home := t.TempDir()
	chat := filepath.Join(home, "chat")
	require.NoError(t, os.Mkdir(chat, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(chat, "replies.toml"), []byte("hours = \"from 9 to 5\"\n"), 0o600))
	require.NoError(t, savePassword(filepath.Join(chat, "password"), "open-sesame-芝麻开门"))
	t.Setenv("HOME", home)
	page, err := os.ReadFile("SETTINGS.md")
	require.NoError(t, err)
	flags := serveCommand().Flags()
	rows := aSetting.FindAllStringSubmatch(string(page), -1)
	var listed []string
	for _, row := range rows {
		name, variable, value, key, without := row[1], row[2], row[3], row[4], row[5]
		listed = append(listed, name)
		f := flags.Lookup(name)
		if !assert.NotNil(t, f, "--%s is no flag", name) {
			continue
		}
		if in := strings.Trim(without, "`"); in != without {
			assert.Equal(t, strings.Trim(f.DefValue, "[]"), in, name)
		} else {
			assert.Empty(t, strings.Trim(f.DefValue, "[]"), name)
		}
		if name == "config" { // TestEverySettingByEffect
			continue
		}
		t.Run(name, func(t *testing.T) {
			valueOf := func(args ...string) string {
				_, f, err := loaded(t, args...)
				require.NoError(t, err)
				return fmt.Sprint(f.Lookup(name).Value)
			}
			byFlag := valueOf("--" + name + "=" + strings.Replace(value, "~", home, 1)) // as a shell has it
			assert.NotEqual(t, f.DefValue, byFlag, "the example shows nothing")
			file := filepath.Join(t.TempDir(), "config.toml")
			require.NoError(t, os.WriteFile(file, []byte(key+"\n"), 0o600))
			assert.Equal(t, byFlag, valueOf("--config", file))
			t.Setenv(variable, value)
			assert.Equal(t, byFlag, valueOf())
		})
	}
	var all []string
	flags.VisitAll(func(f *pflag.Flag) { all = append(all, f.Name) })
	assert.ElementsMatch(t, all, listed)
}
