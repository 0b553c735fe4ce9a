//go:build unix

package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A client that floods the journal is refused, and so is another one of the same address; the operator at the console
// talks on.
func TestOneAddressSaysSoMuchInADay(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	h := openPiped(t, "--journal", "sqlite", "--data", folder, "--rate", "0", "--per-address-bytes", "100K")
	ann, eve := h.enter("ann"), h.enter("eve")
	words := strings.Repeat("x", 3000)
	for range 50 {
		eve.types(words)
	}
	eve.expect("-- your address has said nine tenths of what this server keeps...")
	eve.expect("-- your address has said as much as this server keeps...")
	ann.types("and I?", "/history 1")
	ann.expect("-- your address has said as much as this server keeps...", "-- end of history...")
	h.console.types("good evening")
	ann.expect("<operator> good evening")
	eve.types("/quit")
	ann.expect("-- eve left")
	assert.Equal(t, 1, strings.Count(h.log.all(), "what is said from 127.0.0.1 is refused"), "%s", h.log.all())
	assert.LessOrEqual(t, strings.Count(ann.all(), words), 100<<10/3000/3)
	at, err := os.Stat(filepath.Join(folder, journalFile+"-wal"))
	require.NoError(t, err)
	assert.Less(t, at.Size(), int64(2*megabyte))
}

func TestANearlyFullDiskIsToldAtTheStart(t *testing.T) {
	t.Parallel()
	folder := smallDisk(t)
	require.NoError(t, os.WriteFile(filepath.Join(folder, "ballast"), make([]byte, 1850<<10), 0o600))
	h := open(t, "--journal", "sqlite", "--data", folder)
	require.Eventually(t, func() bool { return strings.Contains(h.log.all(), "the disk of the journal is nine tenths full: ") }, patience, 10*time.Millisecond)
}
