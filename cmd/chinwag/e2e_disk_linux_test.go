package main

import "golang.org/x/sys/unix"

func mountSmall(folder string) error { return unix.Mount("chinwag", folder, "tmpfs", 0, "size=2m") }
func unmount(folder string) error    { return unix.Unmount(folder, 0) }
