//go:build unix

package e2e

import (
	"context"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A signal that ends chinwag password while it asks leaves the terminal with its echo.
func TestThePasswordCommandLeavesTheTerminalAsItWas(t *testing.T) {
	t.Parallel()
	for _, s := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP} {
		t.Log(s)
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		dir := t.TempDir()
		p := atTerminal(t, ctx, exec.Command("sh", "-c", `trap : TERM INT HUP; "$0" password "$1"; echo "ended with $?"; stty -a`, program(t), filepath.Join(dir, "pw")))
		p.shows("password: ")
		require.NoError(t, syscall.Kill(-p.process.cmd.Process.Pid, s))
		p.shows("chinwag: no password, then")
		p.shows("ended with 1")
		assert.Regexp(t, `[^-]\becho\b`, p.ends(), s)
		assert.Regexp(t, `[^-]\bicanon\b`, p.all(), s)
		assert.Empty(t, namesIn(t, dir))
	}
}
