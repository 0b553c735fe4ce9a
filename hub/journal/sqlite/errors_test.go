package sqlite

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What the system or SQLite says of a file is not told in their words.
func TestWhatIsWrongWithAFileIsToldPlainly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	garbage := filepath.Join(dir, "garbage")
	require.NoError(t, os.WriteFile(garbage, append([]byte("SQLite format 3\x00\x10\x00\x01\x01\x00\x40\x20\x20"), bytes.Repeat([]byte("x"), 8000)...), 0o600))
	for _, err := range []error{
		func() error { _, err := Open(garbage, Options{}); return err }(),
		func() error { _, err := Verify(garbage); return err }(),
		Vacuum(garbage),
		Export(dir, &bytes.Buffer{}, JSON),
		func() error { _, err := Open(dir, Options{}); return err }(),
		func() error { _, err := Open(dir+"/", Options{}); return err }(),
	} {
		require.Error(t, err)
		for _, word := range []string{"database disk image", "file is not", "SQL", "malformed", "directory", "(11)", "(26)"} {
			assert.NotContains(t, err.Error(), word)
		}
		assert.Contains(t, err.Error(), "please")
	}
	assert.NoFileExists(t, filepath.Join(dir, ".lock"))
}
