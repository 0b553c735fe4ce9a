package fault

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEveryKindHasWords(t *testing.T) {
	used := map[Kind]bool{NoSuchHost: true, NoNames: true} // which no number means
	for errno, k := range kinds {
		used[k] = true
		assert.Equal(t, words[k], Words(fmt.Errorf("here: %w", os.NewSyscallError("call", errno))))
	}
	for k := Unknown + 1; int(k) < len(words); k++ {
		assert.NotEmpty(t, words[k], int(k))
		assert.False(t, slices.Contains(words[:k], words[k]), "%s: two kinds", words[k])
		assert.True(t, used[k] || k == NotFolder || k == Links, "%d: %s", k, words[k]) // not on every system
	}
}

// What a system really says is known.
func TestWhatTheSystemSaysIsKnown(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	_, taken := net.Listen("tcp", l.Addr().String())
	c, err := net.Dial("tcp", l.Addr().String())
	require.NoError(t, err)
	_, refused := net.Dial("tcp", c.LocalAddr().String()) // no other program can listen there meanwhile
	require.NoError(t, c.Close())
	require.NoError(t, l.Close())
	_, notHere := net.Listen("tcp", "192.0.2.1:0")
	_, missing := os.Open(filepath.Join(dir, "none"))
	_, folder := os.OpenFile(dir, os.O_WRONLY, 0)
	exists := os.Mkdir(file, 0o700)
	for want, err := range map[Kind]error{
		AddressTaken: taken, Refused: refused, NotHere: notHere, Missing: missing, Folder: folder, Exists: exists,
		NoSuchHost: &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", IsNotFound: true}},
		NoNames:    &net.DNSError{Err: "server misbehaving", IsTemporary: true},
		Silent:     os.ErrDeadlineExceeded,
	} {
		assert.Equal(t, want, KindOf(err), "%v", err)
		assert.Equal(t, want, KindOf(In(fmt.Errorf("so: %w", err))), "%v", err)
		assert.EqualError(t, In(err), words[want])
	}
}

func TestWhatIsNotKnownIsPlainAllTheSame(t *testing.T) {
	for want, err := range map[string]error{
		"the system refuses it, with its error number 4242": &os.PathError{Op: "open", Path: "x", Err: syscall.Errno(4242)},
		"the system refuses it":                             &os.PathError{Op: "seek", Path: "x", Err: os.ErrClosed},
		"it ends too early":                                 fmt.Errorf("reading: %w", io.ErrUnexpectedEOF),
		"there are too few chairs":                          errors.New("there are too few chairs"),
		"there is no such file or folder":                   In(os.ErrNotExist),
	} {
		assert.Equal(t, want, Words(err))
	}
}
