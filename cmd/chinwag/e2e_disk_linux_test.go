package main

import (
	"fmt"
	"os"
	"os/signal"

	"golang.org/x/sys/unix"

	"chinwag/hub/journal/sqlite/disktest"
)

func mountSmall(folder string) error { return unix.Mount("chinwag", folder, "tmpfs", 0, "size=2m") }
func unmount(folder string) error    { return unix.Unmount(folder, 0) }

// ailingDisk is for the process of a server: the disk does not answer from SIGUSR1 on,
// and answers again from SIGUSR2 on.
func ailingDisk(folder string) {
	d := disktest.New(folder)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, unix.SIGUSR1, unix.SIGUSR2)
	go func() {
		var well chan struct{}
		for s := range signals {
			switch {
			case s == unix.SIGUSR1 && well == nil:
				gate := make(chan struct{})
				well = gate
				d.Fail(func(string, string) int32 { <-gate; return 0 })
				fmt.Fprintln(os.Stderr, "the disk hangs")
			case s == unix.SIGUSR2 && well != nil:
				d.Fail(nil)
				close(well)
				well = nil
			}
		}
	}()
}
