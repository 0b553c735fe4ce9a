package e2e

import (
	"bytes"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What the shell needs is whole, or the command fails, in our words.
func TestACompletionThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	require.NoError(t, err)
	defer full.Close()
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		var said bytes.Buffer
		cmd := exec.Command(program(t), "completion", shell)
		cmd.Stdout, cmd.Stderr = full, &said
		assert.Error(t, cmd.Run())
		assert.Equal(t, exitFailed, cmd.ProcessState.ExitCode(), shell)
		assert.Equal(t, "chinwag: what your shell needs is not whole, for the disk that it goes to is full: please make room there, and begin again\n", said.String())
	}
}
