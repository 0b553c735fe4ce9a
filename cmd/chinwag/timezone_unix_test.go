//go:build unix

package main

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// A file without an end is no zone, and loadZone does not wait for it.
func TestAZoneInNoFile(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, unix.Mkfifo(pipe, 0o600))
	for _, name := range []string{pipe, "/dev/zero", "/dev"} {
		_, ok := loadZone(name)
		assert.False(t, ok, name)
	}
}
