package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A path that is not absolute counts for nothing in XDG_CONFIG_HOME, as its specification has it: the file of settings
// is where it is without that variable.
func TestTheUsualFileWhereXDGIsWrong(t *testing.T) {
	alone(t)
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", "here")
	path := filepath.Join(home, ".config", "chinwag", "config.toml")
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(t, os.WriteFile(path, []byte("burst = 20\n"), 0o600))
	s, _, err := loaded(t)
	require.NoError(t, err)
	assert.Equal(t, 20, s.Burst)
	assert.Equal(t, path, s.configRead)
}

func TestALineWithWhatCannotBeSeen(t *testing.T) {
	alone(t)
	for _, text := range []string{"listen = \"\x1b[31m:4000\"\r\n", "listen\t=\t\":40\x0000\"\n"} {
		path := filepath.Join(t.TempDir(), "config.toml")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		_, _, err := loaded(t, "--config", path)
		assert.EqualError(t, err, path+", line 1: there is something in it that cannot be seen: type the line anew")
	}
}
