//go:build unix

package main

import (
	"os"
	"slices"
	"testing"

	"chinwag/conn/tui/guard"
)

// onDisk names the folder of a server with a faulty disk: the end-to-end tests run this test binary as its program.
const onDisk = "CHINWAG_TEST_DISK"

func TestMain(m *testing.M) {
	if slices.Contains(os.Args, guard.Command) {
		main() // what is tested started itself anew: that must not start all the tests anew
		return
	}
	if dir := os.Getenv(onDisk); dir != "" {
		faultyDisk(dir)
		main()
		return
	}
	m.Run()
}
