package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The time that a file takes grows with the square of its lines: one with very many is not read.
func TestAFileOfManyLinesIsNotRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "many.toml")
	var b strings.Builder
	for i := range maxTOMLLines {
		fmt.Fprintf(&b, "k%d=1\n", i)
	}
	require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o600))
	_, err := readTOML(path, "the file")
	require.NoError(t, err)
	b.WriteString("k=1\n")
	require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o600))
	_, err = readTOML(path, "the file")
	assert.EqualError(t, err, "the file "+path+" has more than 10000 lines: is it another file?")
}
