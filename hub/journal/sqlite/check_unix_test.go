//go:build unix

package sqlite

import (
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// A pipe is rejected, without a wait for something to read.
func TestAPipeIsNoJournal(t *testing.T) {
	path := newPath(t)
	require.NoError(t, unix.Mkfifo(path, 0o600))
	_, opened := Open(path, Options{})
	_, verified := Verify(path)
	for what, err := range map[string]error{
		"open": opened, "verify": verified, "export": Export(path, io.Discard, JSON), "vacuum": Vacuum(path), "import": imported(path, strings.NewReader("x")),
	} {
		assert.ErrorContains(t, err, "is not a chinwag journal", what)
	}
}
