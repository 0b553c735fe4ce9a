//go:build unix

package e2e

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const operating = "cmd/chinwag/OPERATING.md"

// runStopped runs commands beside a journal whose server has ended, with a backup of before that, and starts the server
// again: what was said is there.
func runStopped(t *testing.T, b block) {
	t.Parallel()
	folder := t.TempDir()
	h := openOn(t, folder)
	h.enter("ann").types("before the backup", "/quit")
	h.stranger().expect("...<ann> before the backup")
	out, err := inFolder(t, folder, "chinwag history export chinwag.db > backup.jsonl").CombinedOutput()
	require.NoError(t, err, string(out))
	h.process.signal(terminate)
	assert.Zero(t, h.process.exits())
	for _, line := range b.commands() {
		out, err := inFolder(t, folder, line).CombinedOutput()
		assert.NoError(t, err, "%s\n%s", line, out)
	}
	openOn(t, folder).stranger().expect("...<ann> before the backup")
}

// TestALiveFileIsNoBackup: OPERATING.md says so, and that an export and all files of a server that has ended are.
func TestALiveFileIsNoBackup(t *testing.T) {
	t.Parallel()
	folder, copied := t.TempDir(), t.TempDir()
	h := openOn(t, folder)
	ann := h.enter("ann")
	ann.types("/echo on", "the last words")
	ann.expect("<ann> the last words")
	path := filepath.Join(folder, journalFile)
	of := func(path string) string {
		out, _ := exec.Command(program(t), "history", "export", "--format", "text", path).CombinedOutput()
		return string(out)
	}
	copies(t, []string{path}, copied)
	assert.NotContains(t, of(filepath.Join(copied, journalFile)), "the last words")
	assert.Contains(t, of(path), "<ann> the last words")

	h.process.signal(terminate)
	assert.Zero(t, h.process.exits())
	files, err := filepath.Glob(path + "*")
	require.NoError(t, err)
	copied = t.TempDir()
	copies(t, files, copied)
	assert.Contains(t, of(filepath.Join(copied, journalFile)), "<ann> the last words")
}

func copies(t *testing.T, files []string, folder string) {
	t.Helper()
	for _, file := range files {
		b, err := os.ReadFile(file)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(folder, filepath.Base(file)), b, 0o600))
	}
}

// TestAClassBehindOneAddress: thirty come, their network breaks, and all come back; so do two hundred. The flags are
// those of OPERATING.md, and as it says, they are needed.
func TestAClassBehindOneAddress(t *testing.T) {
	t.Parallel()
	var lines []string
	for _, b := range blocksOf(t, operating) {
		if strings.Contains(b.section, "Many people") {
			lines = append(lines, b.commands()...)
		}
	}
	require.Len(t, lines, 3)
	flags := func(line string) []string { return strings.Fields(line)[2:] }
	assert.Positive(t, refusedOnReturn(t, 30))
	assert.Zero(t, refusedOnReturn(t, 30, flags(lines[0])...))
	assert.Zero(t, refusedOnReturn(t, 200, flags(lines[1])...))
}

// refusedOnReturn is how many of a class are refused when all of it comes a second time at once.
func refusedOnReturn(t *testing.T, n int, flags ...string) (refused int) {
	t.Helper()
	h := open(t, flags...)
	for round := range 2 {
		class := make([]*person, n)
		for i := range class {
			class[i] = h.stranger()
		}
		for _, p := range class {
			if line := p.expect("-- ..."); strings.HasPrefix(line, "-- goodbye") {
				refused++
			}
		}
		if round == 0 {
			require.Zero(t, refused)
			for _, p := range class {
				require.NoError(t, p.conn.SetLinger(0))
				require.NoError(t, p.conn.Close())
			}
		}
	}
	return refused
}

// TestTheQuotedMessages: what OPERATING.md quotes in the first column of a table stands in the program.
func TestTheQuotedMessages(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join(root, operating))
	require.NoError(t, err)
	var source strings.Builder
	for _, folder := range []string{"cmd", "conn", "hub", "protocol"} {
		require.NoError(t, filepath.WalkDir(filepath.Join(root, folder), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			b, err := os.ReadFile(path)
			source.Write(b)
			return err
		}))
	}
	for _, heading := range []string{"## The log", "## Troubleshooting"} {
		_, section, found := strings.Cut(string(page), heading+"\n")
		require.True(t, found, heading)
		section, _, _ = strings.Cut(section, "\n## ")
		n := 0
		for _, row := range regexp.MustCompile(`(?m)^\| (.*?) \|`).FindAllStringSubmatch(section, -1) {
			for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(row[1], -1) {
				if strings.Contains(m[1], " ") || heading == "## The log" {
					assert.Contains(t, source.String(), m[1], "the program does not say that any more")
					n++
				}
			}
		}
		assert.Greater(t, n, 5, heading)
	}
}
