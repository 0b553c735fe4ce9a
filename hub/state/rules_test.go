package state

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/protocol"
)

// Nodes that decide one order must decide by the same rules, and a log may hold intents that were decided by those of
// before. So where the same intents make another state, or the tables by which names are compared have another version,
// rules has to be raised. If this test is red, and only the dice of the worlds are others, -update is enough.
func TestRulesAreRaisedWithWhatTheyMake(t *testing.T) {
	mod, err := os.ReadFile(filepath.Join("..", "..", "go.mod"))
	require.NoError(t, err)
	got := fmt.Sprintf("rules %d\n", rules)
	for _, module := range []string{"golang.org/x/text", "go.mau.fi/util", "github.com/rivo/uniseg"} {
		line := regexp.MustCompile(`(?m)^\s+` + regexp.QuoteMeta(module) + ` \S+`).Find(mod)
		require.NotNil(t, line, module)
		got += string(line[1:]) + "\n"
	}
	for seed := range uint64(3) {
		got += fmt.Sprintf("world %d: %x\n", seed+1, madeOf(t, seed+1))
	}
	path := filepath.Join("testdata", "rules", "rules.txt")
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o666))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), got)
}

// madeOf is a hash of the entries and of the state that a random world ends with.
func madeOf(t *testing.T, seed uint64) []byte {
	w := playAgain(t, playRandom(t, seed))
	h := sha256.New()
	for _, e := range w.store.entries {
		fmt.Fprintf(h, "%d %s %s ", e.Seq, e.Stream, e.Author)
		h.Write(protocol.AppendEventJSON(nil, e.What))
	}
	sum := w.m.Checksum()
	h.Write(sum[:])
	return h.Sum(nil)
}
