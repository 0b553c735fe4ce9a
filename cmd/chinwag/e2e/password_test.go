//go:build unix

package e2e

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The old file stays until the answer is yes, and the new one is written whole or not at all.
func TestThePasswordCommandOverwritesNothingUnasked(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "notes")
	link := filepath.Join(dir, "link")
	require.NoError(t, os.WriteFile(path, []byte("my notes"), 0o644))
	require.NoError(t, os.Symlink(path, link))
	for _, name := range []string{path, link} {
		cmd := exec.Command(program(t), "password", name)
		cmd.Stdin = strings.NewReader(sesame + "\n")
		said, _ := cmd.CombinedOutput()
		assert.Equal(t, exitFailed, cmd.ProcessState.ExitCode())
		assert.Equal(t, "chinwag: "+path+" is there already, and stays as it is: name another file, or add --force\n", string(said))
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for answer, agrees := range map[string]bool{"\n": false, "n\n": false, "y\n": true} {
		require.NoError(t, os.WriteFile(path, []byte("my notes"), 0o644))
		p := atTerminal(t, ctx, exec.Command(program(t), "password", link))
		p.shows(path + " is there already. Put a new password in its place? [y/N] ")
		p.sends(answer)
		if !agrees {
			assert.Equal(t, exitFailed, p.process.exits())
			p.shows("chinwag: " + path + " stays as it is")
			b, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Equal(t, "my notes", string(b))
			continue
		}
		p.shows("at least 8 bytes")
		p.shows("password: ")
		p.sends(sesame + "\r")
		p.shows("once more: ")
		p.sends(sesame + "\r")
		assert.Zero(t, p.process.exits())
		assert.True(t, isPassword(t, path, sesame))
	}
	at, err := os.Lstat(link)
	require.NoError(t, err)
	assert.NotZero(t, at.Mode()&os.ModeSymlink, "a link stays one")
	assert.ElementsMatch(t, []string{"notes", "link"}, namesIn(t, dir))
}

// chinwag password checks the path before it asks, and the length before it asks once more.
func TestThePasswordCommandLooksFirst(t *testing.T) {
	t.Parallel()
	chinwag := program(t) // builds it, perhaps, for which the patience is not
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	dir := t.TempDir()
	for path, want := range map[string]string{
		dir:                              dir + " is a folder: please name a file in it",
		filepath.Join(dir, "none", "pw"): filepath.Join(dir, "none", "pw") + " cannot be made, for there is no folder " + filepath.Join(dir, "none") + ": please make that first, or choose another",
		os.DevNull:                       os.DevNull + " is no file that could be kept: please name another",
	} {
		p := atTerminal(t, ctx, exec.Command(chinwag, "password", path))
		assert.Equal(t, exitFailed, p.process.exits())
		assert.Equal(t, "chinwag: "+want, strings.TrimSpace(p.ends()))
	}
	p := atTerminal(t, ctx, exec.Command(chinwag, "password", filepath.Join(dir, "pw")))
	p.shows("password: ")
	p.sends("short\r")
	assert.Equal(t, exitFailed, p.process.exits())
	assert.Contains(t, p.ends(), "too short")
	assert.NotContains(t, p.all(), "once more")
	assert.Empty(t, namesIn(t, dir))
}

// The command tells where a password that was typed twice is, and what it is good for; a script is told nothing.
func TestThePasswordCommandSaysWhatItMade(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	path := filepath.Join(t.TempDir(), "operators")
	p := atTerminal(t, ctx, exec.Command(program(t), "password", path))
	p.shows("password: ")
	p.sends(sesame + "\r")
	p.shows("once more: ")
	p.sends(sesame + "\r")
	assert.Zero(t, p.process.exits())
	p.shows("The password is set: chinwag serve --operator-password-file " + path)

	cmd := exec.Command(program(t), "password", "--force", path)
	cmd.Stdin = strings.NewReader(sesame + "\n")
	said, err := cmd.CombinedOutput()
	require.NoError(t, err)
	assert.Empty(t, string(said))
}
