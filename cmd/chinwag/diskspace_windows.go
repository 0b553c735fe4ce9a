package main

import (
	"path/filepath"

	"golang.org/x/sys/windows"
)

// spaceOf returns the free bytes of the disk of a file, and what would be free on an empty one.
func spaceOf(path string) (free, all uint64, err error) {
	folder, err := windows.UTF16PtrFromString(filepath.Dir(path))
	if err != nil {
		return 0, 0, err
	}
	err = windows.GetDiskFreeSpaceEx(folder, &free, &all, nil)
	return free, all, err
}
