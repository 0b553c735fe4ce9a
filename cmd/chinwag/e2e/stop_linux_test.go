package e2e

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// A signal right after the log says that the server listens ends it in good order, too. The log is a pipe that is full
// after a few of many addresses, so the signal comes while the server writes of the others.
func TestASignalAtTheFirstWordThatItListens(t *testing.T) {
	t.Parallel()
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer r.Close()
	_, err = unix.FcntlInt(w.Fd(), unix.F_SETPIPE_SZ, 4096)
	require.NoError(t, err)
	cmd := exec.Command(program(t), "serve", "--listen", strings.TrimSuffix(strings.Repeat("127.0.0.1:0,", 100), ","))
	cmd.Stderr = w
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	require.NoError(t, w.Close())

	log := bufio.NewReaderSize(r, 16)
	for said := ""; !strings.Contains(said, "listening"); {
		said, err = log.ReadString('\n')
		require.NoError(t, err)
	}
	require.NoError(t, cmd.Process.Signal(terminate))
	rest, err := io.ReadAll(log)
	require.NoError(t, err)
	require.NoError(t, cmd.Wait())
	assert.Contains(t, string(rest), "stopped")
}
