//go:build unix

package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The end-to-end tests start the real program and meet it as people do: with
// nc, telnet, terminals, pipes and signals.
//
//	house ── the server's process; its log; its console, if the test opened one
//	  └── person ── a screen, on which something is expected, and hands that type
//
// Nothing here sleeps. Whoever waits, waits for a line on a screen or for the
// end of a process, and no longer than the whole test may take.

// patience is how long a whole test may take, on a machine that does other things too.
const patience = 30 * time.Second

// onDisk names the folder of a server whose disk is to fall ill, where the tests are its
// program: see ailingDisk.
const onDisk = "CHINWAG_TEST_DISK"

var scratch string // of all tests; gone at the end

func TestMain(m *testing.M) {
	if slices.Contains(os.Args, guardName) {
		main() // what is tested started itself anew: that must not start all the tests anew
		return
	}
	if dir := os.Getenv(onDisk); dir != "" {
		ailingDisk(dir)
		main()
		return
	}
	dir, err := os.MkdirTemp("", "chinwag-e2e-")
	if err != nil {
		panic(err)
	}
	scratch = dir
	// The tests of the record name a file; all others keep nothing.
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
	build := exec.Command("go", "build", "-buildvcs=false", "-ldflags", "-X main.version=v9-test", "-o", path, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

func program(t *testing.T) string {
	path, err := binary()
	require.NoError(t, err)
	return path
}

// tool is the path of a program that people use, or the test is left out: aloud,
// and not where it must be there.
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
