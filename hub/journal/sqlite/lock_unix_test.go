//go:build unix

package sqlite

import (
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// A process that is being started holds all files of this one for a moment: the journal is given back all the same.
func TestAJournalIsGivenBackAtOnce(t *testing.T) {
	path := newPath(t)
	s := opened(t, path, Options{})
	held, err := unix.Dup(int(s.lock.Fd()))
	require.NoError(t, err)
	defer func() { require.NoError(t, unix.Close(held)) }()
	require.NoError(t, s.Close())
	opened(t, path, Options{})
}
