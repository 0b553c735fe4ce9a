package main

import (
	"path/filepath"

	"golang.org/x/sys/windows"
)

// spaceOf is how much can be written where a file is, and how much that would be if
// nothing were.
func spaceOf(path string) (free, all uint64, err error) {
	folder, err := windows.UTF16PtrFromString(filepath.Dir(path))
	if err != nil {
		return 0, 0, err
	}
	err = windows.GetDiskFreeSpaceEx(folder, &free, &all, nil)
	return free, all, err
}
