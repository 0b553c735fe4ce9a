//go:build unix

package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// A file without an end is no zone, and nobody waits for it.
func TestAZoneInNoFile(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, unix.Mkfifo(pipe, 0o600))
	for _, name := range []string{pipe, "/dev/zero", "/dev"} {
		_, ok := zoneNamed(name)
		assert.False(t, ok, name)
	}
}

func TestALongZoneIsToldInPart(t *testing.T) {
	t.Parallel()
	cmd := exec.Command(program(t), "help")
	cmd.Env = append(cmd.Environ(), "TZ="+strings.Repeat("x", 10_000))
	said, err := cmd.CombinedOutput()
	require.NoError(t, err)
	assert.Contains(t, string(said), "xxx…")
	assert.NotContains(t, string(said), strings.Repeat("x", 100))
}
