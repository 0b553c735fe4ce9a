//go:build unix

package main

import (
	"os"
	"slices"
	"testing"
)

// onDisk names the folder of a server whose disk is to fall ill, where the tests are its
// program: see ailingDisk.
const onDisk = "CHINWAG_TEST_DISK"

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
	m.Run()
}
