package sqlite

import (
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/hub/journal"
	"chinwag/hub/journal/journaltest"
)

// Vacuum leaves nothing of what was forgotten, however large the file is.
func TestVacuumRemovesRedactedWords(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	s := still(t, path, Options{Sync: Off})
	bob := uuid.New()
	for i := range 50 {
		journaltest.Commit(t, s, journaltest.SaidBy(bob, "#a", fmt.Sprintf("xyzzy%d", i)), journaltest.Said("#a", "innocent"))
	}
	_, err := s.index()
	require.NoError(t, err)
	_, err = s.Redact(bob, []journal.Stream{"#a"}, math.MaxInt64)
	require.NoError(t, err)
	require.NoError(t, s.Close())
	require.NoError(t, Vacuum(path))
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.NotContains(t, string(b), "xyzzy")
	assert.False(t, opened(t, path, Options{}).marked.Load(), "there is nothing left to scrub")
	r, err := Verify(path)
	require.NoError(t, err)
	assert.Empty(t, r.Problems)
}
