//go:build linux || darwin || freebsd || dragonfly

package main

import "golang.org/x/sys/unix"

// spaceOf returns the free bytes of the disk of a file, and what would be free on an empty one. Blocks for the
// administrator alone do not count, as in df.
func spaceOf(path string) (free, all uint64, err error) {
	var s unix.Statfs_t
	if err := unix.Statfs(path, &s); err != nil {
		return 0, 0, err
	}
	block := uint64(s.Bsize)
	free = uint64(max(0, s.Bavail)) // freebsd: below 0 when only the administrator has room
	return free * block, (uint64(s.Blocks) - uint64(s.Bfree) + free) * block, nil
}
