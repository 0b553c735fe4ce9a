//go:build unix

package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The end-to-end tests start the real program and meet it as people do: with nc, telnet, terminals, pipes and signals.
//
//	server ── its process; its log; its console, if the test opened one
//	  └── person ── a screen, on which something is expected, and hands that type
//
// Nothing here sleeps: a test waits for a line on a screen or for the end of a process, and no longer than the whole
// test may take.

// patience is how long a whole test may take, on a machine that does other things too.
const patience = time.Minute

const (
	root        = "../../.." // of the repository
	journalFile = "chinwag.db"
)

// The exit codes, as chinwag help exit-codes has them.
const (
	exitFailed = 1
	exitUsage  = 2
	exitNobody = 3
)

var scratch string // of all tests; gone at the end

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "chinwag-e2e-")
	if err != nil {
		panic(err)
	}
	scratch = dir
	// The tests of the journal name a file; all others keep nothing.
	if err := os.Setenv("CHINWAG_JOURNAL", "memory"); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// binary is the program, built once as it is released.
var binary = sync.OnceValues(func() (string, error) {
	path := filepath.Join(scratch, "bin", "chinwag")
	return path, goes([]string{"CGO_ENABLED=0"}, "build", "-buildvcs=false", "-ldflags", "-X main.version=v9-test", "-o", path, "..")
})

func program(t *testing.T) string {
	path, err := binary()
	require.NoError(t, err)
	return path
}

// onDisk names the folder of a server with a faulty disk: see faultyDisk, in the tests of package main.
const onDisk = "CHINWAG_TEST_DISK"

// faultyBinary is the program with a faulty disk: the tests of package main, built as these tests are, so with the race
// detector if they have it.
var faultyBinary = sync.OnceValues(func() (string, error) {
	path := filepath.Join(scratch, "bin", "chinwag-faulty")
	args := []string{"test", "-c", "-o", path}
	var env []string
	if built, ok := debug.ReadBuildInfo(); ok {
		for _, s := range built.Settings {
			switch s.Key {
			case "-race", "-gcflags":
				args = append(args, s.Key+"="+s.Value)
			case "CGO_ENABLED":
				env = append(env, s.Key+"="+s.Value)
			}
		}
	}
	return path, goes(env, append(args, "..")...)
})

func faulty(t *testing.T) string {
	path, err := faultyBinary()
	require.NoError(t, err)
	return path
}

// goes runs a command of Go.
func goes(env []string, args ...string) error {
	cmd := exec.Command("go", args...)
	cmd.Env = append(os.Environ(), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

// tool is the path of a program that people use, or the test is left out: aloud, and not where it must be there.
func tool(t *testing.T, name, asked, words string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if names, set := os.LookupEnv("CHINWAG_TEST_TOOLS"); err == nil && set && !slices.Contains(strings.Fields(names), name) {
		err = errors.New("it is not in CHINWAG_TEST_TOOLS")
	}
	if err == nil {
		if says, _ := exec.Command(path, asked).CombinedOutput(); !bytes.Contains(says, []byte(words)) {
			err = fmt.Errorf("%s is not the one by %s", path, words)
		}
	}
	switch {
	case err == nil:
		return path
	case os.Getenv("CHINWAG_REQUIRE_TOOLS") != "":
		t.Fatalf("%s is wanted: %v", name, err)
	default:
		t.Skipf("without %s: %v", name, err)
	}
	panic("unreachable")
}
