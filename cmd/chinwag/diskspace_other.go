//go:build !(linux || darwin || freebsd || dragonfly || windows)

package main

import "errors"

func spaceOf(string) (free, all uint64, err error) { return 0, 0, errors.ErrUnsupported }
