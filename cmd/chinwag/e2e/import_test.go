//go:build unix

package e2e

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// anExport is an export of so many long lines, which was never on a disk.
func anExport(lines int) string {
	var b strings.Builder
	fmt.Fprintf(&b, `{"chinwag":"history","version":3,"epoch":"01000000-0000-0000-0000-000000000000"}`+"\n"+`{"stream":"#a","count":%d,"last":%[1]d}`+"\n", lines)
	for i := range lines {
		fmt.Fprintf(&b, `{"seq":%d,"nth":%[1]d,"stream":"#a","author":"02000000-0000-0000-0000-000000000000","event":{"type":"said","from":"bob","text":"%s"}}`+"\n",
			i+1, strings.Repeat("x", 4000))
	}
	fmt.Fprintf(&b, `{"end":"history","streams":1,"entries":%d,"last":%[1]d}`+"\n", lines)
	return b.String()
}

// importInto runs chinwag history import.
func importInto(t *testing.T, path string, in io.Reader, flags ...string) (says string, code int) {
	cmd := exec.Command(program(t), append([]string{"history", "import", path}, flags...)...)
	cmd.Stdin = in
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	_ = cmd.Run()
	return out.String(), cmd.ProcessState.ExitCode()
}

func namesIn(t *testing.T, folder string) (names []string) {
	files, err := os.ReadDir(folder)
	require.NoError(t, err)
	for _, f := range files {
		names = append(names, f.Name())
	}
	return names
}

// An import that does not come to its end leaves no file behind, whatever ends it.
func TestAFailedImportLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	t.Run("a part is missing", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "chinwag.db")
		export := anExport(100)
		export = export[:strings.LastIndex(export[:len(export)/2], "\n")+1]
		says, code := importInto(t, path, strings.NewReader(export))
		assert.Equal(t, 1, code)
		assert.Equal(t, "chinwag: the export is cut off after line 51: 51 of its 100 entries are missing; nothing is imported: please export once more, or take what is there with --partial\n", says)
		assert.Empty(t, namesIn(t, filepath.Dir(path)))
		says, code = importInto(t, path, strings.NewReader(export), "--partial")
		assert.Zero(t, code)
		assert.Equal(t, "49 entries are imported; 51 others are missing in this export\n", says)
		verdict, err := exec.Command(program(t), "history", "verify", path).CombinedOutput()
		require.NoError(t, err)
		assert.Contains(t, string(verdict), "all is well")
	})
	t.Run("the disk is full", func(t *testing.T) {
		folder := smallDisk(t)
		says, code := importInto(t, filepath.Join(folder, "chinwag.db"), strings.NewReader(anExport(10_000)))
		assert.Equal(t, 1, code)
		assert.Equal(t, fmt.Sprintf("chinwag: the disk of %s is full: please make room there\n", filepath.Join(folder, "chinwag.db")), says)
		assert.Empty(t, namesIn(t, folder))
		fill(t, filepath.Join(folder, "ballast"))
		_, code = importInto(t, filepath.Join(folder, "chinwag.db"), strings.NewReader(anExport(10)))
		assert.Equal(t, 1, code)
		assert.Equal(t, []string{"ballast"}, namesIn(t, folder))
	})
	t.Run("somebody interrupts it", func(t *testing.T) {
		folder := t.TempDir()
		cmd := exec.Command(program(t), "history", "import", filepath.Join(folder, "chinwag.db"))
		in, err := cmd.StdinPipe()
		require.NoError(t, err)
		var says bytes.Buffer
		cmd.Stderr = &says
		require.NoError(t, cmd.Start())
		export := anExport(1000)
		_, err = io.WriteString(in, export[:len(export)/2]) // as much as no pipe holds, so it is under way
		require.NoError(t, err)
		assert.Contains(t, namesIn(t, folder), "chinwag.db")
		require.NoError(t, cmd.Process.Signal(os.Interrupt))
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		select {
		case <-ended:
		case <-time.After(patience):
			_ = cmd.Process.Kill()
			t.Fatal("it goes on")
		}
		assert.Equal(t, 1, cmd.ProcessState.ExitCode())
		assert.Equal(t, "chinwag: interrupted: nothing is imported\n", says.String())
		assert.Empty(t, namesIn(t, folder))
	})
}
